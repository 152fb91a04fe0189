"""Fact kinds and priority matrices: what may be fed in, and what is derived from it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from engine.dsl import fact_kinds, syntax
from engine.dsl.currencies import DECIMALS
from engine.dsl.expressions import Name, Node
from engine.dsl.findings import Findings
from engine.dsl.names import Table, did_you_mean
from engine.dsl.syntax_to_names import duplicate
from engine.model.fact import (
    VERSION_COLUMNS,
    At,
    DateType,
    DurationType,
    FactKind,
    Field,
    FieldType,
    InstantType,
    Lasts,
    Matrix,
    MoneyType,
    NumberType,
    OneOfType,
    ReferenceType,
    Referent,
    Stated,
    TextType,
    YesNoType,
)
from engine.source import Span

PLAIN: dict[str, FieldType] = {
    "text": TextType(),
    "duration": DurationType(),
    "instant": InstantType(),
    "date": DateType(),
    "yes/no": YesNoType(),
}

MOST_DECIMALS = 12
"""With more, too few digits are left before the point."""

DERIVED = "priority"
"""The field that a priority matrix derives."""


LIBRARY = "standard/"
"""How the names of the standard library's sources begin."""


def resolve_kinds(blocks: Iterable[syntax.Block], kinds: Table[FactKind], findings: Findings) -> None:
    """Fill the table of fact kinds, matrices included."""
    blocks = tuple(blocks)
    for block in blocks:
        if isinstance(block, syntax.FactKind):
            _only_standard_is_derived(block, findings)
            kind = _kind(block, kinds, findings)
            if kind is not None:
                kinds.nouns[kind.name] = kind
    for block in blocks:
        if isinstance(block, syntax.PriorityMatrix):
            kind = kinds.find(block.kind, findings)
            matrix = _matrix(block, kind, findings) if kind is not None else None
            if kind is not None and matrix is not None:
                # What is derived is never fed.
                fed = tuple(each for each in kind.fields if each.name != matrix.field)
                kinds.nouns[kind.name] = replace(kind, fields=fed, matrices=(*kind.matrices, matrix))


def currency_decimals(code: str, place: Span, findings: Findings) -> int | None:
    """The decimals of a currency's minor unit; an unknown currency is recorded as a mistake."""
    if code not in DECIMALS:
        findings.error(
            "unknown-currency",
            f"no currency has the code `{code}`",
            place,
            "not in ISO 4217",
            help=did_you_mean(code, DECIMALS),
        )
    return DECIMALS.get(code)


def are_few(decimals: int, place: Node, findings: Findings) -> bool:
    """Whether numbers with so many decimals can be kept exactly (S1.1)."""
    if decimals <= MOST_DECIMALS:
        return True
    findings.error(
        "too-many-decimals",
        f"{decimals} decimals are more than are kept",
        place.span,
        "too fine",
        help=f"numbers have at most {MOST_DECIMALS} decimals",
    )
    return False


def _kind(block: syntax.FactKind, kinds: Table[FactKind], findings: Findings) -> FactKind | None:
    items, name = block.items, block.name
    key = findings.exactly_one(items, fact_kinds.Key, f"the key of `{name.text}`", name.span, "key id")
    about = findings.at_most_one(items, fact_kinds.About, f"what `{name.text}` is about")
    timing = findings.at_most_one(items, fact_kinds.At, "the instant")
    lasting = findings.at_most_one(items, fact_kinds.Lasts, "the period")
    if timing is None and lasting is None:
        findings.error(
            "not-said",
            f"when a fact of kind `{name.text}` happens is not said",
            name.span,
            "no instant and no period",
            help="say it: `at reported_at`, or `lasts start until end`",
        )
        return None
    if timing is not None and lasting is not None:
        findings.said_twice("when it happens", *sorted((timing.span, lasting.span), key=lambda s: s.start))
        return None
    fields = _fields(items, kinds, findings)
    _names_are_free(items, findings)
    if key is None:
        return None
    if timing is not None:
        when = At(field=timing.field_name.text)
    else:
        assert lasting is not None
        when = Lasts(start=lasting.start.text, end=lasting.end.text)
    return FactKind(
        name=name.text,
        key=key.field_name.text,
        about=about.field_name.text if about is not None else None,
        timing=when,
        fields=fields,
        span=name.span,
        derived=any(isinstance(item, fact_kinds.Derived) for item in items),
    )


def _fields(items: Iterable[object], kinds: Table[FactKind], findings: Findings) -> tuple[Field, ...]:
    """The fields in order. What bears the key, subject or instant need not be declared, but may be."""
    fields: dict[str, Field] = {}
    places: dict[str, Span] = {}
    implied: dict[str, tuple[Field, Span]] = {}

    def imply(name: Name, type: FieldType, *, optional: bool = False, planned: bool = False) -> None:
        implied[name.text] = (
            Field(name=name.text, type=type, optional=optional, planned=planned),
            name.span,
        )
        fields.setdefault(name.text, implied[name.text][0])

    for item in items:
        match item:
            case fact_kinds.Key(field_name=name):
                imply(name, TextType())
            case fact_kinds.About(field_name=name):
                imply(name, ReferenceType(to=Referent.SERVICE.value))
            case fact_kinds.At(field_name=name, planned=planned):
                imply(name, InstantType(), planned=planned)
            case fact_kinds.Lasts(start=start, end=end, planned=planned):
                imply(start, InstantType(), planned=planned)
                imply(end, InstantType(), optional=True, planned=planned)
            case fact_kinds.Field(name=name):
                if name.text in places:
                    duplicate(findings, f"the field `{name.text}`", places[name.text], name.span)
                    continue
                places[name.text] = name.span
                type = _type(item.type, kinds, findings)
                if type is not None:
                    _planned_is_instant(item, type, findings)
                    fields[name.text] = Field(
                        name=name.text, type=type, optional=item.optional, planned=item.planned
                    )
            case _:
                pass
    for name, (known, place) in implied.items():
        declared = fields[name]
        if isinstance(known.type, InstantType | TextType) and declared.type != known.type:
            what = "an instant" if isinstance(known.type, InstantType) else "text"
            findings.error(
                "type-mismatch",
                f"the field `{name}` must be {what}",
                places[name],
                "declared as something else",
                also=((place, f"needs {what}"),),
                help=f"leave out the line `{name} …`, or make it {what}",
            )
        elif known.optional and not declared.optional:
            # A period may always still be open (S2.2).
            fields[name] = replace(declared, optional=True)
    return tuple(fields.values())


def _only_standard_is_derived(block: syntax.FactKind, findings: Findings) -> None:
    """What follows from verdicts is known to the evaluators, so a policy cannot invent a kind of it (S9)."""
    derived = findings.at_most_one(block.items, fact_kinds.Derived, "that the kind is derived")
    if derived is not None and not block.span.source.startswith(LIBRARY):
        findings.error(
            "derived-kind",
            f"nothing derives `{block.name.text}`",
            derived.span,
            "only the standard library declares what follows from verdicts",
            help="leave `derived` out, and feed the facts; or `use standard` and read `breach` or `credit`",
        )


def refuse_derived(kind: FactKind, place: Span, findings: Findings) -> bool:
    """Whether a kind is derived; to give or feed facts of it is recorded as a mistake (S9)."""
    if kind.derived:
        findings.error(
            "derived-kind",
            f"facts of `{kind.name}` follow from verdicts and are never fed",
            place,
            "derived",
            help="feed the facts from which the verdict follows",
        )
    return kind.derived


def _names_are_free(items: Iterable[object], findings: Findings) -> None:
    """Every version of a fact says when it was known, under names that no field can bear."""
    for item in items:
        match item:
            case fact_kinds.Lasts(start=start, end=end):
                names = (start, end)
            case fact_kinds.Key(field_name=name) | fact_kinds.About(field_name=name):
                names = (name,)
            case fact_kinds.At(field_name=name) | fact_kinds.Field(name=name):
                names = (name,)
            case _:
                names = ()
        for name in names:
            if name.text in VERSION_COLUMNS:
                findings.error(
                    "reserved-field",
                    f"no field can be called `{name.text}`",
                    name.span,
                    "every version of a fact has this",
                    help="leave the field out, or choose another name",
                )


def _planned_is_instant(item: fact_kinds.Field, type: FieldType, findings: Findings) -> None:
    if item.planned and not isinstance(type, InstantType):
        findings.error(
            "type-mismatch",
            f"`{item.name.text}` is no instant, so it cannot be planned",
            item.span,
            "only instants lie ahead",
            help="leave out `planned`",
        )


def _type(type: fact_kinds.FieldType, kinds: Table[FactKind], findings: Findings) -> FieldType | None:
    match type:
        case fact_kinds.PlainType(name=name):
            return PLAIN[name]
        case fact_kinds.NumberType(decimals=decimals):
            if decimals is not None and not are_few(decimals, type, findings):
                return None
            return NumberType(decimals=decimals or 0)
        case fact_kinds.MoneyType(currency=currency):
            decimals = currency_decimals(currency, type.span, findings)
            return MoneyType(currency=currency, decimals=decimals) if decimals is not None else None
        case fact_kinds.OneOfType(values=values):
            seen: dict[str, Span] = {}
            for value in values:
                text = value.text if isinstance(value, Name) else value.value
                if text in seen:
                    duplicate(findings, f"the value `{text}`", seen[text], value.span)
                seen.setdefault(text, value.span)
            return OneOfType(values=tuple(seen))
        case fact_kinds.ReferenceType(to=to):
            if to.text not in set(Referent) and not kinds.knows(to, findings):
                return None
            return ReferenceType(to=to.text)


def _matrix(block: syntax.PriorityMatrix, kind: FactKind, findings: Findings) -> Matrix | None:
    """The matrix, if every combination of row and column values has exactly one priority of those known."""
    columns = findings.exactly_one(
        block.items,
        syntax.PriorityColumns,
        "which field the columns are",
        block.kind.span,
        "columns urgency low, medium, high",
    )
    rows = [item for item in block.items if isinstance(item, syntax.PriorityRow)]
    if columns is None or not rows:
        return None
    across = _values(columns.field_name, kind, findings)
    down = _values(rows[0].field_name, kind, findings)
    if across is None or down is None:
        return None
    fed = kind.field_named(DERIVED)
    known = fed.type.values if fed is not None and isinstance(fed.type, OneOfType) else None
    known_columns = [_value(name, across, findings) for name in columns.values]
    sound = all(known_columns)
    cells: dict[tuple[str, str], str] = {}
    sound = findings.each_once(columns.values, "the column") and sound
    sound = findings.each_once([row.value for row in rows], "the row") and sound
    for row in rows:
        if row.field_name.text != rows[0].field_name.text:
            findings.error(
                "matrix-incomplete",
                "the rows are of different fields",
                row.field_name.span,
                f"another field than `{rows[0].field_name.text}`",
                help="every row names one value of the same field",
            )
            sound = False
        sound = _value(row.value, down, findings) and sound
        if len(row.priorities) != len(columns.values):
            findings.error(
                "matrix-incomplete",
                f"the row has {len(row.priorities)} priorities for {len(columns.values)} columns",
                row.span,
                "not one for each column",
                also=((columns.span, "the columns"),),
                help="give one priority for each column, from left to right",
            )
            sound = False
        for column, priority in zip(columns.values, row.priorities, strict=False):
            if known is not None:
                sound = _value(priority, known, findings) and sound
            cells[row.value.text, column.text] = priority.text
    missing = [
        f"`{value}` and `{other}`" for value in down for other in across if (value, other) not in cells
    ]
    if sound and missing:
        findings.error(
            "matrix-incomplete",
            f"the matrix has no priority for {missing[0]}",
            block.kind.span,
            f"{len(missing)} combinations are missing",
            help=f"add a row or a column for {', '.join(missing[:3])}",
        )
        sound = False
    if not sound:
        return None
    fields = {columns.field_name.text: across, rows[0].field_name.text: down}
    return Matrix(
        field=DERIVED,
        row_field=rows[0].field_name.text,
        column_field=columns.field_name.text,
        cells=cells,
        span=block.span,
        stated=tuple(_stated(block, fields, findings)),
    )


def _stated(
    block: syntax.PriorityMatrix, fields: Mapping[str, tuple[str, ...]], findings: Findings
) -> Iterator[Stated]:
    """What the prose says of the matrix's rows and columns."""
    for item in block.items:
        if not isinstance(item, syntax.PriorityStated):
            continue
        field = item.field_name
        if field.text not in fields:
            unknown_value(field.text, field.span, tuple(fields), findings)
        elif _value(item.value, fields[field.text], findings):
            yield Stated(field=field.text, value=item.value.text, gives=item.priority.text, span=item.span)


def _values(name: Name, kind: FactKind, findings: Findings) -> tuple[str, ...] | None:
    """The values of a one-of field."""
    field = kind.field_named(name.text)
    if field is None:
        unknown_field(name, kind, findings)
        return None
    if not isinstance(field.type, OneOfType):
        findings.error(
            "type-mismatch",
            f"`{name.text}` is not one of several values",
            name.span,
            "a matrix needs a field with known values",
            help=f"declare it: `{name.text} one of (low, medium, high)`",
        )
        return None
    return field.type.values


def _value(name: Name, known: tuple[str, ...], findings: Findings) -> bool:
    if name.text in known:
        return True
    unknown_value(name.text, name.span, known, findings)
    return False


def unknown_value(text: str, place: Span, known: tuple[str, ...], findings: Findings) -> None:
    """Record a value that is not among those declared."""
    findings.error(
        "unknown-value",
        f"`{text}` is not among the values",
        place,
        "not a value of this field",
        help=did_you_mean(
            text, known, otherwise=f"the values are {', '.join(f'`{each}`' for each in known)}"
        ),
    )


def unknown_field(name: Name, kind: FactKind, findings: Findings) -> None:
    """Record a field that the kind has not."""
    known = [*(each.name for each in kind.fields), *(each.field for each in kind.matrices)]
    findings.error(
        "unknown-field",
        f"the kind `{kind.name}` has no field `{name.text}`",
        name.span,
        "not a field",
        also=((kind.span, "the kind is declared here"),),
        help=did_you_mean(
            name.text, known, otherwise=f"its fields are {', '.join(f'`{each}`' for each in known)}"
        ),
    )
