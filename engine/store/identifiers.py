"""Names in SQL: a statement is a fixed text whose holes take names, quoted, and nothing else."""

from collections.abc import Iterable
from string import Template


def quoted(name: str) -> str:
    """A name as SQL writes it.

    >>> quoted('a "strange" name')
    '"a ""strange"" name"'
    """
    return '"' + name.replace('"', '""') + '"'


def named(statement: str, **names: str | Iterable[str]) -> str:
    """The statement with each hole filled by its name, or by its names with commas between.

    >>> named("SELECT $fields FROM $table", fields=("id", "at"), table="fact_outage")
    'SELECT "id", "at" FROM "fact_outage"'
    """
    return Template(statement).substitute(
        {
            hole: quoted(name) if isinstance(name, str) else ", ".join(map(quoted, name))
            for hole, name in names.items()
        }
    )
