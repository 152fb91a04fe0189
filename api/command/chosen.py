"""The one verdict that a person means: of an obligation, on an occasion, for a subject."""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from shlex import quote

from api.command.console import Console
from api.command.words import instant_words
from api.command.workspace import Workspace
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.dsl.names import did_you_mean, nearest
from engine.model.explanation import Explanation
from engine.model.obligation import Obligation
from engine.model.snapshot import Snapshot
from engine.model.verdict import OnTriggerFact, Verdict

CHOICES_SHOWN = 10


def take_verdict(
    parser: ArgumentParser,
    *,
    metavar: str = "OBLIGATION",
    help: str = "the promise, as agreement.obligation",
) -> None:
    """Add OBLIGATION, --on and --subject."""
    parser.add_argument("obligation", metavar=metavar, help=help)
    parser.add_argument("--on", metavar="LABEL_OR_KEY", help="the window's label or the trigger's key")
    parser.add_argument("--subject", metavar="S", help="the subject, where there are several")


def unknown_obligation(snapshot: Snapshot, id: str) -> Diagnostic:
    """What to say of an id that no obligation has."""
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
    verdicts: Sequence[Verdict], *, id: str, on: str | None, subject: str | None, zone: str
) -> Verdict | Diagnostic:
    """The one verdict of an obligation on an occasion and for a subject, or what must be said to name one."""
    occasions, subjects = {each.identity[2] for each in verdicts}, {each.subject for each in verdicts}
    fitting = [
        each for each in verdicts if on in (None, each.identity[2]) and subject in (None, each.subject)
    ]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        choices = [_choice(each, zone) for each in fitting[:CHOICES_SHOWN]]
        more = len(fitting) - len(choices)
        return Diagnostic(
            code="several-verdicts",
            message=f"`{id}` has {len(fitting):,} verdicts",
            help="say which:\n" + "\n".join(choices) + (f"\n     … and {more:,} more" if more else ""),
        )
    if on is not None and on not in occasions and verdicts:
        message, help = f"`{id}` has no verdict on `{on}`", did_you_mean(on, occasions)
    elif subject is not None and subject not in subjects and verdicts:
        message, help = f"`{id}` has no verdict for `{subject}`", did_you_mean(subject, subjects)
    else:
        message, help = f"`{id}` has no verdict here: it had no such occasion yet", None
    return Diagnostic(code="no-verdict", message=message, help=help)


def _choice(verdict: Verdict, zone: str) -> str:
    at = verdict.occasion
    when = f" of {instant_words(at.at, zone)}" if isinstance(at, OnTriggerFact) else ""
    on, subject = quote(verdict.identity[2]), quote(verdict.subject)
    return f"     --on {on} --subject {subject}  {verdict.state.value}{when}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One verdict in its workspace, explained."""

    verdict: Verdict
    obligation: Obligation
    zone: str
    explanation: Explanation


def explained(ready: Workspace, options: Namespace, console: Console) -> Chosen | None:
    """The verdict that the options name, judged and explained; nothing, and why, where there is not one."""
    snapshot, id = ready.snapshot, options.obligation
    obligation = snapshot.obligation(id)
    if obligation is None:
        console.findings([unknown_obligation(snapshot, id)])
        return None
    id = obligation.terms.id
    instants = {"as_of": options.as_of, "known_at": options.known_at}
    with console.progress() as progress:
        evaluation = pipeline.evaluate(snapshot, ready.store, **instants, obligations={id}, progress=progress)
    zone = snapshot.agreements[obligation.terms.agreement].zone
    verdict = choose(evaluation.verdicts, id=id, on=options.on, subject=options.subject, zone=zone)
    if isinstance(verdict, Diagnostic):
        console.findings([verdict])
        return None
    return Chosen(
        verdict=verdict,
        obligation=obligation,
        zone=zone,
        explanation=pipeline.explain(snapshot, ready.store, verdict, **instants),
    )
