"""A process that feeds batches of three outages to a tenant, and says which were kept, until it is stopped.

Arguments: the archive, the tenant's name, the first batch's number, and the most bytes of a file (0: any).
"""

import resource
import signal
import sys
from itertools import count

from engine.model.quantity import SECOND
from engine.model.tenancy import FactBatch, Fed, Published, Request
from engine.source import Source
from engine.store.archive import ArchiveError
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.tenant.shop import FEBRUARY, POLICY


def main(location: str, name: str, first: str, bytes_allowed: str) -> None:
    """Feed until killed."""
    now = count(FEBRUARY, SECOND)
    with Tenant(open_archive(location, lambda: next(now), tenant=name)) as tenant:
        published = tenant.publish([Source(name="shop.sla", text=POLICY)], Request(actor="ann", key="p"))
        assert isinstance(published, Published)
        if limit := int(bytes_allowed):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        say("ready")
        for batch in count(int(first)):
            rows = [
                {"id": f"{batch}-{each}", "service": "shop", "start": "2025-02-01T00:00:00Z"}
                for each in range(3)
            ]
            asked = Request(actor="ann", key=str(batch))
            try:
                fed = tenant.feed(FactBatch(kind="outage", rows=rows), asked)
            except ArchiveError as error:
                say(f"refused {batch} {error}")
                return
            assert isinstance(fed, Fed), fed
            say(f"kept {batch}")


def say(line: str) -> None:
    """Tell whoever reads, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
