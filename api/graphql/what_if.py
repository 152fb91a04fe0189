"""What would change if the policies said something else: the same facts, before and after."""

from collections.abc import Sequence
from typing import assert_never

import strawberry

from api.graphql.errors import bad_input
from api.graphql.graph_answers import UserError
from api.graphql.nouns import Info
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.risk_changes import RiskChange
from api.graphql.scalars import DateTime, Money, money_text
from api.graphql.values import AnsweredBound, Due, Measured, Quantity
from api.graphql.verdicts import Trigger, Window, end_time, window_of
from api.view import Revision
from engine.diagnostic import Diagnostic
from engine.model import agreement, quantity, reaction, verdict
from engine.model import change as changed
from engine.model.change import Differences
from engine.model.quantity import PERCENT
from engine.model.verdict import Flag, InWindow, OnTriggerFact, State

strawberry.enum(agreement.Change, name="ChangeKind")

MOST_CHANGES = 20
LONGEST_CHANGE = 4_000
MOST_LISTED = 10_000
"""So many changed verdicts, and so many other changes, are listed; if there are more, it is said."""


@strawberry.type(description="A verdict as it is under one of the two policy sets.")
class VerdictSide:
    state: State
    flags: list[Flag]
    measured: Measured | None
    bound: AnsweredBound | None
    due: Due | None
    fulfilled_at: DateTime | None
    late_by: Quantity | None
    excused_by: str | None

    @classmethod
    def of(cls, found: verdict.Verdict | None) -> "VerdictSide | None":
        """A verdict, if there is one on this side."""
        if found is None:
            return None
        late = None
        if found.late_by is not None and found.late_unit is not None:
            late = Quantity.of(found.late_by, found.late_unit)
        return cls(
            state=found.state,
            flags=list(found.flags),
            measured=Measured.of(found.measured, found.bound) if found.measured else None,
            bound=AnsweredBound.of(found.bound) if found.bound else None,
            due=Due.of(found.due) if found.due else None,
            fulfilled_at=None if found.fulfilled_at is None else DateTime(found.fulfilled_at),
            late_by=late,
            excused_by=found.excused_by,
        )


@strawberry.type(description="A verdict of which anything is not the same; null on the side that has none.")
class VerdictChange:
    obligation: str
    subject: str
    window: Window | None
    trigger: Trigger | None
    differs: list[str] = strawberry.field(description="What is not the same, `state` first.")
    before: VerdictSide | None
    after: VerdictSide | None

    @classmethod
    def of(cls, found: changed.VerdictChange) -> "VerdictChange":
        """A verdict before and after."""
        occasion, window, trigger = found.verdict.occasion, None, None
        match occasion:
            case InWindow():
                window = window_of(occasion)
            case OnTriggerFact():
                trigger = Trigger(kind=occasion.kind, key=occasion.key, at=DateTime(occasion.at))
        return cls(
            obligation=found.verdict.obligation,
            subject=found.verdict.subject,
            window=window,
            trigger=trigger,
            differs=list(found.differs),
            before=VerdictSide.of(found.before),
            after=VerdictSide.of(found.after),
        )


@strawberry.type(description="What followed, or is due, under one of the two policy sets.")
class ReactionSide:
    state: str
    at: DateTime | None = strawberry.field(description="When it dates from, was reached or arose.")
    due: DateTime | None = strawberry.field(description="By when something has to happen, if anything has.")
    amount: Money | None
    points: int | None
    level: int | None

    @classmethod
    def of(cls, found: reaction.Reaction | None) -> "ReactionSide | None":
        """What followed, if it did on this side."""
        if found is None:
            return None
        state, at, due = _standing(found)
        amount = found.amount if isinstance(found, reaction.Credit) else None
        leveled = isinstance(found, reaction.EscalationStep | reaction.LadderCase)
        return cls(
            state=state,
            at=None if at is None else end_time(at),
            due=None if due is None else DateTime(due),
            amount=None if amount is None else Money(money_text(amount)),
            points=found.points if isinstance(found, reaction.Credit) else None,
            level=found.level if leveled else None,
        )


def _standing(
    found: reaction.Reaction,
) -> tuple[str, quantity.Instant | None, quantity.Instant | None]:
    """Where it stands, when it dates from, and by when something is due."""
    match found:
        case reaction.BreachSeverity():
            return found.severity, found.at, None
        case reaction.EscalationStep():
            return found.state.value, found.at, None
        case reaction.UpdateCase():
            return found.state.value, found.given_at, found.due
        case reaction.Credit():
            return found.state.value, None, min((each.at for each in found.due), default=None)
        case reaction.LadderCase():
            return found.state.value, min((each.at for each in found.steps), default=None), None
        case reaction.RightArisen():
            return found.state.value, found.at, found.until
        case reaction.ImprovementCase():
            return found.state.value, found.at, found.due
        case reaction.NoticeCase():
            return found.state.value, found.at, None if found.due is None else found.due.at
        case reaction.RenewalCase():
            return found.state.value, None, None if found.due is None else found.due.at
        case _:
            assert_never(found)


@strawberry.type(description="Something that follows on one side only, or otherwise.")
class ReactionChange:
    kind: str = strawberry.field(description="As in the JSON of reactions: `credit`, `escalation`, …")
    name: str = strawberry.field(description="The promise, escalation, ladder, right or agreement.")
    subject: str | None
    occasion: str | None = strawberry.field(description="The label of its window, or the key of its trigger.")
    before: ReactionSide | None
    after: ReactionSide | None

    @classmethod
    def of(cls, found: changed.ReactionChange) -> "ReactionChange":
        """What followed, before and after."""
        kind, name, subject = _named(found.reaction)
        occasion = None if isinstance(found.reaction, reaction.RenewalCase) else found.reaction.occasion
        label = occasion.label if isinstance(occasion, InWindow) else occasion and occasion.key
        return cls(
            kind=kind,
            name=name,
            subject=subject,
            occasion=label,
            before=ReactionSide.of(found.before),
            after=ReactionSide.of(found.after),
        )


def _named(found: reaction.Reaction) -> tuple[str, str, str | None]:
    match found:
        case reaction.BreachSeverity():
            return "severity", found.obligation, found.subject
        case reaction.EscalationStep():
            return "escalation", found.escalation, None
        case reaction.UpdateCase():
            return "update", found.escalation, None
        case reaction.Credit():
            return "credit", found.obligation, found.subject
        case reaction.LadderCase():
            return "ladder", found.ladder, found.subject
        case reaction.RightArisen():
            return "right", found.right, found.subject
        case reaction.ImprovementCase():
            return "improvement", found.improvement, found.subject
        case reaction.NoticeCase():
            return "notice", found.obligation, found.subject
        case reaction.RenewalCase():
            return "renewal", found.agreement, None
        case _:
            assert_never(found)


@strawberry.type(description="The credits of an agreement in one currency, owed or still possible.")
class CreditTotal:
    agreement: str
    before: Money
    after: Money
    difference: Money
    not_computed_before: int = strawberry.field(description="Credits in no total: their amount is not known.")
    not_computed_after: int

    @classmethod
    def of(cls, total: changed.CreditTotal) -> "CreditTotal":
        """A total before and after."""

        def text(amount: quantity.Money) -> Money:
            return Money(money_text(amount))

        return cls(
            agreement=total.agreement,
            before=text(quantity.Money(amount=total.before, currency=total.currency)),
            after=text(quantity.Money(amount=total.after, currency=total.currency)),
            difference=text(quantity.Money(amount=total.difference, currency=total.currency)),
            not_computed_before=total.uncomputed_before,
            not_computed_after=total.uncomputed_after,
        )


@strawberry.type(description="The most that an agreement's credits could come to, where it is not the same.")
class ExposureChange:
    agreement: str
    before: Money | None = strawberry.field(description="Absent where there is none, or none that is known.")
    after: Money | None

    @classmethod
    def of(cls, found: changed.ExposureChange) -> "ExposureChange":
        """The money at risk, before and after."""
        before, after = (
            None if each is None or each.amount is None else Money(money_text(each.amount))
            for each in (found.before, found.after)
        )
        return cls(agreement=found.exposure.agreement, before=before, after=after)


@strawberry.type(description="A statement of the policies that is not the same.")
class WordsChange:
    change: agreement.Change
    place: str
    clause: str | None
    before: str | None
    after: str | None

    @classmethod
    def of(cls, found: changed.WordsChange) -> "WordsChange":
        """A statement before and after."""
        return cls(
            change=found.change,
            place=found.place,
            clause=found.clause,
            before=found.before,
            after=found.after,
        )


@strawberry.type(description="The best availability that could be promised, where it is not the same.")
class ProspectChange:
    agreement: str
    service: str
    promise: str | None
    bound_before: Quantity | None
    bound_after: Quantity | None
    expected_before: Quantity | None
    expected_after: Quantity | None

    @classmethod
    def of(cls, found: changed.ProspectChange) -> "ProspectChange":
        """What could be promised, before and after."""
        shares = [
            None if share is None else Quantity.of(share, PERCENT)
            for name in ("bound", "expected")
            for share in (getattr(found.before, name, None), getattr(found.after, name, None))
        ]
        return cls(
            agreement=found.prospect.agreement,
            service=found.prospect.service,
            promise=found.prospect.promise,
            bound_before=shares[0],
            bound_after=shares[1],
            expected_before=shares[2],
            expected_after=shares[3],
        )


@strawberry.type(description="Something too weak beneath a promise, or a warning: it comes, goes or changes.")
class FindingChange:
    code: str
    agreement: str | None
    before: str | None
    after: str | None

    @classmethod
    def of(cls, found: changed.GapChange | changed.FindingChange) -> "FindingChange":
        """A finding before and after."""
        if isinstance(found, changed.GapChange):
            return cls(
                code=found.finding.kind.value,
                agreement=found.finding.agreement,
                before=found.before and found.before.message,
                after=found.after and found.after.message,
            )
        is_new = found.change is agreement.Change.ADDED
        return cls(
            code=found.finding.code,
            agreement=None,
            before=None if is_new else found.finding.message,
            after=found.finding.message if is_new else None,
        )


@strawberry.type(description="A promise that only one of the two policy sets makes.")
class ObligationChange:
    change: agreement.Change
    obligation: str


@strawberry.type(description="Everything that is not the same under the changed policies; nothing that is.")
class WhatIf:
    as_of: DateTime
    known_at: DateTime | None
    policy_version: str
    changed_version: str
    truncated: bool = strawberry.field(description="Whether there is more than could be listed.")
    model: strawberry.Private[Differences]

    @strawberry.field
    def verdicts(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection[VerdictChange]:
        info.context.check_deadline()
        found = self.model.verdicts[:MOST_LISTED]
        return connect(found, Paging(first=first, after=after), VerdictChange.of)

    @strawberry.field(description="Credits, escalations, rights and whatever else followed or is due.")
    def reactions(
        self, info: Info, first: int = USUAL, after: str | None = None
    ) -> Connection[ReactionChange]:
        info.context.check_deadline()
        found = self.model.reactions[:MOST_LISTED]
        return connect(found, Paging(first=first, after=after), ReactionChange.of)

    @strawberry.field(description="The totals of every agreement that has credits, changed or not.")
    def credits(self, first: int = USUAL, after: str | None = None) -> Connection[CreditTotal]:
        return connect(self.model.credits, Paging(first=first, after=after), CreditTotal.of)

    @strawberry.field(description="The money at risk under each agreement, for the windows at `asOf`.")
    def exposures(self, first: int = USUAL, after: str | None = None) -> Connection[ExposureChange]:
        return connect(self.model.exposures, Paging(first=first, after=after), ExposureChange.of)

    @strawberry.field(description="The promises that vanish, then those that appear.")
    def obligations(self, first: int = USUAL, after: str | None = None) -> Connection[ObligationChange]:
        policies = self.model.policies
        found = [(agreement.Change.REMOVED, each) for each in policies.vanished]
        found += [(agreement.Change.ADDED, each) for each in policies.appeared]
        return connect(
            found,
            Paging(first=first, after=after),
            lambda each: ObligationChange(change=each[0], obligation=each[1]),
        )

    @strawberry.field
    def prospects(self, first: int = USUAL, after: str | None = None) -> Connection[ProspectChange]:
        return connect(self.model.policies.prospects, Paging(first=first, after=after), ProspectChange.of)

    @strawberry.field(description="What is too weak beneath a promise, then what else `check` warns of.")
    def findings(self, first: int = USUAL, after: str | None = None) -> Connection[FindingChange]:
        policies = self.model.policies
        return connect(
            (*policies.gaps, *policies.findings), Paging(first=first, after=after), FindingChange.of
        )

    @strawberry.field(description="Risks at `asOf` that come, go or change.")
    def risks(self) -> RiskChange:
        return RiskChange(model=self.model.risks)

    @strawberry.field
    def words(self, first: int = USUAL, after: str | None = None) -> Connection[WordsChange]:
        return connect(self.model.policies.words, Paging(first=first, after=after), WordsChange.of)


@strawberry.type(description="What would change, or what is wrong with the changes.")
class WhatIfAnswer:
    what_if: WhatIf | None
    user_errors: list[UserError] = strawberry.field(
        description="The first mistakes, at most one each change."
    )


def answer(changes: Sequence[str], revision: Revision, info: Info) -> WhatIfAnswer:
    """The answer to changes of the served policies, one text each."""
    if not 1 <= len(changes) <= MOST_CHANGES:
        raise bad_input(f"ask for 1 to {MOST_CHANGES} changes")
    if any(len(each) > LONGEST_CHANGE or not is_text(each) for each in changes):
        raise bad_input(f"a change is text of at most {LONGEST_CHANGE:,} characters")
    info.context.check_deadline()
    found = info.context.revisions.what_if(tuple(changes), revision)
    if not isinstance(found, Differences):
        return WhatIfAnswer(what_if=None, user_errors=_errors(found))
    shown = WhatIf(
        as_of=DateTime(found.as_of),
        known_at=None if found.known_at is None else DateTime(found.known_at),
        policy_version=found.policies.version_before,
        changed_version=found.policies.version_after,
        truncated=max(len(found.verdicts), len(found.reactions)) > MOST_LISTED,
        model=found,
    )
    return WhatIfAnswer(what_if=shown, user_errors=[])


def _errors(found: Sequence[Diagnostic]) -> list[UserError]:
    """The first mistake at each place: in each change, or in what the policies would say."""
    first: dict[str, UserError] = {}
    for each in found:
        source = each.primary.source if each.primary is not None else ""
        number = source.removeprefix("change ")
        path = ["changes", str(int(number) - 1)] if number != source and number.isdecimal() else ["changes"]
        error = UserError(code=each.code, message=each.message, help=each.help, path=path)
        first.setdefault(".".join(path), error)
    return list(first.values())


def is_text(text: str) -> bool:
    """Whether a text can be written down: half a surrogate pair is no character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
