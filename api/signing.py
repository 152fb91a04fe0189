"""What keeps heads of a ledger signed: some time after something was kept, and when the server ends."""

import logging
from threading import Event, Thread
from types import TracebackType
from typing import Self

from engine.ledger.keys import SigningKey
from engine.ledger.log import LedgerError
from engine.store.archive import ArchiveError
from engine.tenant.tenant import Tenant

LOG = logging.getLogger("troth.signing")

EVERY = 60.0
"""Seconds for which what is kept is gathered under one head."""


class HeadSigner:
    """A thread that signs the ledger of a tenant as it stands: when it starts, some time after each thing
    that was kept, and when it ends. Where nothing was added nothing is signed. What goes wrong later on is
    logged, and tried again with what is kept next; at the start it is a LedgerError or an ArchiveError.
    """

    def __init__(self, tenant: Tenant, key: SigningKey, actor: str, *, every: float = EVERY) -> None:
        self._tenant = tenant
        self._key = key
        self._actor = actor
        self._every = every
        self._heard, self._ended = Event(), Event()
        self._thread = Thread(target=self._keep_on, name="signer", daemon=True)

    def __enter__(self) -> Self:
        self._tenant.sign_head(self._key, self._actor)
        self._stop_listening = self._tenant.listen(self._heard.set)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_listening()
        self._ended.set()
        self._heard.set()
        self._thread.join()
        self._tenant.settle()
        self._sign()

    def _keep_on(self) -> None:
        while True:
            self._heard.wait()
            if self._ended.wait(self._every):
                return
            self._heard.clear()
            self._sign()

    def _sign(self) -> None:
        try:
            self._tenant.sign_head(self._key, self._actor)
        except (LedgerError, ArchiveError):
            LOG.exception("no head of the ledger could be signed")
