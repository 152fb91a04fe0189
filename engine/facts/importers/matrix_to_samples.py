"""Answers of Prometheus to range queries to samples: one fact for each series and instant."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from itertools import pairwise
from pathlib import PurePath

from engine.diagnostic import Diagnostic
from engine.facts.importers.file_to_rows import Value, look, read_json
from engine.facts.importers.said import Said
from engine.facts.importers.service_names import snake_case
from engine.facts.spelling import shown
from engine.facts.text_to_value import Reading, Refusal, bad, in_reach, parse
from engine.model.fact import FactKind, Field, NumberType
from engine.model.fact_import import (
    FactMapping,
    ImportedFacts,
    ImportRemarkKind,
    Rounds,
    SampleField,
    SampleRule,
)
from engine.model.instants import iso_text
from engine.model.quantity import SECOND, Instant
from engine.source import Source

ROUNDINGS = {Rounds.HALF_EVEN: ROUND_HALF_EVEN, Rounds.HALF_UP: ROUND_HALF_UP}

NO_NUMBERS = frozenset({"NaN", "+Inf", "-Inf", "Inf"})
"""How Prometheus writes what is no number, of 0 / 0 for example."""

Series = dict[str, dict[Instant, str]]
"""The values of one query: by the label of each series, and by instant."""


def import_samples(
    sources: Sequence[Source], mapping: FactMapping, rule: SampleRule, kind: FactKind, service: str | None
) -> ImportedFacts | tuple[Diagnostic, ...]:
    """A fact wherever all queries have a value, or everything that hinders them.

    A file is the answer to the query whose name it bears.
    """
    said = Said()
    answers: dict[str, Series] = {}
    hindrances: list[Diagnostic] = []
    for source in sources:
        document = read_json(source)
        if isinstance(document, Diagnostic):
            hindrances.append(document)
            continue
        query = PurePath(source.name).stem
        if query in answers:
            said.mistake(source.name, f"another file is the answer to {shown(query)}, too")
        answers[query] = _series(source.name, document, rule, service, said)
    asked = [each.query for each in rule.fields.values()]
    for query in asked:
        if query not in answers and not hindrances:
            said.mistake(f"`{query}.json`", "it is not there, and the mapping asks for it")
    for query in answers:
        if query not in asked:
            said.mistake(query, "the mapping asks for no such query", f"it asks for {', '.join(asked)}")
    if hindrances or said.mistakes:
        return (*hindrances, *said.shown_mistakes)
    facts = tuple(_facts(answers, mapping, rule, kind, said))
    return said.shown_mistakes or ImportedFacts(facts={kind.name: facts}, remarks=said.remarks)


def _series(name: str, document: Value, rule: SampleRule, service: str | None, said: Said) -> Series:
    """The values of each series of an answer."""
    status, sort, result = (look(document, path) for path in ("status", "data.resultType", "data.result"))
    if status != "success" or sort != "matrix" or not isinstance(result, list):
        error = look(document, "error")
        told = f": {error}" if isinstance(error, str) else ""
        said.mistake(name, f"it is no answer to a range query{told}")
        return {}
    for warning in look(document, "warnings") or ():
        said.remark(ImportRemarkKind.INCOMPLETE, f"Prometheus warns: {warning}", name)
    found: Series = {}
    for index, series in enumerate(result):
        place = f"{name}, data.result[{index}]"
        label = look(series, f"metric.{rule.label}")
        label = label if isinstance(label, str) and label else service
        if label is None:
            said.mistake(place, f"it has no label `{rule.label}`", "say with `--service` what it is about")
        elif label in found:
            help = f"let the query sum up what has one label: `sum by ({rule.label}) (…)`"
            said.mistake(place, f"a second series is of {shown(label)}, too", help)
        else:
            found[label] = dict(_values(series, place, said))
        if isinstance(series, dict) and "histograms" in series:
            said.remark(ImportRemarkKind.LOST, "native histograms", place)
    return found


def _values(series: Value, place: str, said: Said) -> Iterator[tuple[Instant, str]]:
    pairs = look(series, "values")
    for index, pair in enumerate(pairs if isinstance(pairs, list) else []):
        inside = f"{place}.values[{index}]"
        match pair:
            case [str() as seconds, str() as text]:
                at = _instant(seconds)
                if isinstance(at, Refusal):
                    said.mistake(inside, at.reason)
                else:
                    yield at, text
            case _:
                said.mistake(inside, "a value is an instant and a text")


def _instant(seconds: str) -> Instant | Refusal:
    """Seconds since 1970, exactly."""
    try:
        with localcontext() as context:
            context.prec = 60
            microseconds = Decimal(seconds) * SECOND
            whole = int(microseconds) if microseconds.is_finite() and abs(microseconds) < 10**18 else None
    except InvalidOperation:
        whole, microseconds = None, Decimal(0)
    if whole is None or whole != microseconds:
        return bad(f"{shown(seconds)} is no instant in seconds since 1970")
    return in_reach(whole, seconds)


def _facts(
    answers: Mapping[str, Series], mapping: FactMapping, rule: SampleRule, kind: FactKind, said: Said
) -> Iterator[Mapping[str, str]]:
    """One fact for each series and instant at which every query has a number."""
    labels = dict.fromkeys(label for series in answers.values() for label in series)
    step = min((each for series in answers.values() for each in _steps(series)), default=None)
    for label in labels:
        name = mapping.services.get(label) or snake_case(label)
        if label not in mapping.services and name != label:
            said.remark(ImportRemarkKind.RENAMED, f"service {shown(label)} is `{name}`", shown(label))
        instants = sorted({at for series in answers.values() for at in series.get(label, {})})
        for before, at in pairwise(instants):
            if step is not None and at - before > step:
                text = f"of {shown(label)} nothing was measured for more than one step"
                said.remark(ImportRemarkKind.INCOMPLETE, text, f"{iso_text(before)} to {iso_text(at)}")
        for at in instants:
            texts = {each: answers[take.query].get(label, {}).get(at) for each, take in rule.fields.items()}
            fact = {kind.key: f"{name}/{iso_text(at)}", rule.service: name, rule.at: iso_text(at)}
            place = f"{label} at {iso_text(at)}"
            for field_name, text in texts.items():
                field = kind.field_named(field_name)
                assert field is not None, "the mapping has been held against its kind"
                number = _number(text, rule.fields[field_name], field, place, said)
                if number is not None:
                    fact[field_name] = number
            if all(each.optional or each.name in fact for each in kind.fields):
                yield fact


def _steps(series: Series) -> Iterator[Instant]:
    for values in series.values():
        instants = sorted(values)
        yield from (at - before for before, at in pairwise(instants))


def _number(text: str | None, take: SampleField, field: Field, place: str, said: Said) -> str | None:
    """The number as the kind holds it, or nothing, which is told."""
    if text is None or text in NO_NUMBERS:
        what = "no value" if text is None else f"{text}, which is no number"
        said.remark(ImportRemarkKind.INCOMPLETE, f"`{field.name}` is {what}: no fact without it", place)
        return None
    assert isinstance(field.type, NumberType), "the mapping has been held against its kind"
    number = text
    if take.rounds is not None:
        try:
            with localcontext() as context:
                context.prec = 60
                exact = Decimal(text)
                rounded = exact.quantize(Decimal(1).scaleb(-field.type.decimals), ROUNDINGS[take.rounds])
        except InvalidOperation:
            said.mistake(place, f"`{field.name}`: {shown(text)} is no number that fits")
            return None
        number = f"{rounded:f}"
        if rounded != exact:
            how = f"rounded {take.rounds.value} to {field.type.decimals} decimals"
            said.remark(ImportRemarkKind.ASSUMED, f"`{field.name}` {how}", place)
    value = parse(number, Reading(type=field.type))
    if isinstance(value, Refusal):
        help = "say in the mapping how it `rounds`" if take.rounds is None else None
        said.mistake(place, f"`{field.name}`: {value.reason}", help)
        return None
    return number
