"""A need that somebody else meets, and no contract says that they must."""

from collections.abc import Iterator

from engine.graph.viability.ground import Ground
from engine.model.viability import Finding, FindingKind, Gravity, Remedy, Side


def find(ground: Ground) -> Iterator[Finding]:
    """One finding for each thing needed that no agreement in any term covers for who needs it."""
    for rest in ground.rests:
        if not rest.contracts:
            services = ground.contracts.services
            covered = rest.needed_by == ground.agreement.name
            provider = services[rest.name].provider if rest.name in services else rest.name
            yield Finding(
                kind=FindingKind.NEED_WITHOUT_CONTRACT,
                gravity=Gravity.EXPOSED,
                agreement=ground.agreement.name,
                message=f"`{rest.needed_by}` {'covers' if covered else 'needs'} `{rest.name}`, "
                f"which no contract of `{provider}` with `{rest.customer}` covers",
                above=ground.side(f"stands on `{rest.name}`"),
                beneath=(Side(name=rest.name, says="is needed here", span=rest.span),),
                figures=(),
                remedies=(
                    Remedy(
                        at=rest.name,
                        words=f"agree with `{provider}` on a contract that covers it, or need it no more",
                    ),
                ),
                since=ground.day,
            )
