"""Which parties may feed which kinds: what is meant, and what is refused."""

import pytest

from engine.diagnostic import Level
from engine.dsl.model_to_digest import digest
from engine.model.agreement import Feeder
from tests.dsl.resolving import agreement, resolved, target

MEASURED = target(
    'measures uptime from outage during always source "Probe" requires at least 99% in each calendar month'
)
PARTIES = "party tern\n"


def feeders(statements: str) -> tuple[Feeder, ...]:
    snapshot, found = resolved(agreement(statements + MEASURED) + PARTIES)
    assert snapshot is not None, [each.message for each in found]
    (only,) = snapshot.agreements.values()
    return only.feeders


def test_each_kind_comes_from_each_party_that_is_named_with_its_clause() -> None:
    found = feeders(
        'facts of outage, sample come from acme { cites msa "4" "measures" } facts of claim come from tern'
    )
    assert [(each.kind, each.party) for each in found] == [
        ("outage", "acme"),
        ("sample", "acme"),
        ("claim", "tern"),
    ]
    assert [[cited.section for cited in each.cites] for each in found] == [["4"], ["4"], []]


@pytest.mark.parametrize(
    ("statements", "code", "message"),
    [
        ("facts of outag come from acme", "unknown-name", "no fact kind is named `outag`"),
        ("facts of outage come from acm", "unknown-name", "no party is named `acm`"),
        (
            "facts of breach come from acme",
            "fed-though-derived",
            "facts of `breach` follow from verdicts, and come from no party",
        ),
        (
            "facts of outage come from acme facts of sample, outage come from tern, acme",
            "said-twice",
            "that facts of `outage` come from `acme` is said twice",
        ),
        (
            "facts of outage come from acme, acme",
            "said-twice",
            "that facts of `outage` come from `acme` is said twice",
        ),
    ],
)
def test_what_cannot_be_is_refused(statements: str, code: str, message: str) -> None:
    snapshot, found = resolved(agreement(statements + "\n" + MEASURED) + PARTIES)
    errors = [(each.code, each.message) for each in found if each.level is Level.ERROR]
    assert (snapshot, errors) == (None, [(code, message)])


def test_who_may_feed_is_part_of_what_a_policy_set_means() -> None:
    ways = ("", "facts of outage come from acme", "facts of outage come from tern")
    assert len({digest(feeders(each)) for each in ways}) == len(ways)
