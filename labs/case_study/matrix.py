"""Check by morning: one letter each, and on which mornings a check is silent."""

from collections.abc import Mapping, Sequence

from labs.case_study.fortnight import Said
from labs.case_study.loader import Mode
from labs.case_study.story import ONE_DAY, Story, ranges

NEVER_SILENT: Mapping[tuple[Mode, str], str] = {}
"""Why a check is right never to be silent in a mode; one without a reason is set wrong."""
SHOWN = "metric_"
"""Business numbers are shown, not judged; those with a limit stand in the matrix too."""


def judged(story: Story) -> list[str]:
    """The checks that have a limit, dataset by dataset in the order of the config."""
    told = [morning for fortnight in story.fortnights.values() for morning in fortnight]
    found = [
        check
        for check in told[0].said
        if not is_shown(check) or any(not m.said[check].is_silent for m in told)
    ]
    datasets = list(dict.fromkeys(check.split(".")[0] for check in found))
    return sorted(found, key=lambda check: datasets.index(check.split(".")[0]))


def is_shown(check: str) -> bool:
    """Whether a check is a business number."""
    return check.split(".")[1].startswith(SHOWN)


def matrix(story: Story, mode: Mode) -> str:
    """The matrix of a mode, as text in columns."""
    fortnight = story.fortnights[mode]
    days = " ".join(f"{morning.day + ONE_DAY:%d}" for morning in fortnight)
    checks = judged(story)
    names = max(len(check.split(".")[1]) for check in checks) + 2
    lines = [f"{'morning of':<{2 + names}}{days}  silent on"]
    dataset = ""
    for check in checks:
        if check.split(".")[0] != dataset:
            dataset = check.split(".")[0]
            lines.append(dataset)
        letters = letters_of([morning.said[check] for morning in fortnight])
        silent = [m.day + ONE_DAY for m in fortnight if m.said[check].is_silent]
        shown = "all" if len(silent) == len(fortnight) else ranges(silent)
        name = check.split(".")[1]
        lines.append(f"  {name:<{names}}{letters}  {shown}")
    return "\n".join(lines)


def letters_of(said: Sequence[Said]) -> str:
    """What a check says morning by morning, under the two digits of the day."""
    return "  ".join(one.letter for one in said)


def numbers(story: Story, mode: Mode) -> str:
    """The business numbers of each day, as the gate shows them."""
    names = [check for check in story.checks if is_shown(check)]
    short = [check.split(SHOWN)[1] for check in names]
    lines = ["day    " + "".join(f"{name:>11}" for name in short)]
    for day in story.days:
        cells = "".join(f"{story.kpi(check, day, mode):>11}" for check in names)
        lines.append(f"{day:%m-%d}  {cells}")
    return "\n".join(lines)


def never(story: Story, mode: Mode, silent: int) -> list[str]:
    """Judged checks that are silent on exactly so many mornings of a mode."""
    told = story.fortnights[mode]
    return [c for c in judged(story) if sum(m.said[c].is_silent for m in told) == silent]
