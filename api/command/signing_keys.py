"""Which key signs the ledger of which tenant of a server."""

from collections.abc import Collection
from pathlib import Path


def key_of(tenant: str, sign: Path) -> Path:
    """Where the key is that signs the ledger of a tenant: in the folder that is said, or the file itself."""
    return sign / f"{tenant}.key" if sign.is_dir() else sign


def unsigned(tenants: Collection[str], sign: Path) -> str | None:
    """Why the ledgers of these tenants cannot be signed with what is said."""
    if not tenants or (len(tenants) > 1 and not sign.is_dir()):
        return (
            "--sign (`sign`) needs one --archive, for a key is that of one ledger; of several tenants name a"
            " folder with the key of each, NAME.key"
        )
    lacking = [name for name in tenants if not key_of(name, sign).is_file()]
    if lacking and sign.is_dir():
        path = key_of(lacking[0], sign)
        return (
            f"`{path}` is not there, so the ledger of `{lacking[0]}` would not be signed: make it with"
            f" `troth ledger key {path} --new NAME`"
        )
    return None
