"""Facts in: a batch is kept whole, as new versions with an entry of the ledger, or not at all (S2.5)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from engine.facts.spelling import shown
from engine.model.canonical_json import Json, is_text
from engine.model.fact import FactKind
from engine.model.fact_version import Wording
from engine.model.ledger import EntryKind
from engine.model.reading import ACTING_KINDS
from engine.model.snapshot import Snapshot
from engine.model.tenancy import Fault, Fed, Published, Refused, Request
from engine.store.archive import Archive, Reading, Writing
from engine.tenant.fitting import Feeding, answered, fed_of, kind_of
from engine.tenant.publishing import in_use
from engine.tenant.requests import Before, all_before, before, remember, remember_all
from engine.tenant.speaking import not_theirs, others, saying, spoken_for
from engine.tenant.used import Used
from engine.tenant.versions import Versions, all_known_now, known_now, record


class SupersededError(Exception):
    """The policies are no longer in use: ask with those that are. Nothing was kept."""


def keep(
    archive: Archive, feedings: Sequence[Feeding], used: Used | None = None
) -> list[Fed | Refused | None]:
    """Keep batches as facts in one transaction, each with its own entry and answer: new facts, and, with
    `corrections`, new versions of those that there are. A row that says what is known already is no new
    version.

    None stands for a batch that must come after this transaction: it speaks of a fact or goes by a key of
    one before it, or rests on other policies than the first. Raises SupersededError where the policies of
    the first are no longer in use.
    """
    group = _apart(feedings)
    answers: dict[int, Fed | Refused] = {}
    with archive.writing() as writing:
        asked = all_before(writing, [(feedings[place].request, feedings[place].body) for place in group])
        told = dict(zip(group, asked, strict=True))
        fresh = [place for place in group if told[place] is None]
        if fresh:
            _check_in_use(writing, feedings[fresh[0]].snapshot, used)
        known = _known_of(writing, [feedings[place] for place in fresh])
        kept: list[tuple[Feeding, list[Wording]]] = []
        for place in group:
            before = told[place]
            if before is not None:
                answers[place] = before if isinstance(before, Refused) else fed_of(before.answer)
                continue
            feeding = feedings[place]
            new = _not_theirs(writing, feeding) or _new(feeding, known[feeding.kind.name])
            if isinstance(new, Refused):
                answers[place] = new
                continue
            kept.append((feeding, new))
        if kept:
            fresh = [place for place in fresh if place not in answers]
            answers |= zip(fresh, _record_all(writing, kept), strict=True)
    return [answers.get(place) for place in range(len(feedings))]


def _apart(feedings: Sequence[Feeding]) -> list[int]:
    """The places of those that can be kept at one instant: under the same policies, and none speaks of what
    another one does. One that has to wait makes wait whatever speaks of the same after it."""
    spoken: set[tuple[str, str]] = set()
    keys: set[tuple[str, str]] = set()
    group: list[int] = []
    for place, each in enumerate(feedings):
        said = {(each.kind.name, key) for key in each.keys}
        asked = each.request.actor, each.request.key
        is_same = each.snapshot.version == feedings[0].snapshot.version
        if is_same and spoken.isdisjoint(said) and asked not in keys:
            group.append(place)
        spoken |= said
        keys.add(asked)
    return group


def retract(
    archive: Archive, snapshot: Snapshot, kind_name: str, keys: Sequence[str], request: Request
) -> Fed | Refused:
    """Say that there is no such fact, from now on: what was known before stays known (S2.5).

    Raises SupersededError where the policies are no longer in use.
    """
    body: Json = {"do": "retract", "kind": kind_name, "keys": list(keys)}
    kind = kind_of(snapshot, kind_name, request.parties)
    if isinstance(kind, Refused):
        return answered(archive, request, body) or kind
    if repeated := [key for key, times in Counter(keys).items() if times > 1]:
        words = f"the key {shown(repeated[0])} is there more than once"
        return Refused(faults=(Fault(code="duplicate-key", message=words),))
    if untold := [key for key in keys if not is_text(key)]:
        # No fact has such a key, and no database can be asked for it.
        return _unknown(kind, keys, untold)
    with archive.writing() as writing:
        asked = before(writing, request, body)
        if isinstance(asked, Refused):
            return asked
        if isinstance(asked, Before):
            return fed_of(asked.answer)
        _check_in_use(writing, snapshot)
        known = known_now(writing, kind, keys)
        unknown = {key for key in keys if known.get(key) is None}
        spoken: tuple[str, ...] | Refused = ()
        if request.parties is not None:
            # What came from somebody else is for them as if it were not there.
            unknown |= others(writing, kind, keys, request.parties)
        if unknown:
            return _unknown(kind, keys, [key for key in keys if key in unknown])
        if request.parties is not None:
            contents = ((row, known[key] or "") for row, key in enumerate(keys, start=1))
            spoken = spoken_for(snapshot, kind, saying(kind, contents), request.parties)
        if isinstance(spoken, Refused):
            return spoken
        versions = [(key, None) for key in keys]
        deed = Versions(
            kind=EntryKind.RETRACT, of=kind, versions=versions, actor=request.actor, parties=spoken
        )
        (entry,) = record(writing, [deed])
        fed = Fed(entry=entry, known_from=writing.at, versions=len(keys), unchanged=0)
        remember(writing, request, body, asdict(fed))
        return fed


def _check_in_use(writing: Writing, snapshot: Snapshot, used: Used | None = None) -> None:
    """Facts are kept as the policies admit them that are in use then, though others were when they came."""
    noted = writing.noted("policy_set")
    published = noted if isinstance(noted, Published) else in_use(writing)
    if published is not None:
        writing.note("policy_set", published)
    if published is None or published.version != snapshot.version:
        raise SupersededError("other policies were published meanwhile")
    if used is not None:
        used.found(published, writing.at)


def _unknown(kind: FactKind, keys: Sequence[str], unknown: Collection[str]) -> Refused:
    places = {key: row for row, key in enumerate(keys, start=1)}
    return Refused(
        faults=tuple(
            Fault(
                code="unknown-fact",
                message=f"there is no `{kind.name}` {shown(key)}",
                row=places[key],
                field=kind.key,
            )
            for key in unknown
        )
    )


def _known_of(reading: Reading, feedings: Sequence[Feeding]) -> dict[str, dict[str, str | None]]:
    """What is known of all that they speak of, by kind."""
    keys: dict[str, list[str]] = {}
    for each in feedings:
        keys.setdefault(each.kind.name, []).extend(each.keys)
    return all_known_now(reading, keys)


def _not_theirs(reading: Reading, feeding: Feeding) -> Refused | None:
    """Why the parties that a batch comes from may not speak of all of it."""
    parties = feeding.request.parties
    rows = [*zip(feeding.worded.numbers, feeding.keys, strict=True)]
    return None if parties is None else not_theirs(reading, feeding.kind, rows, parties)


def _new(feeding: Feeding, known: Mapping[str, str | None]) -> list[Wording] | Refused:
    """The facts that say something new, or which rows may not say it."""
    kind, worded = feeding.kind, feeding.worded
    new = [each for each in worded.wordings if known.get(each.key) != each.content]
    if feeding.corrections:
        return new
    numbers = dict(zip(feeding.keys, worded.numbers, strict=True))
    taken = [
        Fault(
            code="duplicate-key",
            message=f"there is another `{kind.name}` `{each.key}`; to say otherwise of it is a correction",
            row=numbers[each.key],
            field=kind.key,
        )
        for each in new
        if known.get(each.key) is not None
    ]
    return Refused(faults=tuple(taken)) if taken else new


def _record_all(writing: Writing, kept: Sequence[tuple[Feeding, list[Wording]]]) -> list[Fed]:
    """Keep what is new of each batch with an entry of its own, if there is anything, and its answer."""
    deeds = [
        Versions(
            kind=EntryKind.APPROVE if feeding.kind.name in ACTING_KINDS else EntryKind.FEED,
            of=feeding.kind,
            versions=[(each.key, each.content) for each in new],
            actor=feeding.request.actor,
            parties=feeding.spoken,
        )
        for feeding, new in kept
        if new
    ]
    entries = iter(record(writing, deeds))
    fed = [
        Fed(
            entry=next(entries) if new else None,
            known_from=writing.at,
            versions=len(new),
            unchanged=len(feeding.worded.wordings) - len(new),
        )
        for feeding, new in kept
    ]
    remember_all(
        writing,
        [(feeding.request, feeding.body, asdict(each)) for (feeding, _), each in zip(kept, fed, strict=True)],
    )
    return fed
