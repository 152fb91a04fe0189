"""Random policies for the graph: nested groups and cycles under contracts of different years, and what
falls in them by trying every rule until nothing changes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from random import Random

from hypothesis import strategies as st

from engine.model.agreement import ActingParty, Agreement, AgreementKind
from engine.model.calendar import WeeklyCalendar
from engine.model.measure import Uptime
from engine.model.obligation import MeasuringSource, Target
from engine.model.party import Role
from engine.model.period import Term
from engine.model.service import Need, NeedsOne
from engine.model.snapshot import Snapshot
from tests.hosting import MAINTENANCE, OFFICE, SPAN, agreement, party, service, snapshot, some, uptime
from tests.hosting import one as one_of

SERVICES = tuple(f"s{number}" for number in range(7))
PARTIES = ("p0", "p1", "p2")
YEARS = (2024, 2025, 2026)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """A source of random parts."""

    random: Random

    def some_of(self, names: tuple[str, ...], most: int) -> tuple[str, ...]:
        """A few of the names, each once."""
        return tuple(self.random.sample(names, self.random.randint(0, min(most, len(names)))))

    def need(self, deep: int = 0) -> Need:
        """A service, or a k-of-n group whose k is possible, in which a member may stand twice."""
        if deep > 2 or self.random.random() < 0.5:
            return one_of(self.random.choice(SERVICES))
        members = [self.need(deep + 1) for _ in range(self.random.randint(1, 4))]
        return some(self.random.randint(1, len(members)), *members)

    def target(self, agreement: str, number: int, above: tuple[str, ...]) -> Target:
        """A promise about a service, which may serve another, from a source that is watched or not."""
        promise = uptime(
            f"{agreement}.t{number}",
            self.random.choice(SERVICES),
            Fraction(99, 100),
            obliges=self.random.choice((None, *PARTIES)),
            carries=self.some_of(above, 2),
        )
        measure = promise.measure
        name = self.random.choice((None, "probe", "log"))
        run_by = self.random.choice((None, *PARTIES))
        return replace(
            promise,
            source=None if name is None else MeasuringSource(name=name, party=run_by, span=SPAN),
            watched_source=self.random.choice((None, name)),
            measure=replace(
                measure,
                hours=self.random.choice((OFFICE, replace(OFFICE, name="nights"))),
                excludes=self.random.choice(((), (replace(MAINTENANCE, agreement=agreement),))),
            ),
        )

    def agreement(self, number: int, before: list[Agreement]) -> Agreement:
        """A contract of some years, which may underpin and serve those drawn before it."""
        name = f"a{number}"
        first = self.random.choice(YEARS)
        last = self.random.choice([year for year in YEARS if year >= first])
        above = tuple(each.terms.id for other in before for each in other.obligations)
        targets = [self.target(name, each, above) for each in range(self.random.randint(0, 2))]
        provider, customer = self.random.choice(PARTIES), self.random.choice(PARTIES)
        return agreement(
            name,
            self.random.choice(tuple(AgreementKind)),
            provider,
            customer,
            covers=self.some_of(SERVICES, 3),
            underpins=self.some_of(tuple(each.name for each in before), 2),
            obligations=tuple(targets),
            owned_by=self.random.choice((None, "r0", "r1")),
            term=Term(start=date(first, 1, 1), through=date(last, 12, 31)),
            acting=self.acting(provider, customer, tuple(each.terms.id for each in targets)),
        )

    def acting(self, provider: str, customer: str, promises: tuple[str, ...]) -> tuple[ActingParty, ...]:
        """Third parties, each of which acts for one side, in all its promises or in some."""
        others = tuple(each for each in PARTIES if each not in (provider, customer))
        return tuple(
            ActingParty(
                party=party,
                side=self.random.choice((provider, provider, customer)),
                obligations=self.some_of(promises, 1),
                cites=(),
                span=SPAN,
            )
            for party in self.some_of(others, 2)
        )

    def policy(self) -> Snapshot:
        """Services with nested needs, cycles and self-loops included, under a few contracts."""
        services = [
            service(
                name, self.random.choice(PARTIES), *(self.need() for _ in range(self.random.randint(0, 3)))
            )
            for name in SERVICES
        ]
        contracts: list[Agreement] = []
        for number in range(self.random.randint(0, 4)):
            contracts.append(self.agreement(number, contracts))
        roles = {
            name: Role(name=name, title=name, party=self.random.choice(PARTIES), span=SPAN)
            for name in ("r0", "r1")
        }
        return snapshot(
            parties={name: party(name) for name in PARTIES},
            roles=roles,
            services={each.name: each for each in services},
            calendars={"office": OFFICE, "nights": replace(OFFICE, name="nights")},
            agreements={each.name: each for each in contracts},
        )


def in_force(policy: Snapshot, year: int) -> list[Agreement]:
    """The agreements whose term holds a year."""
    return [
        each
        for _, each in sorted(policy.agreements.items())
        if each.term.through is not None and each.term.start.year <= year <= each.term.through.year
    ]


def legs(need: Need, fallen: set[str]) -> list[tuple[str, int]]:
    """What has fallen at the leaves of a lost need, and how many edges lead up from each."""
    if isinstance(need, NeedsOne):
        return [(f"service:{need.name}", 1)] if f"service:{need.name}" in fallen else []
    lost = [each for each in need.members if legs(each, fallen)]
    if len(need.members) - len(lost) >= need.count:
        return []
    return [(name, length + 1) for each in lost for name, length in legs(each, fallen)]


def touches(need: Need, fallen: set[str]) -> bool:
    """Whether anything at or under a need has fallen."""
    if isinstance(need, NeedsOne):
        return f"service:{need.name}" in fallen
    return any(touches(each, fallen) for each in need.members)


def fallen_in(policy: Snapshot, failed: set[str], year: int) -> dict[str, int]:
    """How far everything that falls is from what failed."""
    contracts = in_force(policy, year)
    runs = [
        (f"party:{promise.source.party}", source_of(policy, promise))
        for a in contracts
        for promise in a.obligations
        if isinstance(promise, Target) and promise.source is not None
    ]
    far = dict.fromkeys(failed, 0)
    while True:
        reasons = [
            *(
                (f"service:{name}", far[leaf] + length)
                for name, each in policy.services.items()
                for need in each.needs
                for leaf, length in legs(need, set(far))
            ),
            *_carried(far, ((f"party:{s.provider}", f"service:{s.name}") for s in policy.services.values())),
            *_carried(far, ((f"party:{r.party}", f"role:{r.name}") for r in policy.roles.values())),
            *_carried(far, ((f"party:{a.provider}", f"agreement:{a.name}") for a in contracts)),
            *_carried(far, iter(runs)),
            *_carried(
                far,
                (
                    (f"agreement:{a.name}", f"service:{covered}")
                    for a in contracts
                    if a.kind is AgreementKind.UC
                    for covered in a.covers
                ),
            ),
        ]
        if not _nearer(far, reasons):
            return far


def hit_in(
    policy: Snapshot, failed: set[str], year: int, *, but_for_measuring: bool = False
) -> dict[str, int]:
    """How far everything that falls or is hit is from what failed; perhaps without all that happens for want
    of a source."""
    contracts = in_force(policy, year)
    fallen = fallen_in(policy, failed, year)
    if but_for_measuring:
        fallen = {id: far for id, far in fallen.items() if not id.startswith("source:")}
    there = {f"agreement:{a.name}" for a in contracts} | {
        f"obligation:{o.terms.id}" for a in contracts for o in a.obligations
    }
    by_fall: list[tuple[str, str]] = []
    passed_on: list[tuple[str, str]] = []
    for a in contracts:
        here = f"agreement:{a.name}"
        by_fall += [(f"service:{covered}", here) for covered in a.covers]
        by_fall += [(f"party:{a.customer}", here), (f"role:{a.owned_by}", here)]
        by_fall += [(here, f"agreement:{above}") for above in a.underpins]
        passed_on.append((here, f"party:{a.customer}"))
        for promise in a.obligations:
            this = f"obligation:{promise.terms.id}"
            by_fall.append((here, this))
            passed_on.append((this, here))
            passed_on += [(this, f"obligation:{served}") for served in promise.terms.carries]
            assert isinstance(promise, Target)
            by_fall += [(each, this) for each in rests_on(policy, promise, a)]
    far = dict(fallen)
    while _nearer(
        far,
        [
            (to, length)
            for to, length in (
                *_carried({name: far[name] for name in fallen}, iter(by_fall)),
                *_carried(far, iter(passed_on)),
            )
            if to in there or to.startswith("party:")
        ],
    ):
        pass
    return far


def source_of(policy: Snapshot, promise: Target) -> str:
    """The source that measures a promise; where several parties run one of its name, that of its own."""
    if promise.source is None:
        return "source:"
    name, party = promise.source.name, promise.source.party
    others = {
        each.source.party
        for each in policy.obligations()
        if isinstance(each, Target) and each.source is not None and each.source.name == name
    }
    return f"source:{name}" + (f" by {party}" if party and len(others - {None}) > 1 else "")


def rests_on(policy: Snapshot, promise: Target, contract: Agreement) -> Iterator[str]:
    """What a promise loses its sense without."""
    measure = promise.measure
    assert isinstance(measure, Uptime)
    assert isinstance(measure.hours, WeeklyCalendar)
    bound = promise.terms.obliges or contract.provider
    yield f"party:{bound}"
    in_it = [
        each for each in contract.acting if promise.terms.id in (each.obligations or (promise.terms.id,))
    ]
    if bound not in (contract.provider, contract.customer):
        bound = next((each.side for each in in_it if each.party == bound), None)
    yield from (f"party:{each.party}" for each in in_it if each.side == bound)
    yield from (f"service:{subject}" for subject in promise.terms.subjects)
    yield source_of(policy, promise)
    yield f"calendar:{measure.hours.name}"
    yield from (f"exclusion:{each.agreement}.{each.name}" for each in measure.excludes)


def _carried(far: dict[str, int], steps: Iterator[tuple[str, str]]) -> list[tuple[str, int]]:
    return [(to, far[here] + 1) for here, to in steps if here in far]


def _nearer(far: dict[str, int], reasons: list[tuple[str, int]]) -> bool:
    """Whether anything new, or nearer, is reached for these reasons."""
    changed = False
    for name, length in reasons:
        if length < far.get(name, length + 1):
            far[name] = length
            changed = True
    return changed


def snapshots() -> st.SearchStrategy[Snapshot]:
    """Random policies for Hypothesis."""
    return st.integers(0, 2**64).map(lambda seed: Draw(random=Random(seed)).policy())
