"""A small world of kinds and services for the tests of admission."""

from pathlib import Path

from pyrsistent import pmap

from engine.facts.admission import Admission
from engine.facts.feed_files import admit_folder
from engine.model.fact import (
    At,
    DateType,
    DurationType,
    Fact,
    FactKind,
    Field,
    InstantType,
    Lasts,
    MoneyType,
    NumberType,
    OneOfType,
    ReferenceType,
    TextType,
    YesNoType,
)
from engine.model.feed import Column, Feed, LocalTime
from engine.model.party import Party, PartyStanding
from engine.model.service import Service
from engine.model.snapshot import Snapshot
from engine.source import Source
from engine.store.database import Store

HERE = Source(name="world.sla", text="fact outage").span(0, 11)

OUTAGE = FactKind(
    name="outage",
    key="id",
    about="service",
    timing=Lasts(start="start", end="end"),
    fields=(
        Field(name="id", type=TextType()),
        Field(name="service", type=ReferenceType(to="service")),
        Field(name="start", type=InstantType()),
        Field(name="end", type=InstantType(), optional=True),
        Field(name="impact", type=OneOfType(values=("minor", "major", "critical")), optional=True),
    ),
    span=HERE,
)

EVERYTHING = FactKind(
    name="everything",
    key="id",
    about=None,
    timing=At(field="at"),
    fields=(
        Field(name="id", type=TextType()),
        Field(name="at", type=InstantType()),
        Field(name="note", type=TextType(), optional=True),
        Field(name="load", type=NumberType(decimals=3), optional=True),
        Field(name="cost", type=MoneyType(currency="USD"), optional=True),
        Field(name="effort", type=DurationType(), optional=True),
        Field(name="day", type=DateType(), optional=True),
        Field(name="fixed", type=YesNoType(), optional=True),
        Field(name="outage", type=ReferenceType(to="outage"), optional=True),
    ),
    span=HERE,
)


def feed(
    kind: str,
    file: str,
    *columns: Column,
    name: str = "theirs",
    zone: str | None = None,
    local_time: LocalTime = LocalTime.REFUSE,
    constants: tuple[tuple[str, str], ...] = (),
    ignores: tuple[str, ...] = (),
    ignores_others: bool = False,
    decimals: int | None = None,
    corrections: bool = False,
) -> Feed:
    """A feed with only what a test is about."""
    return Feed(
        name=name,
        kind=kind,
        file=file,
        zone=zone,
        local_time=local_time,
        columns=columns,
        constants=constants,
        ignores=ignores,
        ignores_others=ignores_others,
        decimals=decimals,
        corrections=corrections,
        span=HERE,
    )


def column(field: str, source: str, **values: str) -> Column:
    """A field from a column of another name, with our words for theirs."""
    return Column(field=field, source=source, values=values)


def world(*feeds: Feed) -> Snapshot:
    """Two kinds, the services `shop` and `api`, and the feeds."""
    party = Party(name="acme", title="Acme", standing=PartyStanding.INTERNAL, span=HERE)
    services = {
        name: Service(
            name=name, title=name, provider="acme", owner=None, hours=None, needs=(), attributes=(), span=HERE
        )
        for name in ("shop", "api")
    }
    return Snapshot(
        version="",
        documents=pmap(),
        parties=pmap({"acme": party}),
        roles=pmap(),
        severities=pmap(),
        calendars=pmap(),
        components=pmap(),
        services=pmap(services),
        kinds=pmap({kind.name: kind for kind in (OUTAGE, EVERYTHING)}),
        feeds=pmap({feed.name: feed for feed in feeds}),
        agreements=pmap(),
        examples=(),
    )


def admit(
    folder: Path, *feeds: Feed, kind: FactKind = OUTAGE, all_or_nothing: bool = False
) -> tuple[Admission, tuple[Fact, ...]]:
    """Admit a folder into a store in memory; what came of it, and the facts of one kind."""
    with Store.open(None) as store:
        admission = admit_folder(world(*feeds), folder, store, all_or_nothing=all_or_nothing)
        return admission, store.facts(kind, None)


def reasons(admission: Admission) -> list[tuple[int, str | None, str]]:
    """Row, column and reason of everything that was refused."""
    return [(each.row, each.column, each.reason) for each in admission.refused]
