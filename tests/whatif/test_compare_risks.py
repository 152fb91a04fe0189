"""The risks that two policy sets do not share are those that `risk` tells of one and not, or not so, of the
other."""

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from api.risk_to_json import risk_json
from engine.graph.model_to_graph import build
from engine.graph.risk.assess import assess
from engine.model.risk import Risk
from engine.model.snapshot import Snapshot
from engine.whatif.compare_risks import risk_changes
from tests.graph.random_policies import PARTIES, SERVICES, snapshots
from tests.hosting import instant, one, party, service, snapshot, some

IN_TERM = instant("2025-06-01T00:00:00Z")
LISTS = ("single_failures", "suppliers", "concentrations", "cycles", "orphans")


@st.composite
def edited(draw: st.DrawFn) -> tuple[Snapshot, Snapshot]:
    """A random policy, and the same one with other needs, providers or agreements."""
    policy, other = draw(snapshots()), draw(snapshots())
    after = policy
    for name in draw(st.lists(st.sampled_from(SERVICES), max_size=3)):
        after = _with(after, services=after.services.set(name, other.services[name]))
    if policy.agreements and draw(st.booleans()):  # the last one, which no other stands on
        after = _with(after, agreements=after.agreements.remove(max(policy.agreements)))
    return policy, after


def _with(policy: Snapshot, **changes: Any) -> Snapshot:
    return snapshot(
        **{
            "parties": {name: party(name) for name in PARTIES},
            "roles": policy.roles,
            "services": policy.services,
            "calendars": policy.calendars,
            "agreements": policy.agreements,
            **changes,
        }
    )


def risk(policy: Snapshot) -> Risk:
    return assess(policy, build(policy), IN_TERM)


def told(found: object) -> object:
    """What JSON says of a risk, without where that stands, the ways, and the numbers of groups."""
    if isinstance(found, dict):
        return {name: told(each) for name, each in found.items() if name not in ("place", "group", "said")}
    if isinstance(found, list):
        return [told(each) for each in found]
    return "group" if isinstance(found, str) and found.startswith("group:") else found


@settings(max_examples=25, deadline=None)
@given(edited())
def test_every_risk_that_differs_is_listed(policies: tuple[Snapshot, Snapshot]) -> None:
    old, new = (risk(each) for each in policies)
    changes = risk_changes(old, new, IN_TERM)
    assert changes.at == IN_TERM
    for name in LISTS:
        before, after = (getattr(each, name) for each in (old, new))
        listed = getattr(changes, name)
        gone, come = ([getattr(each, side) for each in listed] for side in ("before", "after"))
        assert all(each is None or each in before for each in gone)
        assert all(each is None or each in after for each in come)
        stays = [each for each in before if each not in gone]
        assert sorted(map(words(name), stays)) == sorted(
            words(name)(each) for each in after if each not in come
        )
        pairs = [(each.before, each.after) for each in listed if each.before and each.after]
        assert all(words(name)(was) != words(name)(now) for was, now in pairs)


def words(name: str) -> Callable[[Any], str]:
    """What is told of one entry of a list."""

    def say(found: Any) -> str:
        empty = dict.fromkeys(LISTS, ())
        (said,) = risk_json(Risk(**{**empty, name: (found,)}))[name]  # type: ignore[arg-type, misc]
        assert isinstance(said, dict)
        if name == "concentrations":
            cuts = [
                [(each["id"], told([leg["member"] for leg in each["legs"]])) for each in cut]
                for cut in said["cuts"]  # type: ignore[union-attr]
            ]
            return str((told({**said, "cuts": None}), cuts))
        if name == "cycles":
            return str((said["start"], said["entangled"], ways(found.path)))
        return str(told(said))

    return say


def ways(path: Sequence[Any]) -> list[str]:
    return [hop.node.id for hop in path if not hop.node.id.startswith("group:")]


def test_nothing_differs_from_itself() -> None:
    policy = snapshot(
        parties={name: party(name) for name in ("acme", "northwind")},
        services={
            "shop": service("shop", "acme", some(1, one("a"), one("b")), some(1, one("a"), one("b"))),
            "a": service("a", "northwind", one("a")),
            "b": service("b", "northwind"),
            "c": service("c", "acme"),
        },
    )
    changes = risk_changes(risk(policy), risk(policy), IN_TERM)
    assert not any(getattr(changes, name) for name in LISTS)


def test_a_group_is_the_same_one_wherever_it_stands() -> None:
    """A need before it gives the group another number, and is no other redundancy."""
    group = some(1, one("a"), one("b"))
    before, after = (
        snapshot(
            parties={name: party(name) for name in ("acme", "northwind")},
            services={
                "shop": service("shop", "acme", *needs),
                "a": service("a", "northwind"),
                "b": service("b", "northwind"),
            },
        )
        for needs in ((group,), (one("a"), group))
    )
    assert len(risk(before).concentrations) == 1
    assert risk_changes(risk(before), risk(after), IN_TERM).concentrations == ()
