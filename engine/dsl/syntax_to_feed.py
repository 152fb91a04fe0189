"""Feeds: how a source's own columns and words become facts of a kind (S2.1)."""

from collections.abc import Iterable

from engine.dsl import fact_kinds, syntax
from engine.dsl.expressions import (
    Date,
    DateTime,
    Duration,
    Literal,
    Money,
    Name,
    Number,
    Percent,
    Text,
    YesNo,
)
from engine.dsl.findings import Findings
from engine.dsl.statement import Zone
from engine.dsl.syntax_to_kind import are_few, refuse_derived, unknown_field, unknown_value
from engine.dsl.syntax_to_names import Names, duplicate
from engine.dsl.zones import zone_named
from engine.model.fact import RECORDED_AT, FactKind, OneOfType
from engine.model.feed import Column, Feed, LocalTime
from engine.source import Span


def resolve_feeds(blocks: Iterable[syntax.Block], names: Names, findings: Findings) -> None:
    """Fill the table of feeds."""
    for block in blocks:
        if isinstance(block, syntax.Feed):
            feed = _feed(block, names, findings)
            if feed is not None:
                names.feeds.nouns[feed.name] = feed


def _feed(block: syntax.Feed, names: Names, findings: Findings) -> Feed | None:
    items, name = block.items, block.name
    kind = names.kinds.find(block.kind, findings)
    if kind is not None:
        refuse_derived(kind, block.kind.span, findings)
    file = findings.exactly_one(
        items, fact_kinds.File, "the file", name.span, f'file "{block.kind.text}.csv"'
    )
    zone = findings.at_most_one(items, Zone, "the time zone")
    fold = findings.at_most_one(items, fact_kinds.AtFold, "`earlier` or `later`")
    decimals = findings.at_most_one(items, fact_kinds.ReadWith, "the number of decimals")
    corrections = findings.at_most_one(items, fact_kinds.CorrectionsByKey, "`corrections by key`")
    ignores = [item for item in items if isinstance(item, fact_kinds.Ignores)]
    zone_name = zone_named(zone.name, findings) if zone is not None else None
    if decimals is not None:
        are_few(decimals.decimals, decimals, findings)
    if kind is None or file is None:
        return None
    filled = _filled(items, kind, findings)
    return Feed(
        name=name.text,
        kind=kind.name,
        file=file.path.value,
        zone=zone_name,
        local_time=LocalTime.REFUSE if fold is None else LocalTime.LATER if fold.later else LocalTime.EARLIER,
        columns=tuple(item for item in filled if isinstance(item, Column)),
        constants=tuple(item for item in filled if not isinstance(item, Column)),
        ignores=tuple(header.value for item in ignores for header in item.headers),
        ignores_others=any(not item.headers for item in ignores),
        decimals=decimals.decimals if decimals is not None else None,
        corrections=corrections is not None,
        span=name.span,
    )


def _filled(items: Iterable[object], kind: FactKind, findings: Findings) -> list[Column | tuple[str, str]]:
    """The columns and constants; each fills one field of the kind, and no field is filled twice."""
    filled: list[Column | tuple[str, str]] = []
    places: dict[str, Span] = {}
    for item in items:
        if not isinstance(item, fact_kinds.Column | fact_kinds.Constant):
            continue
        field = item.field_name
        declared = kind.field_named(field.text)
        if field.text in places:
            duplicate(findings, f"where `{field.text}` comes from", places[field.text], field.span)
        elif field.text == RECORDED_AT and isinstance(item, fact_kinds.Column):
            filled.append(Column(field=RECORDED_AT, source=item.header.value, values={}))
        elif declared is None:
            unknown_field(field, kind, findings)
        elif isinstance(item, fact_kinds.Constant):
            _known(item.value, declared.type, findings)
            filled.append((field.text, value_text(item.value)))
        else:
            for mapping in item.values:
                _known(mapping.ours, declared.type, findings)
            values = {mapping.theirs.value: value_text(mapping.ours) for mapping in item.values}
            filled.append(Column(field=field.text, source=item.header.value, values=values))
        places.setdefault(field.text, field.span)
    return filled


def _known(value: Literal | Name, type: object, findings: Findings) -> None:
    if isinstance(type, OneOfType) and value_text(value) not in type.values:
        unknown_value(value_text(value), value.span, type.values, findings)


def value_text(value: Literal | Name) -> str:
    """A value as it would stand in a file of facts."""
    match value:
        case Name(text=text):
            return text
        case Text(value=text):
            return text
        case Number(value=number):
            return f"{number:f}"
        case Percent(value=number):
            return f"{number:f}%"
        case Money(currency=currency, amount=amount):
            return f"{currency} {amount:f}"
        case YesNo(value=yes):
            return "yes" if yes else "no"
        case Date(value=day):
            return day.isoformat()
        case DateTime(value=moment):
            return moment.isoformat()
        case Duration(amount=amount, unit=unit):
            return f"{amount:f} {unit.value}"
