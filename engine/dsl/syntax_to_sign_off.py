"""Sign-off: which role makes a source's data final (S7.1)."""

from collections.abc import Iterable

from engine.dsl import promises
from engine.dsl.expressions import Name, Node
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_approval import has_holders
from engine.model.obligation import SignOff
from engine.model.reading import SIGN_OFF_KIND

FIELDS = ("source", "by", "signed_at")
"""What a sign-off says besides the time that it is for."""


def resolve_sign_off(items: Iterable[Node], frame: Frame) -> SignOff | None:
    """Who signs off the data of the target's source; facts of kind `sign_off` say what was signed off."""
    source = next((item for item in items if isinstance(item, promises.MeasuredBy)), None)
    if source is None or source.signed_off_by is None:
        return None
    role, names, findings = source.signed_off_by, frame.scope.names, frame.findings
    is_role = names.roles.knows(role, findings)
    kind = names.kinds.find(Name(text=SIGN_OFF_KIND, span=role.span), findings)
    if kind is None or not is_role:
        return None
    for field in FIELDS:
        if kind.field_named(field) is None:
            findings.error(
                "unknown-field",
                f"sign-offs are read from facts of kind `{SIGN_OFF_KIND}`, which has no field `{field}`",
                role.span,
                f"needs `{field}`",
                also=((kind.span, "declared here"),),
                help="take the kind of the standard library",
            )
            return None
    return SignOff(source=source.name.value, by=role.text, persons=has_holders(names))
