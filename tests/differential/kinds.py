"""The fact kinds of the random worlds, and one span for everything that has no place."""

from engine.model.fact import (
    At,
    DurationType,
    FactKind,
    Field,
    InstantType,
    Lasts,
    NumberType,
    OneOfType,
    ReferenceType,
    TextType,
    YesNoType,
)
from engine.source import Span

NOWHERE = Span(source="random", start=0, end=0, line=1, column=1, end_line=1, end_column=1)

PRIORITIES = ("p1", "p2", "p3")
TOPICS = ("red", "blue")
SERVICES = ("shop", "api")
STEPS = ("look", "think", "reply")
ZONES_OF_OUTAGES = ("a", "b", "c")

TEXT, INSTANT = TextType(), InstantType()
TOPIC, PRIORITY = OneOfType(values=TOPICS), OneOfType(values=PRIORITIES)
NUMBER, LENGTH, YES_NO = NumberType(decimals=2), DurationType(), YesNoType()
SERVICE, TICKET = ReferenceType(to="service"), ReferenceType(to="ticket")


def _field(name: str, type: object, *, optional: bool = False, planned: bool = False) -> Field:
    return Field(name=name, type=type, optional=optional, planned=planned)  # type: ignore[arg-type]


def _kind(name: str, timing: At | Lasts, *fields: Field, about: str | None = None) -> FactKind:
    return FactKind(
        name=name, key="id", about=about, timing=timing, fields=(_field("id", TEXT), *fields), span=NOWHERE
    )


KINDS = {
    kind.name: kind
    for kind in (
        _kind(
            "ticket",
            At(field="opened_at"),
            _field("service", SERVICE),
            _field("opened_at", INSTANT),
            _field("classified_at", INSTANT, optional=True),
            _field("wanted_by", INSTANT, optional=True, planned=True),
            _field("topic", TOPIC, optional=True),
            _field("priority", PRIORITY, optional=True),
            _field("size", NUMBER, optional=True),
            _field("weight", NUMBER),
            _field("effort", LENGTH, optional=True),
            _field("days", NumberType(), optional=True),
            _field("urgent", YES_NO, optional=True),
            about="service",
        ),
        _kind(
            "reply",
            At(field="at"),
            _field("ticket", TICKET),
            _field("at", INSTANT),
            _field("helpful", YES_NO, optional=True),
        ),
        _kind("workaround", At(field="at"), _field("ticket", TICKET), _field("at", INSTANT)),
        _kind(
            "status",
            At(field="at"),
            _field("ticket", TICKET),
            _field("at", INSTANT),
            _field("value", OneOfType(values=("waiting", "working")), optional=True),
        ),
        _kind(
            "reclassification",
            At(field="at"),
            _field("ticket", TICKET),
            _field("at", INSTANT),
            _field("value", PRIORITY, optional=True),
        ),
        _kind(
            "outage",
            Lasts(start="start", end="end"),
            _field("service", SERVICE),
            _field("start", INSTANT),
            _field("end", INSTANT, optional=True),
            _field("cause", OneOfType(values=("ours", "theirs")), optional=True),
            _field("zone", OneOfType(values=ZONES_OF_OUTAGES)),
            _field("share", NUMBER),
            about="service",
        ),
        _kind(
            "sample",
            At(field="taken_at"),
            _field("service", SERVICE),
            _field("taken_at", INSTANT),
            _field("zone", OneOfType(values=ZONES_OF_OUTAGES)),
            _field("requests", NUMBER),
            _field("errors", NUMBER),
            about="service",
        ),
        _kind(
            "maintenance",
            Lasts(start="start", end="end"),
            _field("service", SERVICE),
            _field("start", INSTANT, planned=True),
            _field("end", INSTANT, optional=True, planned=True),
            _field("notified_at", INSTANT, optional=True),
            about="service",
        ),
        _kind(
            "emergency",
            Lasts(start="start", end="end"),
            _field("service", SERVICE),
            _field("start", INSTANT),
            _field("end", INSTANT, optional=True),
            about="service",
        ),
        _kind(
            "deployment",
            Lasts(start="start", end="end"),
            _field("service", SERVICE),
            _field("start", INSTANT),
            _field("end", INSTANT, optional=True),
            _field("topic", TOPIC),
            _field("priority", PRIORITY),
            _field("urgent", YES_NO, optional=True),
            _field("users", NUMBER),
            about="service",
        ),
        _kind(
            "observation",
            Lasts(start="start", end="end"),
            _field("source", TEXT),
            _field("service", SERVICE),
            _field("start", INSTANT),
            _field("end", INSTANT, optional=True),
            about="service",
        ),
        _kind(
            "sign_off",
            Lasts(start="start", end="end"),
            _field("source", TEXT),
            _field("by", TEXT),
            _field("start", INSTANT),
            _field("end", INSTANT, optional=True),
            _field("signed_at", INSTANT),
        ),
        _kind(
            "figure",
            Lasts(start="start", end="end"),
            _field("service", SERVICE),
            _field("topic", TOPIC),
            _field("start", INSTANT),
            _field("end", INSTANT, optional=True),
            _field("agreed", YES_NO, optional=True),
            _field("value", NUMBER, optional=True),
            _field("over", NUMBER),
            _field("length", LENGTH, optional=True),
            _field("settled_at", INSTANT, optional=True),
            about="service",
        ),
        _kind(
            "disaster",
            Lasts(start="invoked_at", end="recovered_at"),
            _field("invoked_at", INSTANT),
            _field("recovered_at", INSTANT, optional=True),
            _field("recovery_point_at", INSTANT, optional=True),
            _field("failed_at", INSTANT, optional=True),
            _field("declared_by", TEXT, optional=True),
        ),
        _kind(
            "step",
            At(field="at"),
            _field("case", TEXT),
            _field("name", OneOfType(values=STEPS)),
            _field("at", INSTANT),
        ),
        _kind(
            "judgement",
            At(field="at"),
            _field("promise", TEXT),
            _field("case", TEXT),
            _field("role", TEXT),
            _field("by", TEXT, optional=True),
            _field("met", YES_NO),
            _field("at", INSTANT),
        ),
        _kind(
            "approval",
            At(field="at"),
            _field("at", INSTANT),
            _field("approves", TEXT, optional=True),
            _field("by", TEXT, optional=True),
        ),
        _kind(
            "holder",
            Lasts(start="start", end="end"),
            _field("role", TEXT),
            _field("person", TEXT),
            _field("deputy_for", TEXT, optional=True),
            _field("start", INSTANT),
            _field("end", INSTANT, optional=True),
        ),
        _kind(
            "waiver",
            Lasts(start="start", end="end"),
            _field("agreement", ReferenceType(to="agreement")),
            _field("obligation", TEXT),
            _field("start", INSTANT, planned=True),
            _field("end", INSTANT, optional=True, planned=True),
            _field("approved_by", TEXT, optional=True),
            _field("approved_at", INSTANT, optional=True),
        ),
        _kind(
            "report",
            At(field="at"),
            _field("month", TEXT),
            _field("at", INSTANT),
        ),
    )
}
