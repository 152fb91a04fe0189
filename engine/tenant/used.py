"""Which policies were in use, as far as it is known without looking: whoever keeps facts looks anyway."""

from engine.model.quantity import Instant
from engine.model.tenancy import Published


class Used:
    """The policy set that was found in use last, and the last instant at which it was. Any thread asks."""

    def __init__(self) -> None:
        self._last: tuple[Published, Instant] | None = None

    @property
    def last(self) -> Published | None:
        """The set that was found last; another one may be in use by now."""
        last = self._last
        return None if last is None else last[0]

    def forget(self) -> None:
        """Another set may be in use by now: it is looked up."""
        self._last = None

    def found(self, published: Published, at: Instant) -> None:
        """A set was in use at an instant, at which or before which nothing can be published any more."""
        last = self._last
        if last is None or at > last[1]:
            self._last = published, at

    def at(self, instant: Instant) -> Published | None:
        """The set that was in use at an instant; None where that is not known."""
        last = self._last
        return last[0] if last is not None and last[0].published_at <= instant <= last[1] else None
