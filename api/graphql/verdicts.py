"""Verdicts with their figures, evidence, explanation and what followed."""

from collections.abc import Callable

import strawberry

from api.graphql.graph_answers import TraceStep
from api.graphql.nouns import Agreement, Info, Node, Obligation, Service, citations
from api.graphql.opaque import global_id
from api.graphql.pages import USUAL, Connection, Paging, connect
from api.graphql.scalars import Date, DateTime, Duration, Money, money_text
from api.graphql.values import AnsweredBound, Citation, Due, FactReference, Measured, Quantity
from api.verdict_to_json import LENGTHS, no_margin
from api.view import Revision
from engine.model import explanation, reaction, verdict
from engine.model.instants import end_shown
from engine.model.quantity import Instant
from engine.model.reaction import (
    CreditState,
    CreditStep,
    EscalationState,
    ImprovementState,
    LadderEvent,
    LadderState,
    NoticeCause,
    NoticeState,
    RightState,
    UpdateState,
)
from engine.model.tracing import Trace
from engine.model.verdict import Flag, InWindow, OnTriggerFact, State

strawberry.enum(State, name="VerdictState")
strawberry.enum(Flag, name="VerdictFlag")
strawberry.enum(EscalationState)
strawberry.enum(CreditState)
strawberry.enum(CreditStep)
for enum in (LadderState, LadderEvent, RightState, ImprovementState, NoticeCause, NoticeState, UpdateState):
    strawberry.enum(enum)


@strawberry.type(description="The window that a target was judged over, clipped to the term.")
class Window:
    label: str
    start: DateTime
    end: DateTime | None = strawberry.field(description="Absent where the term has no end.")


@strawberry.type(description="The fact that a duty arose from.")
class Trigger:
    kind: str
    key: str
    at: DateTime


@strawberry.type(description="One of the figures behind a verdict: a length of time or a plain number.")
class Count:
    name: str
    length: Duration | None
    number: str | None

    @classmethod
    def of(cls, name: str, count: int) -> "Count":
        """A figure under its name in the verdict."""
        is_length = name in LENGTHS
        return cls(
            name=name, length=Duration(count) if is_length else None, number=None if is_length else str(count)
        )


@strawberry.type(description="A piece of the record: a superseded deadline, a step missing or out of order.")
class Part:
    name: str
    text: str
    at: DateTime | None


@strawberry.type(description="A part of a window under its own bound: that of a mode, or of none.")
class WindowPart:
    mode: str | None
    length: Duration | None = strawberry.field(description="Absent where the term has no end.")
    bound: AnsweredBound
    measured: Measured | None = strawberry.field(description="Where modes split the window.")
    state: State | None

    @classmethod
    def of(cls, part: verdict.WindowPart) -> "WindowPart":
        """A part of a verdict's window."""
        return cls(
            mode=part.mode,
            length=None if part.length is None else Duration(part.length),
            bound=AnsweredBound.of(part.bound),
            measured=Measured.of(part.measured, part.bound) if part.measured else None,
            state=part.state,
        )


@strawberry.type(description="What a verdict rests on.")
class Evidence:
    facts: int = strawberry.field(description="How many facts were read.")
    digest: str | None
    query: str | None = strawberry.field(description="The statement that read them.")
    model: strawberry.Private[verdict.Evidence]

    @strawberry.field(description="The facts, where they are few enough to be named.")
    def references(self, first: int = USUAL, after: str | None = None) -> Connection[FactReference]:
        return references(self.model.ids, first, after)


def references(names: tuple[str, ...], first: int | None, after: str | None) -> Connection[FactReference]:
    """A page of names of facts."""
    return connect(names, Paging(first=first, after=after), lambda name: FactReference(reference=name))


@strawberry.type(description="One line of an explanation, and the lines and facts that it rests on.")
class Line:
    text: str
    model: strawberry.Private[explanation.Line]

    @strawberry.field
    def lines(self, info: Info, first: int = USUAL, after: str | None = None) -> Connection["Line"]:
        info.context.check_deadline()
        return connect(self.model.lines, Paging(first=first, after=after), Line.of)

    @strawberry.field
    def facts(self, first: int = USUAL, after: str | None = None) -> Connection[FactReference]:
        return references(self.model.facts, first, after)

    @classmethod
    def of(cls, line: explanation.Line) -> "Line":
        """A line."""
        return cls(text=line.text, model=line)


@strawberry.type(description="Why a verdict is what it is; every line can be checked by a person.")
class Explanation:
    recomputed: bool = strawberry.field(description="Whether the facts were read and judged a second time.")
    model: strawberry.Private[explanation.Explanation]

    @strawberry.field
    def lines(self, first: int = USUAL, after: str | None = None) -> Connection[Line]:
        return connect(self.model.lines, Paging(first=first, after=after), Line.of)

    @strawberry.field(description="The shortfall, the last moment, and what would have turned the verdict.")
    def why_not(self, first: int = USUAL, after: str | None = None) -> Connection[Line]:
        return connect(self.model.why_not, Paging(first=first, after=after), Line.of)


@strawberry.type(description="The severity of a breach; it dates from the due instant or the window's end.")
class BreachSeverity:
    severity: str
    at: DateTime | None = strawberry.field(description="Absent where the window has no end.")


@strawberry.type(description="A level of an incident's escalation: whose turn it is, and when.")
class EscalationStep:
    escalation: str
    level: int
    role: str
    at: DateTime
    state: EscalationState
    window: Window | None
    trigger: Trigger | None = strawberry.field(description="What began the escalation.")
    model: strawberry.Private[reaction.EscalationStep]

    @strawberry.field(description="The agreement that has the escalation.")
    def agreement(self, info: Info) -> Agreement | None:
        name = self.model.escalation.partition(".")[0]
        found = info.context.view.snapshot.agreements.get(name)
        return None if found is None else Agreement.of(found)

    @classmethod
    def of(cls, step: reaction.EscalationStep) -> "EscalationStep":
        """A level that was reached, comes next or was stopped before."""
        return cls(
            escalation=step.escalation,
            level=step.level,
            role=step.role,
            at=DateTime(step.at),
            state=step.state,
            window=window_of(step.occasion) if isinstance(step.occasion, InWindow) else None,
            trigger=trigger_of(step.occasion) if isinstance(step.occasion, OnTriggerFact) else None,
            model=step,
        )


@strawberry.type(description="An update of an escalation that is open, or several missed in a row.")
class UpdateCase:
    escalation: str
    number: int
    due: DateTime
    in_a_row: int
    last_due: DateTime
    state: UpdateState
    given_at: DateTime | None
    given_by: str | None

    @classmethod
    def of(cls, case: reaction.UpdateCase) -> "UpdateCase":
        """An update, given, due or missed."""
        return cls(
            escalation=case.escalation,
            number=case.number,
            due=DateTime(case.due),
            in_a_row=case.in_a_row,
            last_due=DateTime(case.last_due),
            state=case.state,
            given_at=None if case.given_at is None else DateTime(case.given_at),
            given_by=case.given_by,
        )


@strawberry.type(description="What must happen next to a credit, or is decided then.")
class CreditDue:
    step: CreditStep
    at: DateTime
    inclusive: bool
    date: Date | None

    @classmethod
    def of(cls, due: reaction.CreditDue) -> "CreditDue":
        """A claim that is due, or the end of the windows that earn a credit back."""
        date = None if due.date is None else Date(due.date)
        return cls(step=due.step, at=DateTime(due.at), inclusive=due.inclusive, date=date)


@strawberry.type(description="A credit that follows from a verdict.")
class Credit:
    amount: Money | None = strawberry.field(
        description="Absent where it is not known (the arithmetic says why), and for points alone."
    )
    points: int | None
    state: CreditState
    due: list[CreditDue]
    remedy: str | None = strawberry.field(description="What was chosen instead of the credit.")
    obligation_name: str
    subject: str
    window: Window | None
    trigger: Trigger | None
    model: strawberry.Private[reaction.Credit]

    @strawberry.field(description="The promise from which it follows.")
    def obligation(self, info: Info) -> Obligation | None:
        found = info.context.view.snapshot.obligation(self.model.obligation)
        return None if found is None else Obligation.of(found)

    @strawberry.field
    def arithmetic(self, first: int = USUAL, after: str | None = None) -> Connection[Line]:
        return connect(
            self.model.arithmetic,
            Paging(first=first, after=after),
            lambda text: Line.of(explanation.Line(text=text)),
        )

    @classmethod
    def of(cls, credit: reaction.Credit) -> "Credit":
        """A credit as it stands."""
        occasion = credit.occasion
        return cls(
            amount=None if credit.amount is None else Money(money_text(credit.amount)),
            points=credit.points,
            state=credit.state,
            due=[CreditDue.of(due) for due in credit.due],
            remedy=credit.remedy,
            obligation_name=credit.obligation,
            subject=credit.subject,
            window=window_of(occasion) if isinstance(occasion, InWindow) else None,
            trigger=trigger_of(occasion) if isinstance(occasion, OnTriggerFact) else None,
            model=credit,
        )


def texts(found: tuple[str, ...], first: int | None, after: str | None) -> Connection[Line]:
    """A page of texts, each a line."""
    return connect(found, Paging(first=first, after=after), lambda text: Line.of(explanation.Line(text=text)))


@strawberry.type(description="A transition of a ladder.")
class LadderStep:
    at: DateTime
    level: int
    event: LadderEvent
    reason: str
    model: strawberry.Private[reaction.LadderStep]

    @strawberry.field(description="The facts that it rests on.")
    def facts(self, first: int = USUAL, after: str | None = None) -> Connection[FactReference]:
        return references(self.model.facts, first, after)

    @classmethod
    def of(cls, step: reaction.LadderStep) -> "LadderStep":
        """A transition."""
        return cls(at=DateTime(step.at), level=step.level, event=step.event, reason=step.reason, model=step)


@strawberry.type(description="A ladder that a breach has opened, for its promise and subject.")
class LadderCase:
    ladder: str
    state: LadderState
    level: int
    role: str
    gives: str | None = strawberry.field(description="What its last failure lets a party do.")
    model: strawberry.Private[reaction.LadderCase]

    @strawberry.field
    def steps(self, first: int = USUAL, after: str | None = None) -> Connection[LadderStep]:
        return connect(self.model.steps, Paging(first=first, after=after), LadderStep.of)

    @strawberry.field(description="Further windows breached while it was open.")
    def joined(self, first: int = USUAL, after: str | None = None) -> Connection[Line]:
        return texts(self.model.joined, first, after)

    @strawberry.field(description="What it waits for.")
    def due(self, first: int = USUAL, after: str | None = None) -> Connection[Line]:
        return texts(self.model.due, first, after)

    @classmethod
    def of(cls, case: reaction.LadderCase) -> "LadderCase":
        """A case with its transitions."""
        return cls(
            ladder=case.ladder,
            state=case.state,
            level=case.level,
            role=case.role,
            gives=case.gives,
            model=case,
        )


@strawberry.type(description="A right that arose at the end of this window.")
class RightArisen:
    right: str
    holder: str
    power: str
    state: RightState
    at: DateTime
    until: DateTime | None
    exercised_by: str | None
    model: strawberry.Private[reaction.RightArisen]

    @strawberry.field(description="The patterns that gave it.")
    def because(self, first: int = USUAL, after: str | None = None) -> Connection[Line]:
        return texts(self.model.because, first, after)

    @classmethod
    def of(cls, arisen: reaction.RightArisen) -> "RightArisen":
        """A right, and why."""
        return cls(
            right=arisen.right,
            holder=arisen.holder,
            power=arisen.power,
            state=arisen.state,
            at=DateTime(arisen.at),
            until=None if arisen.until is None else DateTime(arisen.until),
            exercised_by=arisen.exercised_by,
            model=arisen,
        )


@strawberry.type(description="An improvement that the end of this window calls for.")
class ImprovementCase:
    improvement: str
    owner: str
    state: ImprovementState
    at: DateTime
    due: DateTime
    recorded_by: str | None
    done_at: DateTime | None
    model: strawberry.Private[reaction.ImprovementCase]

    @strawberry.field(description="The needs that the record leaves empty.")
    def lacking(self, first: int = USUAL, after: str | None = None) -> Connection[FactReference]:
        return references(self.model.lacking, first, after)

    @strawberry.field(description="The patterns that called for it.")
    def because(self, first: int = USUAL, after: str | None = None) -> Connection[Line]:
        return texts(self.model.because, first, after)

    @strawberry.field(description="Later windows after which a pattern held again.")
    def joined(self, first: int = USUAL, after: str | None = None) -> Connection[Line]:
        return texts(self.model.joined, first, after)

    @classmethod
    def of(cls, case: reaction.ImprovementCase) -> "ImprovementCase":
        """A case of the register."""
        return cls(
            improvement=case.improvement,
            owner=case.owner,
            state=case.state,
            at=DateTime(case.at),
            due=DateTime(case.due),
            recorded_by=case.recorded_by,
            done_at=None if case.done_at is None else DateTime(case.done_at),
            model=case,
        )


@strawberry.type(description="A notice that this verdict asks for.")
class NoticeCase:
    to: str
    cause: NoticeCause
    state: NoticeState
    at: DateTime | None = strawberry.field(description="When the breach dates from.")
    due: Due | None
    sent_at: DateTime | None
    sent_by: str | None

    @classmethod
    def of(cls, case: reaction.NoticeCase) -> "NoticeCase":
        """A notice, due or sent."""
        return cls(
            to=case.to,
            cause=case.cause,
            state=case.state,
            at=None if case.at is None else DateTime(case.at),
            due=None if case.due is None else Due.of(case.due),
            sent_at=None if case.sent_at is None else DateTime(case.sent_at),
            sent_by=case.sent_by,
        )


@strawberry.type(description="What the facts say of one promise on one occasion.")
class Verdict(Node):
    """Made for every object of a list: what takes work is a method, done only where it is asked for."""

    as_of: DateTime
    known_at: DateTime | None
    policy_version: str
    subject: str
    state: State
    flags: list[Flag]
    fulfilled_at: DateTime | None
    fulfilled_by: str | None
    excused_by: str | None
    version: str | None = strawberry.field(description="The version of the agreement that governed it.")
    judged_by: str | None
    model: strawberry.Private[verdict.Verdict]
    revision: strawberry.Private[Revision]
    obligations: strawberry.Private[dict[tuple[str, str | None], Obligation]]

    @strawberry.field
    def window(self) -> Window | None:
        occasion = self.model.occasion
        return window_of(occasion) if isinstance(occasion, InWindow) else None

    @strawberry.field
    def trigger(self) -> Trigger | None:
        occasion = self.model.occasion
        return trigger_of(occasion) if isinstance(occasion, OnTriggerFact) else None

    @strawberry.field
    def measured(self) -> Measured | None:
        measured = self.model.measured
        return Measured.of(measured, self.model.bound) if measured else None

    @strawberry.field(description="The value as the policy rounds it, if it does.")
    def rounded(self) -> Quantity | None:
        bound, rounded = self.model.bound, self.model.rounded
        return Quantity.of(rounded, bound.unit) if bound and rounded is not None else None

    @strawberry.field
    def bound(self) -> AnsweredBound | None:
        return AnsweredBound.of(self.model.bound) if self.model.bound else None

    @strawberry.field
    def margin(self) -> Quantity | None:
        bound, margin = self.model.bound, self.model.margin
        return Quantity.of(margin, bound.unit, no_margin(bound)) if bound and margin is not None else None

    @strawberry.field
    def due(self) -> Due | None:
        return Due.of(self.model.due) if self.model.due else None

    @strawberry.field
    def late_by(self) -> Quantity | None:
        late, unit = self.model.late_by, self.model.late_unit
        return Quantity.of(late, unit) if late is not None and unit is not None else None

    @strawberry.field
    def obligation(self, info: Info) -> Obligation:
        # The verdicts of a page are of few promises.
        name = self.model.obligation, self.model.version
        if name not in self.obligations:
            obligation = info.context.view.snapshot.obligation_of(self.model)
            assert obligation is not None, self.model.obligation
            self.obligations[name] = Obligation.of(obligation)
        return self.obligations[name]

    @strawberry.field(description="The service that is its subject, where one is.")
    def service(self, info: Info) -> Service | None:
        service = info.context.view.snapshot.services.get(self.model.about)
        return Service.of(service) if service else None

    @strawberry.field(description="The figures behind it, each under its name.")
    def counts(self) -> list[Count]:
        return [Count.of(name, count) for name, count in self.model.counts.items()]

    @strawberry.field
    def parts(self, first: int = USUAL, after: str | None = None) -> Connection[Part]:
        return connect(
            self.model.parts,
            Paging(first=first, after=after),
            lambda part: Part(
                name=part.name, text=part.text, at=DateTime(part.at) if part.at is not None else None
            ),
        )

    @strawberry.field(description="Where modes give the window other bounds: its parts, each under its own.")
    def window_parts(self, first: int = USUAL, after: str | None = None) -> Connection[WindowPart]:
        return connect(self.model.window_parts, Paging(first=first, after=after), WindowPart.of)

    @strawberry.field(description="The facts or fields that are missing.")
    def missing(self, first: int = USUAL, after: str | None = None) -> Connection[FactReference]:
        return references(self.model.missing, first, after)

    @strawberry.field
    def evidence(self) -> Evidence:
        found = self.model.evidence
        return Evidence(facts=found.facts, digest=found.digest, query=found.query, model=found)

    @strawberry.field(description="The contract's words.")
    def clause(self, first: int = USUAL, after: str | None = None) -> Connection[Citation]:
        return citations(self.model.clause, first, after)

    @strawberry.field(description="Why, line by line, computed again from the facts.")
    def explain(self, info: Info) -> Explanation:
        found = info.context.explain(self.model, self.revision)
        return Explanation(recomputed=found.recomputed, model=found)

    @strawberry.field(description="From the contract's words to what followed; `back` turns the order round.")
    def trace(self, info: Info, back: bool = False) -> TraceStep:
        return trace_of(self, info, back)

    @strawberry.field(description="The severity, where it is a breach that has one.")
    def severity(self) -> BreachSeverity | None:
        for each in self.revision.following(self.model):
            if isinstance(each, reaction.BreachSeverity):
                return BreachSeverity(severity=each.severity, at=end_time(each.at))
        return None

    @strawberry.field(description="The credit that follows, where one does.")
    def credit(self) -> Credit | None:
        for each in self.revision.following(self.model):
            if isinstance(each, reaction.Credit):
                return Credit.of(each)
        return None

    @strawberry.field(description="The ladders that this breach opened.")
    def ladders(self, first: int = USUAL, after: str | None = None) -> Connection[LadderCase]:
        followed = self.revision.following(self.model)
        found = tuple(each for each in followed if isinstance(each, reaction.LadderCase))
        return connect(found, Paging(first=first, after=after), LadderCase.of)

    @strawberry.field(description="The rights that arose at the end of this window.")
    def rights(self, first: int = USUAL, after: str | None = None) -> Connection[RightArisen]:
        followed = self.revision.following(self.model)
        found = tuple(each for each in followed if isinstance(each, reaction.RightArisen))
        return connect(found, Paging(first=first, after=after), RightArisen.of)

    @strawberry.field(description="The improvements that the end of this window calls for.")
    def improvements(self, first: int = USUAL, after: str | None = None) -> Connection[ImprovementCase]:
        followed = self.revision.following(self.model)
        found = tuple(each for each in followed if isinstance(each, reaction.ImprovementCase))
        return connect(found, Paging(first=first, after=after), ImprovementCase.of)

    @strawberry.field(description="The notices that this verdict asks for.")
    def notices(self, first: int = USUAL, after: str | None = None) -> Connection[NoticeCase]:
        followed = self.revision.following(self.model)
        found = tuple(each for each in followed if isinstance(each, reaction.NoticeCase))
        return connect(found, Paging(first=first, after=after), NoticeCase.of)

    @strawberry.field(description="The levels of the escalations that the same trigger began.")
    def escalations(self, first: int = USUAL, after: str | None = None) -> Connection[EscalationStep]:
        followed = self.revision.following(self.model)
        steps = tuple(each for each in followed if isinstance(each, reaction.EscalationStep))
        return connect(steps, Paging(first=first, after=after), EscalationStep.of)

    @strawberry.field(description="The updates of the escalations that the same trigger began.")
    def updates(self, first: int = USUAL, after: str | None = None) -> Connection[UpdateCase]:
        followed = self.revision.following(self.model)
        found = tuple(each for each in followed if isinstance(each, reaction.UpdateCase))
        return connect(found, Paging(first=first, after=after), UpdateCase.of)

    @classmethod
    def of(cls, model: verdict.Verdict, revision: Revision, info: Info) -> "Verdict":
        """A verdict of a revision; its id names the revision unless it is the one that is served now."""
        return cls.each(revision, info)(model)

    @classmethod
    def each(cls, revision: Revision, info: Info) -> "Callable[[verdict.Verdict], Verdict]":
        """What makes the verdicts of a revision, one after the other, within the time of the request."""
        context = info.context
        view = context.view
        as_of, version = DateTime(revision.as_of), view.snapshot.version
        known_at = DateTime(revision.known_at) if revision.known_at is not None else None
        instants = instants_of(revision, served=revision is view.revision and not view.is_past)
        obligations: dict[tuple[str, str | None], Obligation] = {}

        def made(model: verdict.Verdict) -> Verdict:
            context.check_deadline()
            return cls(
                id=global_id("Verdict", *model.identity, *instants),
                as_of=as_of,
                known_at=known_at,
                policy_version=version,
                subject=model.subject,
                state=model.state,
                flags=list(model.flags),
                fulfilled_at=None if model.fulfilled_at is None else DateTime(model.fulfilled_at),
                fulfilled_by=model.fulfilled_by,
                excused_by=model.excused_by,
                version=model.version,
                judged_by=model.judged_by,
                model=model,
                revision=revision,
                obligations=obligations,
            )

        return made


def trace_of(of: Verdict, info: Info, back: bool) -> TraceStep:
    """The trace of a verdict, which rests on its explanation (S10.3)."""
    return TraceStep.of(traced(of, info, back).tree)


def traced(of: Verdict, info: Info, back: bool) -> Trace:
    """The tree of a verdict's trace, and the graph around it (S10.3)."""
    found = info.context.explain(of.model, of.revision)
    return info.context.view.trace(found, of.revision, back)


def instants_of(revision: Revision, *, served: bool) -> tuple[Instant, ...]:
    """The instants that the id of a verdict names (S7.4): none of the served revision."""
    if served:
        return ()
    return (revision.as_of, *(() if revision.known_at is None else (revision.known_at,)))


def window_of(occasion: InWindow) -> Window:
    """A window; one without an end has none."""
    return Window(label=occasion.label, start=DateTime(occasion.start), end=end_time(occasion.end))


def end_time(end: Instant) -> DateTime | None:
    """The instant of an end; none of what has none."""
    return None if end_shown(end) is None else DateTime(end)


def trigger_of(occasion: OnTriggerFact) -> Trigger:
    """The fact that was the occasion."""
    return Trigger(kind=occasion.kind, key=occasion.key, at=DateTime(occasion.at))
