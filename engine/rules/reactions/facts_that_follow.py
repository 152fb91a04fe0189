"""What follows from verdicts as rows of the derived kinds, for the rules that read them (S8.6, S9)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from engine.model.derived import BREACH, CREDIT, ESCALATION, IMPROVEMENT, LADDER_LEVEL, RIGHT
from engine.model.fact import FactValue
from engine.model.reaction import (
    Credit,
    EscalationState,
    EscalationStep,
    ImprovementCase,
    LadderCase,
    LadderEvent,
    Reaction,
    RightArisen,
)
from engine.model.snapshot import Snapshot
from engine.model.verdict import Flag, InWindow, Occasion, State, Verdict
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
    rows: dict[str, list[Row]] = {
        BREACH: [*_breaches(snapshot, verdicts)],
        **{kind: [] for kind in (CREDIT, ESCALATION, LADDER_LEVEL, RIGHT, IMPROVEMENT)},
    }
    for reaction in reactions:
        match reaction:
            case Credit(is_owed=True):
                rows[CREDIT].append(_credit(reaction))
            case EscalationStep(state=EscalationState.REACHED):
                rows[ESCALATION].append(_level(reaction))
            case LadderCase():
                rows[LADDER_LEVEL] += _levels_of(reaction)
            case RightArisen():
                rows[RIGHT].append(_right(reaction))
            case ImprovementCase():
                rows[IMPROVEMENT].append(_improvement(reaction))
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
    label = _name_of(window)
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
    trigger = _name_of(step.occasion)
    return {
        "id": f"{step.escalation}.{step.level}/{trigger}",
        "at": step.at,
        "agreement": agreement,
        "escalation": name,
        "trigger": trigger,
        "level": Fraction(step.level),
        "role": step.role,
    }


def _levels_of(case: LadderCase) -> Iterator[Row]:
    """Each level that a case has opened, until it failed or the case was closed there."""
    ended = {
        step.level: step.at for step in case.steps if step.event in (LadderEvent.FAILED, LadderEvent.CLOSED)
    }
    for step in case.steps:
        if step.event is LadderEvent.OPENED:
            yield {
                **_followed("ladder", case.ladder, f".{step.level}", case),
                "at": step.at,
                "ended_at": ended.get(step.level),
                "level": Fraction(step.level),
            }


def _right(right: RightArisen) -> Row:
    return {
        **_followed("right", right.right, "", right),
        "at": right.at,
        "until": right.until,
        "holder": right.holder,
        "power": right.power,
    }


def _improvement(case: ImprovementCase) -> Row:
    return {
        **_followed("improvement", case.improvement, "", case),
        "at": case.at,
        "due_at": case.due,
        "done_at": case.done_at,
        "owner": case.owner,
    }


def _followed(noun: str, id: str, part: str, case: LadderCase | RightArisen | ImprovementCase) -> Row:
    """What the rows of ladders, rights and improvements share: which one (its id, and the part of it), of
    which agreement, and from which window of whom it followed."""
    agreement, _, name = id.partition(".")
    window = _name_of(case.occasion)
    return {
        "id": f"{id}{part}/{case.obligation}/{case.subject}/{window}",
        "agreement": agreement,
        noun: name,
        "obligation": case.obligation,
        "subject": case.subject,
        "window": window,
    }


def _name_of(occasion: Occasion) -> str:
    return occasion.label if isinstance(occasion, InWindow) else occasion.key
