"""What a verdict on a window rests on: how many facts, a digest that hangs on each, one query for a shape."""

from dataclasses import replace

from engine.model.calendar import Elapsed
from engine.model.fact import Fact
from engine.model.measure import Aggregate, TimeBetween
from engine.model.obligation import Target
from engine.model.quantity import HOURS, Bound, Comparison
from engine.model.verdict import Verdict
from engine.rules.plans.targets import judge_targets
from tests.definition.policies import (
    ANSWERED,
    KINDS,
    OPENED,
    Policy,
    aggregate,
    at,
    by_kind,
    fact,
    percent,
    records,
    target,
    terms,
    uptime,
)
from tests.differential.stores import stored

DOWN = fact("outage", "o1", start=at("2025-03-03 10:00"), end=at("2025-03-03 11:00"))
ALSO = fact("outage", "o2", start=at("2025-03-05 10:00"), end=at("2025-03-05 11:00"))
EARLIER = fact("outage", "o3", start=at("2025-02-05 10:00"), end=at("2025-02-05 11:00"))


def march(promise: Target, *facts: Fact) -> Verdict:
    return next(each for each in judged([promise], *facts) if each.identity[2] == "2025-03")


def judged(promises: list[Target], *facts: Fact) -> tuple[Verdict, ...]:
    policy = Policy(KINDS, promises[0])
    with stored(by_kind(facts), KINDS) as store:
        return judge_targets(
            policy.snapshot,
            promises,
            store,
            as_of=at("2025-04-02 00:00"),
            known_at=None,
            progress=lambda *_: None,
        ).verdicts


def test_the_digest_hangs_on_the_facts_of_the_window_and_not_on_their_order() -> None:
    both = march(uptime(), DOWN, ALSO, EARLIER).evidence
    assert both.facts == 2
    assert both == march(uptime(), EARLIER, ALSO, DOWN).evidence == march(uptime(), ALSO, DOWN).evidence
    longer = replace(ALSO, values={**ALSO.values, "end": at("2025-03-05 11:00") + 1})
    digests = {
        march(uptime(), *facts).evidence.digest for facts in ((), (DOWN,), (DOWN, ALSO), (DOWN, longer))
    }
    assert len(digests) == 4


def test_records_and_open_ones_are_evidence() -> None:
    taken = TimeBetween(start=OPENED, end=ANSWERED, clock=Elapsed(), unit=HOURS)
    mean = target(
        aggregate(Aggregate.AVERAGE, records(value=taken)),
        Bound(comparison=Comparison.AT_MOST, value=percent("100").value, unit=HOURS),
    )
    tickets = [fact("ticket", f"t{n}", opened_at=at(f"2025-03-0{n} 10:00")) for n in (3, 4)]
    reply = fact("reply", "r1", ticket="t3", at=at("2025-03-03 12:00"))
    answered, open_both = march(mean, *tickets, reply).evidence, march(mean, *tickets).evidence
    assert (answered.facts, open_both.facts) == (2, 2)
    assert answered.digest != open_both.digest


def test_targets_of_one_shape_share_one_query() -> None:
    calm, strict = uptime("99"), uptime("99.9", least=0)
    other = replace(strict, terms=terms(id="a.other", subject="api", subjects=("api",)))
    shape = {id(each.evidence.query) for each in judged([calm, other], DOWN)}
    assert len(shape) == 1
    apart = {each.evidence.query for each in judged([calm, uptime("99", least=1)], DOWN)}
    assert len(apart) == 2
