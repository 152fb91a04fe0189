"""Builds fact kinds and feeds from the parts of their rules."""

from engine.dsl import expressions as e
from engine.dsl import fact_kinds as f
from engine.dsl.pieces import Build, Pieces, Whole, Words, has, literals, many, maybe, names, one, span, title
from engine.dsl.statement import Zone
from engine.dsl.text_to_tokens import Token


def _fact_kind(pieces: Pieces) -> f.FactKind:
    return f.FactKind(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=many(pieces, f.Key, f.About, f.At, f.Lasts, f.Derived, f.Field),
    )


def _key(pieces: Pieces) -> f.Key:
    return f.Key(span=span(pieces), field_name=one(pieces, e.Name))


def _about(pieces: Pieces) -> f.About:
    return f.About(span=span(pieces), field_name=one(pieces, e.Name))


def _at(pieces: Pieces) -> f.At:
    return f.At(span=span(pieces), field_name=one(pieces, e.Name), planned=has(pieces, "planned"))


def _lasts(pieces: Pieces) -> f.Lasts:
    start, end = names(pieces)
    return f.Lasts(span=span(pieces), start=start, end=end, planned=has(pieces, "planned"))


def _derived(pieces: Pieces) -> f.Derived:
    return f.Derived(span=span(pieces))


def _field(pieces: Pieces) -> f.Field:
    types = (f.PlainType, f.NumberType, f.MoneyType, f.OneOfType, f.ReferenceType)
    return f.Field(
        span=span(pieces),
        name=one(pieces, e.Name),
        type=one(pieces, *types),
        optional=has(pieces, "optional"),
        planned=has(pieces, "planned"),
    )


def _plain_type(pieces: Pieces) -> f.PlainType:
    (word,) = pieces
    assert isinstance(word, Token)
    return f.PlainType(span=word.span, name=word.text)


def _number_type(pieces: Pieces) -> f.NumberType:
    decimals = maybe(pieces, Whole)
    return f.NumberType(span=span(pieces), decimals=decimals.value if decimals else None)


def _money_type(pieces: Pieces) -> f.MoneyType:
    return f.MoneyType(span=span(pieces), currency=one(pieces, Words).text)


def _one_of_type(pieces: Pieces) -> f.OneOfType:
    return f.OneOfType(span=span(pieces), values=many(pieces, e.Name, e.Text))


def _reference_type(pieces: Pieces) -> f.ReferenceType:
    return f.ReferenceType(span=span(pieces), to=one(pieces, e.Name))


def _feed(pieces: Pieces) -> f.Feed:
    name, kind = names(pieces)
    items = many(
        pieces,
        f.File,
        Zone,
        f.AtFold,
        f.Column,
        f.Constant,
        f.Ignores,
        f.ReadWith,
        f.CorrectionsByKey,
    )
    return f.Feed(span=span(pieces), name=name, kind=kind, items=items)


def _file(pieces: Pieces) -> f.File:
    return f.File(span=span(pieces), path=one(pieces, e.Text))


def _at_fold(pieces: Pieces) -> f.AtFold:
    return f.AtFold(span=span(pieces), later=has(pieces, "later"))


def _column(pieces: Pieces) -> f.Column:
    return f.Column(
        span=span(pieces),
        field_name=one(pieces, e.Name),
        header=one(pieces, e.Text),
        values=many(pieces, f.ValueMapping),
    )


def _value_mapping(pieces: Pieces) -> f.ValueMapping:
    theirs, *ours = (*literals(pieces), *names(pieces))
    assert isinstance(theirs, e.Text)
    return f.ValueMapping(span=span(pieces), theirs=theirs, ours=ours[0])


def _constant(pieces: Pieces) -> f.Constant:
    field_name, *value = names(pieces)
    values = (*value, *literals(pieces))
    return f.Constant(span=span(pieces), field_name=field_name, value=values[0])


def _ignores(pieces: Pieces) -> f.Ignores:
    return f.Ignores(span=span(pieces), headers=many(pieces, e.Text))


def _read_with(pieces: Pieces) -> f.ReadWith:
    return f.ReadWith(span=span(pieces), decimals=one(pieces, Whole).value)


def _corrections_by_key(pieces: Pieces) -> f.CorrectionsByKey:
    return f.CorrectionsByKey(span=span(pieces))


BUILD: dict[str, Build] = {
    "fact_kind": _fact_kind,
    "key": _key,
    "about": _about,
    "at": _at,
    "lasts": _lasts,
    "derived": _derived,
    "field": _field,
    "plain_type": _plain_type,
    "number_type": _number_type,
    "money_type": _money_type,
    "one_of_type": _one_of_type,
    "reference_type": _reference_type,
    "feed": _feed,
    "file": _file,
    "at_fold": _at_fold,
    "column": _column,
    "value_mapping": _value_mapping,
    "constant": _constant,
    "ignores": _ignores,
    "read_with": _read_with,
    "corrections_by_key": _corrections_by_key,
}
"""Rule by rule."""
