"""The one verdict that a person means: of an obligation, on an occasion, for a subject."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence

from api.command.words import instant_words
from engine.diagnostic import Diagnostic
from engine.dsl.names import did_you_mean, nearest
from engine.model.instants import iso_text
from engine.model.quantity import Instant
from engine.model.snapshot import Snapshot
from engine.model.verdict import OnTriggerFact, Verdict

CHOICES_SHOWN = 10


def take_verdict(parser: ArgumentParser) -> None:
    """Add OBLIGATION, --on and --subject."""
    parser.add_argument("obligation", metavar="OBLIGATION", help="the promise, as agreement.obligation")
    parser.add_argument("--on", metavar="LABEL_OR_KEY", help="the window's label or the trigger's key")
    parser.add_argument("--subject", metavar="S", help="the subject, where there are several")


def unknown_obligation(snapshot: Snapshot, id: str) -> Diagnostic | None:
    """Why no obligation has this id, if none has."""
    if snapshot.obligation(id) is not None:
        return None
    known = {each.terms.id for each in snapshot.obligations()}
    own_names = {each.partition(".")[2]: each for each in sorted(known)}
    near = own_names.get(nearest(id.rpartition(".")[2], own_names) or "")
    return Diagnostic(
        code="unknown-obligation",
        message=f"no promise is named `{id}`",
        help=f"did you mean `{near}`?"
        if near and nearest(id, known) is None
        else did_you_mean(id, known, otherwise="a promise is named `agreement.obligation`"),
    )


def choose(
    verdicts: Sequence[Verdict], options: Namespace, as_of: Instant, zone: str
) -> Verdict | Diagnostic:
    """The verdict that the options name, or what to say more."""
    of_subject = [each for each in verdicts if options.subject in (None, each.subject)]
    fitting = [each for each in of_subject if options.on in (None, each.identity[2])]
    if len(fitting) == 1:
        return fitting[0]
    if not verdicts:
        return Diagnostic(
            code="no-verdict",
            message=f"`{options.obligation}` has had no occasion as of {iso_text(as_of)}",
        )
    if not of_subject:
        subjects = {each.subject for each in verdicts}
        return Diagnostic(
            code="no-verdict",
            message=f"`{options.obligation}` has no verdict for `{options.subject}`",
            help=did_you_mean(options.subject, subjects),
        )
    if not fitting:
        return Diagnostic(
            code="no-verdict",
            message=f"`{options.obligation}` has no verdict on `{options.on}` as of {iso_text(as_of)}",
            help=did_you_mean(options.on, {each.identity[2] for each in of_subject}),
        )
    choices = [_choice(each, zone) for each in fitting[:CHOICES_SHOWN]]
    more = len(fitting) - len(choices)
    return Diagnostic(
        code="several-verdicts",
        message=f"`{options.obligation}` has {len(fitting):,} verdicts",
        help="say which:\n" + "\n".join(choices) + (f"\n     … and {more:,} more" if more else ""),
    )


def _choice(verdict: Verdict, zone: str) -> str:
    at = verdict.occasion
    when = f" of {instant_words(at.at, zone)}" if isinstance(at, OnTriggerFact) else ""
    return f"     --on {verdict.identity[2]} --subject {verdict.subject}  {verdict.state.value}{when}"
