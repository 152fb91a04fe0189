"""What repeated breaches lead to, for a report: ladders with their transitions, rights, improvements,
notices."""

from api.command.report import Entry
from api.command.words import due_words, instant_words, occasion_words
from engine.model.reaction import ImprovementCase, LadderCase, NoticeCase, RenewalCase, RightArisen
from engine.model.renewal import Renewal, UnlessNotice


def ladder_entry(case: LadderCase, zone: str) -> Entry:
    """Where a ladder stands, how it came there, and what it waits for."""
    details = [
        f"level {step.level} {step.event.value} {instant_words(step.at, zone)}: {step.reason}"
        + (f" ({', '.join(step.facts)})" if step.facts else "")
        for step in case.steps
    ]
    details += [f"joined by {', '.join(case.joined)}"] * bool(case.joined)
    details += [f"due next: {', '.join(case.due)}"] * bool(case.due)
    details += [case.gives] if case.gives else []
    headline = f"{case.ladder} · {_whose(case, zone)}: level {case.level}, {case.role}"
    return Entry(mark=case.state.value, headline=headline, details=tuple(details))


def right_entry(right: RightArisen, zone: str) -> Entry:
    """Who may do what, until when, and why."""
    until = "" if right.until is None else f", until {instant_words(right.until, zone)}"
    by = "" if right.exercised_by is None else f" by {right.exercised_by}"
    since = instant_words(right.at, zone)
    headline = f"{right.right} · {_whose(right, zone)}: {right.holder} may {right.power}, since {since}"
    return Entry(mark=right.state.value + by, headline=headline + until, details=right.because)


def improvement_entry(case: ImprovementCase, zone: str) -> Entry:
    """Who has to record what, by when, and why."""
    details = [*case.because]
    details += [f"recorded by {case.recorded_by}"] if case.recorded_by else []
    details += [f"lacks {', '.join(case.lacking)}"] * bool(case.lacking)
    details += [f"joined by {', '.join(case.joined)}"] * bool(case.joined)
    due = instant_words(case.due, zone)
    headline = f"{case.improvement} · {_whose(case, zone)}: {case.owner}, due before {due}"
    return Entry(mark=case.state.value, headline=headline, details=tuple(details))


def notice_entry(case: NoticeCase, zone: str) -> Entry:
    """Who is to be told what, by when, and what told them."""
    due = "" if case.due is None else f", due {due_words(case.due, zone)}"
    details = [] if case.sent_at is None else [f"{case.sent_by} of {instant_words(case.sent_at, zone)}"]
    headline = (
        f"{case.obligation.partition('.')[0]} · {_whose(case, zone)}: {case.to} told of {case.cause.value}"
    )
    return Entry(mark=f"notice {case.state.value}", headline=headline + due, details=tuple(details))


def renewal_entry(case: RenewalCase, renewal: Renewal, zone: str) -> Entry:
    """How long a term is, how often it was renewed, and what is due before it is renewed or ends."""
    what = "notice" if isinstance(renewal.on, UnlessNotice) else "to be renewed"
    due = "" if case.due is None else f", {what} due {due_words(case.due, zone)}"
    times = f", renewed {case.renewed} times" if case.renewed > 1 else ", renewed once" * case.renewed
    headline = f"{case.agreement}: in force through {case.through}{times}{due}"
    details = () if case.notice is None else (f"notice given: {case.notice}",)
    return Entry(mark=f"term {case.state.value}", headline=headline, details=details)


def _whose(case: LadderCase | RightArisen | ImprovementCase | NoticeCase, zone: str) -> str:
    return f"{case.obligation.partition('.')[2]} · {case.subject} · {occasion_words(case.occasion, zone)}"
