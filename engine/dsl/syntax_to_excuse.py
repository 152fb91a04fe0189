"""`unless`: the permissions and exclusions that win over a promise (S7.3)."""

from collections.abc import Collection, Sequence

from engine.dsl.expressions import Node
from engine.dsl.frame import Frame
from engine.dsl.names import did_you_mean
from engine.dsl.statement import Unless
from engine.model.exclusion import Exclusion, Permission


def resolve_excuses(
    items: Sequence[Node], kinds: Collection[str], read: str, frame: Frame
) -> tuple[tuple[Permission, ...], tuple[Exclusion, ...]]:
    """The permissions and exclusions that win over a promise; a permission must read one of these kinds of
    facts, which are those that `trigger this duty` or `fall under this prohibition`."""
    findings = frame.findings
    permissions: list[Permission] = []
    exclusions: list[Exclusion] = []
    for name in (name for item in items if isinstance(item, Unless) for name in item.names):
        if name.text in frame.permissions.declared:
            permission = frame.permissions.find(name, findings)
            if permission is None:
                continue
            if permission.when.kind not in kinds:
                findings.error(
                    "permission-of-another",
                    f"`{name.text}` permits a `{permission.when.kind}`, which does not {read}",
                    name.span,
                    "reads another kind of fact",
                    also=((permission.span, "declared here"),),
                    help="a permission reads the fact that triggers the duty, or that is forbidden",
                )
                continue
            if permission not in permissions:
                permissions.append(permission)
        elif name.text in frame.exclusions.declared:
            exclusion = frame.exclusions.find(name, findings)
            if exclusion is not None and exclusion not in exclusions:
                exclusions.append(exclusion)
        elif name.text not in frame.permissions.lost:
            findings.error(
                "unknown-name",
                f"no permission or exclusion is named `{name.text}`",
                name.span,
                "not declared in this agreement",
                help=did_you_mean(name.text, [*frame.permissions.declared, *frame.exclusions.declared]),
            )
    return tuple(permissions), tuple(exclusions)
