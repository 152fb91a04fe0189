"""A graph of services from another tool's file, as the text of a policy."""

from collections.abc import Collection
from typing import assert_never

from engine.diagnostic import Diagnostic
from engine.graph.imports import csv_to_things, graphml_to_things
from engine.graph.imports.things_to_policy import write
from engine.model.imported import EdgeColumns, Imported, ImportFormat
from engine.source import Source


def import_graph(
    source: Source, format: ImportFormat, columns: EdgeColumns, keywords: Collection[str]
) -> Imported | Diagnostic:
    """The policy with everything that could not be carried over, or why nothing can be read."""
    match format:
        case ImportFormat.BACKSTAGE:
            from engine.graph.imports import backstage_to_things  # only this one needs PyYAML

            read = backstage_to_things.read(source)
        case ImportFormat.GRAPHML:
            read = graphml_to_things.read(source)
        case ImportFormat.CSV:
            read = csv_to_things.read(source, columns)
        case _:
            assert_never(format)
    if isinstance(read, Diagnostic):
        return read
    things, remarks = read
    return write(things, remarks, keywords)
