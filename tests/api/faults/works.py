"""What is done to an archive in a process that may be killed at any moment."""

from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

from api.command.clock import now
from api.command.main import main
from engine.model.erasure import ErasureOrder, Selection
from engine.model.tenancy import FactBatch, Fed, Published, Request
from engine.source import Source
from engine.store.duckdb_archive import DuckDbArchive
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.ledger.acme import FIRST_AT
from tests.tenant.shop import POLICY

SECRET = "Ngugi-d41d8cd98f00b204"
VISITS = "\nfact visit {\n  key id\n  about service\n  at seen_at\n  who text\n}\n"
ROWS = 400
OLDER = 7
"""The migration through which an older archive was made."""


def file_in(folder: Path) -> Path:
    """Where the archive lies."""
    return folder / "shop.duckdb"


def make(folder: Path) -> None:
    """An archive with policies and visits of one and the same person, a back-up of it, and an older one."""
    with Tenant(open_archive(str(file_in(folder)), now)) as tenant:
        sources = [Source(name="shop.sla", text=POLICY + VISITS)]
        assert isinstance(tenant.publish(sources, Request(actor="ann", key="p")), Published)
        rows = [
            {"id": f"v-{each}", "service": "shop", "seen_at": "2025-02-01T00:00:00Z", "who": SECRET}
            for each in range(ROWS)
        ]
        assert isinstance(tenant.feed(FactBatch(kind="visit", rows=rows), Request(actor="ann", key="f")), Fed)
    assert main(["backup", "--archive", str(file_in(folder)), "--to", str(folder / "old.troth")]) == 0
    with (
        closing(DuckDbArchive(folder / "older.duckdb", lambda: FIRST_AT, through=OLDER)) as older,
        older.writing() as writing,
    ):
        for each in range(ROWS):
            writing.insert(
                "policy_file", ["address", "place", "name", "content"], [("a", each, f"{each}.sla", POLICY)]
            )


def back_up(folder: Path) -> None:
    """Replace the back-up that there is."""
    assert main(["backup", "--archive", str(file_in(folder)), "--to", str(folder / "old.troth")]) == 0


def restore(folder: Path) -> None:
    """Make an archive of the back-up."""
    there = ["--archive", str(folder / "restored.duckdb")]
    assert main(["restore", "--from", str(folder / "old.troth"), *there]) == 0


def erase(folder: Path) -> None:
    """Remove every visit."""
    keys = tuple(f"v-{each}" for each in range(ROWS))
    order = ErasureOrder(
        selection=Selection(kind="visit", keys=keys, where=None),
        reason="a letter",
        ground="GDPR Art. 17",
        with_keys=True,
    )
    with Tenant(open_archive(str(file_in(folder)), now)) as tenant:
        tenant.erase(order, Request(actor="ann", key="e"))


def publish(folder: Path) -> None:
    """Put other policies in use."""
    with Tenant(open_archive(str(file_in(folder)), now)) as tenant:
        sources = [Source(name="shop.sla", text=POLICY.replace("99%", "98%") + VISITS)]
        tenant.publish(sources, Request(actor="ann", key="again"))


def migrate(folder: Path) -> None:
    """Bring the older archive to this version."""
    open_archive(str(folder / "older.duckdb"), now).close()


WORKS = {"back up": back_up, "restore": restore, "erase": erase, "publish": publish, "migrate": migrate}


def run(name: str, folder: str, began: Connection) -> None:
    """Say that it begins, and do one of them."""
    began.send(name)
    WORKS[name](Path(folder))
