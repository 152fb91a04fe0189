"""Builds ladders, rights, improvements and notices from the parts of their rules."""

from engine.dsl import expressions as e
from engine.dsl import followups as u
from engine.dsl.limits import Bound, Limit
from engine.dsl.pieces import (
    Build,
    Pieces,
    Whole,
    Words,
    expressions,
    has,
    many,
    names,
    one,
    span,
    title,
    words,
)
from engine.dsl.statement import Cites
from engine.dsl.text_to_tokens import Token

_PATTERNS = (u.BreachedIn, u.FigureIn, u.FigureOver)


def _ladder(pieces: Pieces) -> u.Ladder:
    name, alias, *targets = names(pieces)
    return u.Ladder(
        span=span(pieces),
        name=name,
        title=title(pieces),
        alias=alias,
        targets=tuple(targets),
        items=many(pieces, Cites, u.LadderLevel, u.ClosesWhen),
    )


def _ladder_level(pieces: Pieces) -> u.LadderLevel:
    items = many(
        pieces,
        u.OpensOnFailure,
        u.OpensAgain,
        u.NotifiedBy,
        u.Remedied,
        u.ExtendedBy,
        u.LevelNeeds,
        u.FailsGives,
    )
    return u.LadderLevel(
        span=span(pieces), number=one(pieces, Whole).value, role=one(pieces, e.Name), items=items
    )


def _opens_on_failure(pieces: Pieces) -> u.OpensOnFailure:
    return u.OpensOnFailure(span=span(pieces), level=one(pieces, Whole).value)


def _opens_again(pieces: Pieces) -> u.OpensAgain:
    within, level = many(pieces, Whole)
    return u.OpensAgain(
        span=span(pieces), within=within.value, unit=one(pieces, u.SpanUnit), level=level.value
    )


def _notified_by(pieces: Pieces) -> u.NotifiedBy:
    return u.NotifiedBy(span=span(pieces), match=one(pieces, e.Match))


def _remedied_after(pieces: Pieces) -> u.Remedied:
    return u.Remedied(
        span=span(pieces),
        unit=one(pieces, u.SpanUnit),
        after=one(pieces, Whole).value,
        instant=expressions(pieces)[0],
    )


def _remedied_in(pieces: Pieces) -> u.Remedied:
    return u.Remedied(
        span=span(pieces), unit=one(pieces, u.SpanUnit), after=None, instant=expressions(pieces)[0]
    )


def _extended_by(pieces: Pieces) -> u.ExtendedBy:
    return u.ExtendedBy(span=span(pieces), match=one(pieces, e.Match), to=expressions(pieces)[0])


def _level_needs(pieces: Pieces) -> u.LevelNeeds:
    return u.LevelNeeds(span=span(pieces), matches=many(pieces, e.Match))


def _fails_gives(pieces: Pieces) -> u.FailsGives:
    party, power = names(pieces)
    return u.FailsGives(span=span(pieces), party=party, power=power)


def _closes_when(pieces: Pieces) -> u.ClosesWhen:
    return u.ClosesWhen(span=span(pieces), unit=one(pieces, u.SpanUnit), and_next=has(pieces, "next"))


def _right(pieces: Pieces) -> u.Right:
    name, holder, power = names(pieces)
    return u.Right(
        span=span(pieces),
        name=name,
        title=title(pieces),
        holder=holder,
        power=power,
        items=many(pieces, Cites, *_PATTERNS, u.ExercisableFor, u.ExercisedBy),
    )


def _exercisable_for(pieces: Pieces) -> u.ExercisableFor:
    return u.ExercisableFor(span=span(pieces), length=one(pieces, e.Duration))


def _exercised_by(pieces: Pieces) -> u.ExercisedBy:
    return u.ExercisedBy(span=span(pieces), match=one(pieces, e.Match))


def _improvement(pieces: Pieces) -> u.Improvement:
    return u.Improvement(
        span=span(pieces),
        name=one(pieces, e.Name),
        title=title(pieces),
        items=many(
            pieces,
            Cites,
            *_PATTERNS,
            u.OwnedByRole,
            u.DueWithin,
            u.RecordedBy,
            u.ImprovementNeeds,
            u.DoneAt,
        ),
    )


def _improvement_owner(pieces: Pieces) -> u.OwnedByRole:
    return u.OwnedByRole(span=span(pieces), role=one(pieces, e.Name))


def _due_within(pieces: Pieces) -> u.DueWithin:
    return u.DueWithin(span=span(pieces), length=one(pieces, e.Duration))


def _recorded_by(pieces: Pieces) -> u.RecordedBy:
    return u.RecordedBy(span=span(pieces), match=one(pieces, e.Match))


def _improvement_needs(pieces: Pieces) -> u.ImprovementNeeds:
    return u.ImprovementNeeds(span=span(pieces), fields=many(pieces, e.FieldOf))


def _done_at(pieces: Pieces) -> u.DoneAt:
    return u.DoneAt(span=span(pieces), instant=expressions(pieces)[0])


def _notify_breach(pieces: Pieces) -> u.NotifyBreach:
    to, alias, *promises = names(pieces)
    return u.NotifyBreach(
        span=span(pieces),
        to=to,
        alias=alias,
        promises=tuple(promises),
        limit=one(pieces, Limit),
        match=one(pieces, e.Match),
    )


def _notify_at_risk(pieces: Pieces) -> u.NotifyAtRisk:
    to, *promises = names(pieces)
    return u.NotifyAtRisk(span=span(pieces), to=to, promises=tuple(promises))


def _run(pieces: Pieces) -> tuple[int, int]:
    """How many windows of how many; all of them where one number stands."""
    *needed, of = [each.value for each in many(pieces, Whole)]
    return (needed[0] if needed else of), of


def _breached_in(pieces: Pieces) -> u.BreachedIn:
    needed, of = _run(pieces)
    return u.BreachedIn(
        span=span(pieces),
        promise=one(pieces, e.Name),
        needed=needed,
        of=of,
        consecutive=has(pieces, "consecutive"),
        unit=one(pieces, u.SpanUnit),
    )


def _figure_in(pieces: Pieces) -> u.FigureIn:
    needed, of = _run(pieces)
    return u.FigureIn(
        span=span(pieces),
        figure=one(pieces, Words).text,
        promise=one(pieces, e.Name),
        bound=one(pieces, Bound),
        needed=needed,
        of=of,
        consecutive=has(pieces, "consecutive"),
        unit=one(pieces, u.SpanUnit),
    )


def _figure_over(pieces: Pieces) -> u.FigureOver:
    return u.FigureOver(
        span=span(pieces),
        figure=one(pieces, Words).text,
        promise=one(pieces, e.Name),
        bound=one(pieces, Bound),
        of=one(pieces, Whole).value,
        unit=one(pieces, u.SpanUnit),
    )


def _span_unit(pieces: Pieces) -> u.SpanUnit:
    (word,) = pieces
    assert isinstance(word, Token)
    return u.SpanUnit(span=word.span, name=word.text.removesuffix("s"))


BUILD: dict[str, Build] = {
    "ladder": _ladder,
    "ladder_level": _ladder_level,
    "opens_on_failure": _opens_on_failure,
    "opens_again": _opens_again,
    "notified_by": _notified_by,
    "remedied_after": _remedied_after,
    "remedied_in": _remedied_in,
    "extended_by": _extended_by,
    "level_needs": _level_needs,
    "fails_gives": _fails_gives,
    "closes_when": _closes_when,
    "right": _right,
    "exercisable_for": _exercisable_for,
    "exercised_by": _exercised_by,
    "improvement": _improvement,
    "improvement_owner": _improvement_owner,
    "due_within": _due_within,
    "recorded_by": _recorded_by,
    "improvement_needs": _improvement_needs,
    "done_at": _done_at,
    "notify_breach": _notify_breach,
    "notify_at_risk": _notify_at_risk,
    "breached_in": _breached_in,
    "figure_in": _figure_in,
    "figure_over": _figure_over,
    "figure": words,
    "span_unit": _span_unit,
}
"""Rule by rule."""
