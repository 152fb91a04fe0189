"""Heads are signed when the server starts, some time after what was kept, and when it ends; each holds."""

from pathlib import Path
from threading import Event

import pytest

from api.signing import HeadSigner
from engine.ledger.keys import SigningKey
from engine.ledger.log import LedgerError, head_at, kept_heads
from engine.ledger.verify import verify
from engine.model.tenancy import Published, Request
from engine.source import Source
from engine.store.open_archive import open_archive
from engine.tenant.tenant import Tenant
from tests.tenant.shop import FEBRUARY, POLICY, Clock

KEY = SigningKey(name="troth.example.com/shop", seed=bytes(range(32)))
OTHER = SigningKey(name="troth.example.com/other", seed=bytes(range(32)))


def sizes(tenant: Tenant) -> list[int]:
    """How many entries each head is of, once all have been held against the ledger."""
    heads = tenant.read(kept_heads)
    assert [each.head for each in heads] == [
        tenant.read(lambda reading, size=each.head.size: head_at(reading, size)) for each in heads
    ]
    assert tenant.read(lambda reading: verify(reading, keys=(KEY.public,))).flaws == ()
    return [each.head.size for each in heads]


def publish(tenant: Tenant, remark: str) -> None:
    told = tenant.publish(
        [Source(name="a.sla", text=POLICY + f"\n# {remark}\n")], Request(actor="ann", key=remark)
    )
    assert isinstance(told, Published)


def test_what_is_kept_is_signed_soon_and_what_is_not_new_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Tenant(open_archive(str(tmp_path / "t"), Clock(FEBRUARY))) as tenant:
        signed = Event()
        done = tenant.sign_head

        def sign(key: SigningKey, actor: str) -> object:
            found = done(key, actor)
            signed.set()
            return found

        with HeadSigner(tenant, KEY, "ann", every=0.01):
            assert sizes(tenant) == [1], "the entry of the key"
            monkeypatch.setattr(tenant, "sign_head", sign)
            publish(tenant, "one")
            assert signed.wait(10)
            assert sizes(tenant) == [1, 2]
        assert sizes(tenant) == [1, 2], "nothing was added since"
        with HeadSigner(tenant, KEY, "ann", every=3_600):
            publish(tenant, "two")
        assert sizes(tenant) == [1, 2, 3]
        with pytest.raises(LedgerError, match="the key is that of"), HeadSigner(tenant, OTHER, "ann"):
            pass
