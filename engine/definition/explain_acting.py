"""Who acted for a role, explained: who held it then, since when, and which facts say so (S4.8, S7.5)."""

from collections.abc import Iterator

from engine.definition.acting import Acting, acting_for, holds_at
from engine.definition.approvals import Allowed
from engine.definition.book import Reading, id_of
from engine.definition.signing import is_signed_by
from engine.definition.wording import moment_text
from engine.model.approval import DEPUTY_FOR, HOLDER_KIND
from engine.model.explanation import Line
from engine.model.fact import Fact, FactValue
from engine.model.obligation import SignOff
from engine.model.quantity import Instant
from engine.model.reading import SIGN_OFF_KIND


def allowed_line(allowed: Allowed, reading: Reading, zone: str) -> Line:
    """`approved by ann at …`, with who held the role then."""
    return Line(
        text=f"approved by {allowed.by} at {moment_text(allowed.acting.at, zone)}",
        lines=acting_lines(allowed.acting, reading, zone),
        facts=(id_of(allowed.fact),),
    )


def person_lines(role: str, by: FactValue, at: Instant, reading: Reading, zone: str) -> tuple[Line, ...]:
    """By what a person acted for a role; nothing where the role itself did, or nobody was ever said to hold
    it."""
    acting = None if by == role else acting_for(role, by, at, reading)
    return () if acting is None else acting_lines(acting, reading, zone)


def signing_lines(
    asked: SignOff, start: Instant, end: Instant, reading: Reading, zone: str
) -> Iterator[Line]:
    """Who signed off what of a window: who held the role then, or that the signer did not."""
    for fact in reading.kind(SIGN_OFF_KIND):
        ended, at, by = reading.book.ended_at(fact), fact.values["signed_at"], fact.values["by"]
        is_its_own = fact.values["source"] == asked.source and ended is not None
        if not is_its_own or ended is None or not isinstance(at, int) or at < ended:
            continue
        starts = reading.book.at(fact)
        if ended <= start or end <= starts:
            continue
        text = f"signed off by {by} at {moment_text(at, zone)}, until {moment_text(ended, zone)}"
        lines: tuple[Line, ...] = ()
        if is_signed_by(asked, by, at, reading):
            lines = person_lines(asked.by, by, at, reading, zone)
        else:
            text += f", who was not {asked.by} then: that counts for nothing"
            lines = tuple(held_lines(asked.by, at, reading, zone))
        yield Line(text=text, lines=lines, facts=(id_of(fact),))


def held_lines(role: str, at: Instant, reading: Reading, zone: str) -> Iterator[Line]:
    """Who did hold a role at an instant."""
    for each in reading.kind(HOLDER_KIND):
        if (
            each.values["role"] == role
            and each.values.get(DEPUTY_FOR) is None
            and holds_at(each, at, reading)
        ):
            yield _line(each, f"held {role}", at, reading, zone)


def acting_lines(acting: Acting, reading: Reading, zone: str) -> tuple[Line, ...]:
    """Who held the role then and since when, and for a deputy, whose and since when; what was only told
    afterwards is said to have been."""
    lines = [_line(acting.holder, f"held {acting.role}", acting.at, reading, zone)]
    if acting.deputy is not None:
        whose = f"was deputy of {acting.deputy.values[DEPUTY_FOR]} for {acting.role}"
        lines.append(_line(acting.deputy, whose, acting.at, reading, zone))
    return tuple(lines)


def _line(fact: Fact, did: str, at: Instant, reading: Reading, zone: str) -> Line:
    end = reading.book.ended_at(fact)
    until = "" if end is None else f" until {moment_text(end, zone)}"
    later = fact.recorded_at is not None and fact.recorded_at > at
    told = f"; told only at {moment_text(fact.recorded_at or 0, zone)}" if later else ""
    since = moment_text(reading.book.at(fact), zone)
    text = f"{fact.values['person']} {did} from {since}{until}, says {id_of(fact)}{told}"
    return Line(text=text, facts=(id_of(fact),))
