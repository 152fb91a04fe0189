"""Verdicts as they stand, found by their promise and occasion, so that a few are replaced in little time."""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from engine.model.growing import grows
from engine.model.quantity import Instant, Microseconds
from engine.model.touched import Stretch, Touch, Touched
from engine.model.verdict import InWindow, Verdict

Identity = tuple[str, str, str]


@dataclass(slots=True, kw_only=True)
class OfPromise:
    """The verdicts of one promise: of its windows, and of its triggers by their keys."""

    windows: dict[Identity, Verdict] = field(default_factory=dict[Identity, Verdict])
    triggers: dict[str, dict[Identity, Verdict]] = field(default_factory=dict[str, dict[Identity, Verdict]])

    def touched(self, touched: Touched, obligation: str) -> Iterator[Identity]:
        """Those that are touched; of its triggers only those named are looked at."""
        touch = touched.of(obligation)
        yield from (identity for identity, each in self.windows.items() if touch.is_of(each))
        keys = self.triggers if touch.everything else touch.triggers
        yield from (identity for key in keys for identity in self.triggers.get(key, ()))


@dataclass(slots=True, kw_only=True)
class Standing:
    """Every verdict there is, and until when those stay what they are that time alone changes."""

    promises: dict[str, OfPromise] = field(default_factory=dict[str, OfPromise])
    turns: dict[Identity, Instant] = field(default_factory=dict[Identity, Instant])
    bears: dict[Identity, Microseconds] = field(default_factory=dict[Identity, Microseconds])
    """How much news those that are open bear until then, in microseconds of bad time."""
    growing: set[Identity] = field(default_factory=set[Identity])
    """Those that time alone gives other figures."""

    def find(self, identity: Identity) -> Verdict | None:
        """A verdict, if there is one."""
        of = self.promises.get(identity[0])
        if of is None:
            return None
        return of.windows.get(identity) or of.triggers.get(identity[2], {}).get(identity)

    def beside(self, touched: Set[Identity]) -> Iterator[Verdict]:
        """All but these, promise by promise."""
        for of in self.promises.values():
            for those in (of.windows, *of.triggers.values()):
                yield from (each for identity, each in those.items() if identity not in touched)

    def every(self) -> Iterator[Verdict]:
        """All of them, promise by promise."""
        for of in self.promises.values():
            yield from of.windows.values()
            for those in of.triggers.values():
                yield from those.values()

    def touched(self, touched: Touched) -> set[Identity]:
        """Those that are touched."""
        return {
            identity
            for id in touched.promises
            if id in self.promises
            for identity in self.promises[id].touched(touched, id)
        }

    def turned(self, as_of: Instant) -> list[Verdict]:
        """Those that may have become others by an instant."""
        due = [identity for identity, turn in self.turns.items() if turn <= as_of]
        return [each for identity in due if (each := self.find(identity)) is not None]

    def grown(self) -> list[Verdict]:
        """Those that may have other figures at any later instant."""
        return [each for identity in self.growing if (each := self.find(identity)) is not None]

    def bear(self, news: Touched) -> Touched:
        """What of the news is to be judged: not windows that bear it, of which nothing changes but figures.
        What a window bore, it bears no more. Where none bears it the news stays as narrow as it is."""
        return Touched(
            promises={id: rest for id, each in news.promises.items() if (rest := self._bear(id, each))}
        )

    def _bear(self, obligation: str, touch: Touch) -> Touch:
        of = self.promises.get(obligation)
        if of is None or touch.everything or touch.triggers or touch.weight is None:
            return touch
        stretches: set[Stretch] = set()
        is_borne = False
        for identity, each in of.windows.items():
            if touch.is_of(each):
                left = self.bears.get(identity, 0) - touch.weight
                if left > 0:
                    self.bears[identity], is_borne = left, True
                else:
                    stretches |= Touch.on(each).stretches
        return Touch(stretches=frozenset(stretches), weight=touch.weight) if is_borne else touch

    def put(
        self,
        verdicts: Iterable[Verdict],
        turns: Iterable[Instant | None],
        bears: Iterable[Microseconds],
        as_of: Instant,
    ) -> None:
        """Have these stand, as of an instant, each in place of one of the same identity."""
        for each, turn, bear in zip(verdicts, turns, bears, strict=True):
            identity = each.identity
            of = self.promises.setdefault(identity[0], OfPromise())
            if isinstance(each.occasion, InWindow):
                of.windows[identity] = each
            else:
                of.triggers.setdefault(identity[2], {})[identity] = each
            if turn is None:
                self.turns.pop(identity, None)
            else:
                self.turns[identity] = turn
            if bear:
                self.bears[identity] = bear
            else:
                self.bears.pop(identity, None)
            if grows(each, as_of):
                self.growing.add(identity)
            else:
                self.growing.discard(identity)

    def take_out(self, identities: Iterable[Identity]) -> None:
        """Have these stand no more."""
        for identity in identities:
            of = self.promises[identity[0]]
            of.windows.pop(identity, None)
            if those := of.triggers.get(identity[2]):
                those.pop(identity, None)
                if not those:
                    del of.triggers[identity[2]]
            self.turns.pop(identity, None)
            self.bears.pop(identity, None)
            self.growing.discard(identity)

    @property
    def turns_at(self) -> Instant | None:
        """The instant before which none of them changes by time alone."""
        return min(self.turns.values(), default=None)


def by_identity(verdicts: Iterable[Verdict]) -> Mapping[Identity, Verdict]:
    """Verdicts by their identities."""
    return {each.identity: each for each in verdicts}
