"""Agreements: SLAs, and the OLAs and underpinning contracts beneath them."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from engine.model.credit import CreditCap
from engine.model.exclusion import Exclusion, Mode, NamedPeriod, Permission
from engine.model.expression import Duration
from engine.model.followup import Improvement, Ladder, Notification, Right
from engine.model.obligation import Citation, Obligation, Terms
from engine.model.period import Term
from engine.model.renewal import Renewal, UnlessNotice
from engine.model.severity import Escalation
from engine.source import Span


class AgreementKind(StrEnum):
    """Service level agreement, operational level agreement, underpinning contract."""

    SLA = "sla"
    OLA = "ola"
    UC = "uc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """How the agreement was accepted: `by`, `signed`, `terms accepted`, `minutes`, or `published`."""

    how: str
    evidence: str | None
    on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention:
    """One convention as it holds in this agreement, and where it was said."""

    subject: str
    choice: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long facts are kept as they came, and how long what was made of them."""

    raw: Duration
    summaries: Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Responsibility:
    """What a party must do and nothing measures."""

    party: str
    text: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActingParty:
    """A third party that acts for a side of the agreement (S10): for `side`, one of its two parties, in these
    `obligations`, by their ids, or where none is named in all that bind that side."""

    party: str
    side: str
    obligations: tuple[str, ...]
    cites: tuple[Citation, ...]
    span: Span = field(compare=False)

    def acts_in(self, obligation: str) -> bool:
        """Whether an obligation is among those in which it acts, if it binds the side at all."""
        return not self.obligations or obligation in self.obligations


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeder:
    """That a party may feed facts of a kind, as far as they concern the agreement, and in which words."""

    kind: str
    party: str
    cites: tuple[Citation, ...]
    span: Span = field(compare=False)


class Change(StrEnum):
    """What an amendment does to a member of what it amends."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """One difference of an agreement from what it amends: `member` is `target availability` or `the notice`,
    `statements` are the sorts of the statements that a changed member says anew."""

    change: Change
    member: str
    statements: tuple[str, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Who owes whom what, in which words, when. `underpins` names agreements; `covers` names services.

    `disputes_within` is the time after a report in which it may be disputed. `reviewed_by` is a role.
    `accepted` absent means that nothing shows acceptance: its verdicts are flagged `unaccepted`.
    `credit_caps` are in the order in which they apply, the shorter unit first.

    Each version of an agreement is an Agreement of its own (S2.6): the last bears the plain name, those
    before it `name@version`. `term` is the time in which this version is in force; `supersedes` names the
    version before it, `superseded_by` the one after it. `amends` names the template or agreement that it is a
    delta of, and `deltas` are that delta. With a `renewal` the `term` is the first one, until an evaluator
    has read the facts: then it is the term as it has been renewed by `as of`. `acting` are third parties that
    act for a side; they owe nothing by that, unless an obligation binds them. `feeders` are the parties that
    may feed facts, each of one kind.
    """

    name: str
    title: str
    kind: AgreementKind
    provider: str
    customer: str
    covers: tuple[str, ...]
    underpins: tuple[str, ...]
    cites: tuple[Citation, ...]
    term: Term
    zone: str
    owned_by: str | None
    accepted: Acceptance | None
    notice: Duration | None
    conventions: tuple[Convention, ...]
    periods: tuple[NamedPeriod, ...]
    exclusions: tuple[Exclusion, ...]
    permissions: tuple[Permission, ...]
    modes: tuple[Mode, ...]
    obligations: tuple[Obligation, ...]
    escalations: tuple[Escalation, ...]
    credit_caps: tuple[CreditCap, ...] = ()
    span: Span = field(compare=False)
    owned_in_law: str | None = None
    kept: Retention | None = None
    disputes_within: Duration | None = None
    responsibilities: tuple[Responsibility, ...] = ()
    reviewed_by: str | None = None
    version: str | None = None
    supersedes: str | None = None
    superseded_by: str | None = None
    amends: str | None = None
    deltas: tuple[Delta, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    rights: tuple[Right, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    notifications: tuple[Notification, ...] = ()
    renewal: Renewal | None = None
    acting: tuple[ActingParty, ...] = ()
    feeders: tuple[Feeder, ...] = ()

    @property
    def ends(self) -> date | None:
        """Its last day, as far as policies say: what renews unless notice is given ends with its version."""
        if self.renewal is not None and isinstance(self.renewal.on, UnlessNotice):
            return self.renewal.until
        return self.term.through

    def side_of(self, party: str, obligation: str) -> str | None:
        """The side that is bound where an obligation binds this party: itself, or that for which it acts."""
        if party in (self.provider, self.customer):
            return party
        acting = (each for each in self.acting if each.party == party and each.acts_in(obligation))
        return next((each.side for each in acting), None)

    def owed(self, terms: Terms) -> str:
        """The side to which an obligation is owed: the other one than that which it binds."""
        obliged = terms.obliges or self.provider
        return self.provider if self.side_of(obliged, terms.id) == self.customer else self.customer

    def kept_through(self, terms: Terms) -> tuple[ActingParty, ...]:
        """Those who act for the side that an obligation binds, in that obligation; none is bound itself."""
        obliged = terms.obliges or self.provider
        side = self.side_of(obliged, terms.id)
        return tuple(
            each
            for each in self.acting
            if each.party != obliged and each.side == side and each.acts_in(terms.id)
        )

    @property
    def identity(self) -> str:
        """The name that all its versions share, and with which the ids of its obligations begin (S7.4)."""
        return self.name.partition("@")[0]
