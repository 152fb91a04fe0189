"""Whether a mapping fits the kinds whose facts it makes."""

from collections.abc import Iterator, Mapping

from engine.diagnostic import Diagnostic
from engine.facts.spelling import meant
from engine.model.fact import FactKind, InstantType, Lasts, NumberType, OneOfType, ReferenceType
from engine.model.fact_import import FactMapping, FromConstant, FromStep, Rule, SampleRule, Take, Word


def unfit(mapping: FactMapping, kinds: Mapping[str, FactKind]) -> tuple[Diagnostic, ...]:
    """Every rule that makes facts of no kind, of no field, or with words that the field does not have."""
    found = [each for rule in mapping.rules for each in _rule(rule, kinds)]
    return (*found, *(() if mapping.samples is None else _samples(mapping.samples, kinds)))


def _samples(rule: SampleRule, kinds: Mapping[str, FactKind]) -> Iterator[Diagnostic]:
    kind = kinds.get(rule.kind)
    if kind is None or kind.derived:
        yield _found(rule, f"there is no kind `{rule.kind}` that is fed", meant(rule.kind, kinds))
        return
    for name, type, what in (
        (rule.at, InstantType, "an instant"),
        (rule.service, ReferenceType, "a reference to a service"),
        *((each, NumberType, "a number") for each in rule.fields),
    ):
        field = kind.field_named(name)
        if field is None or not isinstance(field.type, type):
            known = [each.name for each in kind.fields]
            yield _found(rule, f"`{kind.name}` has no field `{name}` that is {what}", meant(name, known))
    given = {kind.key, rule.at, rule.service, *rule.fields}
    for field in kind.fields:
        if not field.optional and field.name not in given:
            yield _found(rule, f"`{kind.name}` needs `{field.name}`, and no query gives it")


def _rule(rule: Rule, kinds: Mapping[str, FactKind]) -> Iterator[Diagnostic]:
    kind = kinds.get(rule.kind)
    if kind is None or kind.derived:
        what = "there is no kind" if kind is None else "facts that follow from verdicts are never fed: "
        yield _found(rule, f"{what} `{rule.kind}`", meant(rule.kind, kinds) or "declare it under `kinds`")
        return
    for name, take in rule.takes.items():
        field = kind.field_named(name)
        if field is None:
            known = [each.name for each in kind.fields]
            yield _found(take, f"`{kind.name}` has no field `{name}`", meant(name, known))
            continue
        if isinstance(field.type, OneOfType):
            given = [*take.words.values(), *([take.otherwise] if take.otherwise is not None else [])]
            if isinstance(take.source, FromConstant):
                given.append(take.source.text)
            for word in given:
                if word not in field.type.values:
                    known = ", ".join(f"`{each}`" for each in field.type.values)
                    yield _found(take, f"`{word}` is no value of `{name}`: it is one of {known}")
        is_instant = isinstance(take.source, FromStep) or take.source in (Word.AT, Word.START, Word.END)
        if is_instant and not isinstance(field.type, InstantType):
            yield _found(take, f"`{name}` is no instant")
    for field in kind.fields:
        is_end = isinstance(kind.timing, Lasts) and field.name == kind.timing.end
        if not field.optional and not is_end and field.name not in rule.takes:
            yield _found(
                rule, f"`{kind.name}` needs `{field.name}`, and the rule does not say where it comes from"
            )


def _found(at: Rule | Take | SampleRule, message: str, help: str | None = None) -> Diagnostic:
    return Diagnostic(code="mapping", message=message, labels=((at.span, "here"),), help=help)
