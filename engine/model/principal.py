"""Who asks: an identity, the roles it has at the API, the parties it speaks for, the tenants it may enter."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.model.quantity import Instant


class ApiRole(StrEnum):
    """What a caller of the API is; roles of the policies, which people hold, are another thing."""

    GOVERNANCE = "governance"
    APPLICATION = "application"
    AUDITOR = "auditor"
    CUSTOMER = "customer"
    SUPPLIER = "supplier"


class Act(StrEnum):
    """What may be done at the API."""

    READ = "read"
    FEED = "feed"
    PUBLISH = "publish"
    APPROVE = "approve"
    EXPORT = "export"
    READ_LEDGER = "read the ledger"
    ERASE = "erase"
    NOTIFY = "register webhooks"
    OPERATE = "operate"


MAY: Mapping[ApiRole, frozenset[Act]] = {
    ApiRole.GOVERNANCE: frozenset(Act),
    ApiRole.APPLICATION: frozenset({Act.READ, Act.FEED, Act.EXPORT}),
    ApiRole.AUDITOR: frozenset({Act.READ, Act.EXPORT, Act.READ_LEDGER}),
    ApiRole.CUSTOMER: frozenset({Act.READ, Act.FEED, Act.EXPORT}),
    ApiRole.SUPPLIER: frozenset({Act.READ, Act.FEED, Act.EXPORT}),
}
"""What each role may do. OPERATE is of the whole server, so only who may enter every tenant has it. What a
customer or a supplier feeds is besides only what the policies say that one of its parties feeds."""

NARROWED = frozenset({ApiRole.CUSTOMER, ApiRole.SUPPLIER})
"""The roles that see their own agreements only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who asks. `identity` is what the ledger records as who acts: 1 to 200 characters of text. `issuer` is
    who says so; None: this machine.

    `parties` are names of parties in the policies: as a customer or a supplier it sees what is theirs, and it
    feeds in their name. `tenants` are those that it may enter; None: all that there are. From
    `expires_at` on the token lets nobody in; None: it has no end of its own.
    """

    identity: str
    roles: frozenset[ApiRole]
    parties: frozenset[str] = frozenset()
    tenants: frozenset[str] | None = None
    expires_at: Instant | None = field(default=None, compare=False)
    issuer: str | None = field(default=None, compare=False)

    @property
    def account(self) -> str:
        """On whose account it is counted what is asked for: no two issuers' alike, whatever they call people
        (nobody is called something of two lines)."""
        return self.identity if self.issuer is None else f"{self.issuer}\n{self.identity}"

    def may(self, act: Act) -> bool:
        """Whether any of its roles may do this."""
        if act is Act.OPERATE and self.tenants is not None:
            return False
        return any(act in MAY[role] for role in self.roles)

    def may_enter(self, tenant: str) -> bool:
        """Whether it may ask a tenant of this name, if there is one."""
        return self.tenants is None or tenant in self.tenants

    @property
    def feeds_for(self) -> frozenset[str] | None:
        """The parties in whose name it feeds; None where it speaks for the tenant itself."""
        return self.parties if self.parties or self.is_narrowed else None

    @property
    def is_narrowed(self) -> bool:
        """Whether it sees only what is its parties': any role that sees everything outweighs that."""
        return self.roles <= NARROWED


LOCAL = Principal(identity="local", roles=frozenset({ApiRole.GOVERNANCE}))
"""Who asks where no tokens are asked for, on the loopback interface."""
