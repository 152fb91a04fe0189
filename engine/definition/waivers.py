"""Waivers: facts that excuse a promise inside their dates, if approved by whoever held the role (S4.8)."""

from engine.definition.approvals import allowed_in, unapproved
from engine.definition.book import Reading, id_of
from engine.definition.periods import Spell
from engine.model.approval import WAIVER_KIND, Waivers
from engine.model.fact import Fact
from engine.model.obligation import Duty, Target


def waivers_of(promise: Target | Duty, reading: Reading) -> list[Spell]:
    """The waivers of a promise, in order of start and key; one that is not approved is unproven."""
    asked = promise.waivers
    if asked is None:
        return []
    ids = (promise.terms.id, *promise.terms.other_names)
    names = {(id.partition(".")[0], said) for id in ids for said in (id, id.partition(".")[2])}
    return [
        waiver_spell(fact, asked, reading)
        for fact in reading.kind(WAIVER_KIND)
        if (fact.values["agreement"], fact.values["obligation"]) in names
    ]


def waiver_spell(fact: Fact, asked: Waivers, reading: Reading) -> Spell:
    """The time of one waiver, under its own name."""
    start = reading.book.at(fact)
    by, at = fact.values["approved_by"], fact.values["approved_at"]
    allowed = allowed_in(fact, asked.role, asked.timing, by, at, start, reading)
    return Spell(
        source=id_of(fact),
        fact=fact,
        start=start,
        end=reading.book.ended_at(fact),
        proven=allowed is not None,
        missing=() if allowed is not None else (unapproved(fact, asked.role),),
        lacks_approval=allowed is None,
        allowed=allowed,
    )
