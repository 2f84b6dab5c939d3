"""SQL files of the shop, rendered with the names of a copy and run."""

from collections.abc import Mapping
from pathlib import Path

from psycopg2.extensions import cursor as Cursor

from labs.case_study.names import Names

MODELS = Path(__file__).parent / "models"


def execute(
    cursor: Cursor,
    model: str,
    names: Names,
    values: Mapping[str, object],
    fragments: Mapping[str, str] | None = None,
) -> None:
    """Run one model file: `values` are bound as %(name)s, `fragments` put in for {{ name }}.

    Fragments are SQL in final names; they are put in after the renaming.
    """
    statement = names.sql((MODELS / f"{model}.sql").read_text(encoding="utf-8"))
    for name, fragment in (fragments or {}).items():
        statement = statement.replace(f"{{{{ {name} }}}}", fragment)
    cursor.execute(statement, values)
