"""What follows from verdicts as rows of the derived kinds, for the rules that read them (S8.6, S9)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from engine.model.derived import BREACH, CREDIT, ESCALATION
from engine.model.fact import FactValue
from engine.model.reaction import Credit, EscalationState, EscalationStep, Reaction
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, InWindow, State, Verdict
from engine.rules.reactions.severity import breached_at
from engine.store.database import UNRECORDED, Store, table_of
from engine.store.encoding import column_type, encode
from engine.store.identifiers import named

Row = Mapping[str, FactValue]
"""The values of one fact by field."""


def load_derived(
    snapshot: Snapshot, verdicts: Iterable[Verdict], reactions: Iterable[Reaction], store: Store
) -> None:
    """Let the store's tables of the derived kinds hold what follows, until `drop_derived`."""
    rows: dict[str, list[Row]] = {BREACH: [*_breaches(snapshot, verdicts)], CREDIT: [], ESCALATION: []}
    for reaction in reactions:
        match reaction:
            case Credit(is_owed=True):
                rows[CREDIT].append(_credit(reaction))
            case EscalationStep(state=EscalationState.REACHED):
                rows[ESCALATION].append(_level(reaction))
            case _:
                pass
    for kind in snapshot.kinds.values():
        if kind.derived:
            columns = {field.name: column_type(field.type) for field in kind.fields}
            encoded: list[Sequence[object]] = [
                [*(encode(row[field.name], field.type) for field in kind.fields), UNRECORDED, None]
                for row in rows.get(kind.name, ())
            ]
            known = {"known_from": "BIGINT", "known_until": "BIGINT"}
            store.load(table_of(kind.name), {**columns, **known}, encoded)


def drop_derived(snapshot: Snapshot, store: Store) -> None:
    """Leave the store as it was: what follows from an evaluation is known to that one alone."""
    for kind in snapshot.kinds.values():
        if kind.derived:
            store.run(named("DROP TABLE IF EXISTS temp.$facts", facts=table_of(kind.name)))


def _breaches(snapshot: Snapshot, verdicts: Iterable[Verdict]) -> Iterator[Row]:
    for verdict in verdicts:
        promise = snapshot.obligation_of(verdict)
        if promise is None or verdict.state is not State.BREACHED or Flag.REPORTED_ONLY in verdict.flags:
            continue
        of_window = isinstance(verdict.occasion, InWindow)
        yield {
            "id": "/".join(verdict.identity),
            "at": breached_at(verdict),
            "agreement": verdict.obligation.partition(".")[0],
            "obligation": verdict.obligation,
            "subject": verdict.subject,
            "severity": promise.terms.severity.name if promise.terms.severity else "",
            "window": verdict.identity[2] if of_window else "",
            "trigger": "" if of_window else verdict.identity[2],
        }


def _credit(credit: Credit) -> Row:
    window, amount = credit.occasion, credit.amount
    label = window.label if isinstance(window, InWindow) else window.key
    return {
        "id": f"{credit.obligation}/{credit.subject}/{label}",
        "at": window.end if isinstance(window, InWindow) else window.at,
        "agreement": credit.obligation.partition(".")[0],
        "obligation": credit.obligation,
        "subject": credit.subject,
        "window": label,
        "amount": Fraction(amount.amount) if amount else None,
        "currency": amount.currency if amount else None,
    }


def _level(step: EscalationStep) -> Row:
    agreement, _, name = step.escalation.partition(".")
    trigger = step.occasion.label if isinstance(step.occasion, InWindow) else step.occasion.key
    return {
        "id": f"{step.escalation}.{step.level}/{trigger}",
        "at": step.at,
        "agreement": agreement,
        "escalation": name,
        "trigger": trigger,
        "level": Fraction(step.level),
        "role": step.role,
    }
