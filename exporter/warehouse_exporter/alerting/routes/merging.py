"""Our routes in somebody else's alertmanager.yml: theirs stay, ours are added for our alerts only.

Works on the nodes of YAML, not on values: what they wrote, such as `yes`, is written again as it
was, and only comments are lost. `global` stays theirs; what ours would have there is
written into each of our receivers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from warehouse_exporter.alerting.routes.document import document
from warehouse_exporter.alerting.routes.inhibition import OURS
from warehouse_exporter.alerting.rules import blocks, written
from warehouse_exporter.config import Config
from warehouse_exporter.core.errors import UsageError

PREFIX = "warehouse/"
"""What the names of our receivers and time intervals begin with."""
TEMPLATES = "warehouse-templates"
"""The folder of our templates: theirs may be in `templates`, under the same names."""
NOT_OURS = OURS.replace("=~", "!~")
"""In the targets of their inhibition: labels that two alerts both lack are equal to Alertmanager,
so a rule for `equal: [cluster]` would inhibit ours by whatever has no cluster either."""
SECTIONS = {"smtp_": "email_configs", "slack_": "slack_configs"}
"""Keys of `global` by how they begin -> the configs that take the rest of the key."""
TEXT, LIST = "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq"
Part = dict[str, Any]


def merged(config: Config, file: Path) -> str:
    """The file with our routes in it.

    Raises UsageError for a file that cannot be read or is no alertmanager.yml, and for a config
    without `routing:`, which has no routes to add.
    """
    if config.routing is None:
        raise UsageError(f"{config.path} has no `routing:`: nothing to merge; write one first")
    theirs = root_of(file)
    ours: Any = yaml.compose(written(blocks(ours_alone(config))), Loader=yaml.SafeLoader)
    names = [section(one, "name").value for one in listed(theirs, "receivers").value]
    if any(name.startswith(PREFIX) for name in names):
        raise UsageError(f"{file} has our routes already: give --into the file without them")
    below = listed(section(theirs, "route"), "routes")
    below.value.insert(0, section(ours, "route"))
    for rule in listed(theirs, "inhibit_rules").value:
        listed(rule, "target_matchers").value.append(yaml.ScalarNode(TEXT, NOT_OURS, style="'"))
    for name in ("templates", "inhibit_rules", "time_intervals", "receivers"):
        if added := listed(ours, name).value:
            there = listed(theirs, name)
            there.value.extend(added)
            there.flow_style = False
    text: str = yaml.serialize(theirs, Dumper=yaml.SafeDumper, width=1000, allow_unicode=True)
    return f"{HEAD.format(file.name, config.path)}{text}"


HEAD = (
    "# {0} with the routes of `warehouse-exporter alertmanager --config.file {1} --into {0}`.\n"
    "# Change those files, not this one.\n"
)


def root_of(file: Path) -> yaml.MappingNode:
    """Their file, with a root route. Raises UsageError."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(f"{file}: {reason}") from None
    except yaml.YAMLError as error:
        raise UsageError(f"{file} is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(node, yaml.MappingNode) or not isinstance(
        find(node, "route"), yaml.MappingNode
    ):
        raise UsageError(f"{file} is no alertmanager.yml: it has no `route:`")
    keep_times(node)
    return node


def keep_times(node: yaml.Node) -> None:
    """Take `18:30` for the text that it is: to YAML 1.1 it is a number in base 60."""
    if isinstance(node, yaml.ScalarNode) and ":" in node.value:
        node.tag = TEXT
    for below in node.value if isinstance(node, yaml.CollectionNode) else ():
        for one in below if isinstance(below, tuple) else (below,):
            keep_times(one)


def find(node: yaml.MappingNode, name: str) -> Any:
    """The value of a key, or None."""
    return next((value for key, value in node.value if key.value == name), None)


def section(node: Any, name: str) -> Any:
    """The value of a key that is there."""
    found = find(node, name)
    assert found is not None, name
    return found


def listed(node: yaml.MappingNode, name: str) -> yaml.SequenceNode:
    """The list of a key; an empty one is added where there is none."""
    found = find(node, name)
    if not isinstance(found, yaml.SequenceNode):
        node.value[:] = [(key, value) for key, value in node.value if key.value != name]
        found = yaml.SequenceNode(LIST, [])
        node.value.append((yaml.ScalarNode(TEXT, name), found))
    return found


def ours_alone(config: Config) -> Part:
    """Our document, with names of its own, for our alerts only, and without `global`.

    Raises UsageError for a receiver of a plug-in that needs something else in `global`.
    """
    made = document(config, {})
    shared = made.pop("global", {})
    if lost := [key for key in shared if not key.startswith(tuple(SECTIONS))]:
        raise UsageError(f"cannot merge: `{lost[0]}` of `global` has no place in a receiver")
    receivers = [{**one, "name": PREFIX + one["name"]} for one in made["receivers"]]
    intervals = [{**one, "name": PREFIX + one["name"]} for one in made.get("time_intervals", [])]
    return {
        **made,
        "templates": [f"{TEMPLATES}/*.tmpl"],
        "route": {"matchers": [OURS], **renamed(made["route"])},
        "receivers": [carried(one, shared) for one in receivers],
        "time_intervals": intervals,
    }


def renamed(route: Part) -> Part:
    """A route and those below it, with our names of receivers and time intervals."""
    made = {**route, "receiver": PREFIX + route["receiver"]}
    if "mute_time_intervals" in route:
        made["mute_time_intervals"] = [PREFIX + name for name in route["mute_time_intervals"]]
    if "routes" in route:
        made["routes"] = [renamed(one) for one in route["routes"]]
    return made


def carried(receiver: Part, shared: Part) -> Part:
    """A receiver that says itself what it had from `global`."""
    return {
        key: value if key == "name" else [{**of_global(key, shared), **one} for one in value]
        for key, value in receiver.items()
    }


def of_global(integration: str, shared: Part) -> Part:
    """The keys of `global` that an integration takes, as it calls them itself."""
    return {
        key.removeprefix(start): value
        for key, value in shared.items()
        for start, taker in SECTIONS.items()
        if taker == integration and key.startswith(start)
    }
