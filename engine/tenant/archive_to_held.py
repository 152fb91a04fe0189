"""The policies of an archive that is only read, and its facts as they admit them."""

from engine.model.quantity import Instant
from engine.store.archive import Archive
from engine.store.database import Store
from engine.tenant.judging import Held
from engine.tenant.published_to_snapshot import checked_again, policy_set
from engine.tenant.publishing import in_use
from engine.tenant.replica import Replica


def held_of(archive: Archive, store: Store, known_at: Instant | None = None) -> Held | None:
    """The policies in use by now, or by `known_at` (S2.6), with all facts there are, in an empty store:
    whoever asks it says by what was known. None where nothing had been published.

    Nothing is written to the archive. Raises UnusablePoliciesError where the policies cannot be used as they
    were published.
    """
    with archive.reading() as reading:
        published = in_use(reading, known_at)
        if published is None:
            return None
        kept = policy_set(reading, published)
    checked = checked_again(kept)
    assert checked.snapshot is not None, "only what is sound is published"
    unheld = Replica(archive, store).catch_up(checked.snapshot)
    return Held(checked=checked, store=store, unheld=unheld)
