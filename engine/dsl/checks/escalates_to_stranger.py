"""An escalation to a role of somebody who has no part in the agreement."""

from collections.abc import Iterator

from engine.diagnostic import Diagnostic
from engine.dsl.checks.finding import warning
from engine.model.party import PartyStanding
from engine.model.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Diagnostic]:
    """One finding for each level whose role is of neither party, of none that acts for one, and of no party
    inside the house."""
    for name in sorted(snapshot.agreements):
        agreement = snapshot.agreements[name]
        acting = {each.party for each in agreement.acting}
        for escalation in agreement.escalations:
            for level in escalation.levels:
                role = snapshot.roles.get(level.role)
                party = None if role is None else snapshot.parties.get(role.party)
                if (
                    party is not None
                    and party.name not in (agreement.provider, agreement.customer, *acting)
                    and party.standing is not PartyStanding.INTERNAL
                ):
                    yield warning(
                        "escalates-to-stranger",
                        f"level {level.number} of `{escalation.id}` goes to `{level.role}` of `{party.name}`",
                        escalation.span,
                        f"`{party.name}` has no part in `{name}`",
                        f"escalate within the agreement, or say for whom it acts: `provider acts through"
                        f" {party.name}`",
                    )
