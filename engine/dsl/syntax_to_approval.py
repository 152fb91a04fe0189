"""Approvals and waivers: the role that must approve, and the kinds of fact that say who did (S4.8, S7.3)."""

from collections.abc import Iterable
from typing import Final

from engine.dsl import agreement as syntax
from engine.dsl.expressions import Name, Node
from engine.dsl.frame import Frame
from engine.dsl.syntax_to_names import Names
from engine.model.approval import (
    APPROVAL_KIND,
    DEPUTY_FOR,
    HOLDER_KIND,
    WAIVER_KIND,
    Approval,
    Approvals,
    Waivers,
)
from engine.model.expression import Compare, FieldOf, Relation, Selection
from engine.model.fact import At, FactKind, InstantType, Lasts, ReferenceType, TextType

TEXT: Final = (TextType, ReferenceType)
FIELDS: Final = {
    APPROVAL_KIND: {"approves": TEXT, "by": TEXT},
    HOLDER_KIND: {"role": TEXT, "person": TEXT},
    WAIVER_KIND: {"agreement": TEXT, "obligation": TEXT, "approved_by": TEXT, "approved_at": (InstantType,)},
}
"""The fields by which these kinds are read."""

TIMINGS: Final = {APPROVAL_KIND: At, HOLDER_KIND: Lasts, WAIVER_KIND: Lasts}
LASTING: Final = {At: "lasts, and an approval happens at an instant", Lasts: "does not last"}


def resolve_approval(node: syntax.ApprovedBy, approved: Selection, frame: Frame) -> Approval | None:
    """The approval that the facts of an exclusion need: one that names the fact by its key."""
    is_known = frame.scope.names.roles.knows(node.role, frame.findings)
    timing = frame.scope.conventions.choice(Approvals, node.span, "an approval")
    kinds = [_kind(name, node.role, frame) for name in (APPROVAL_KIND, HOLDER_KIND)]
    if not is_known or None in kinds:
        return None
    variable = f"{approved.variable}_approval"
    key = frame.scope.names.kinds.nouns[approved.kind].key
    names_it = Compare(
        relation=Relation.IS,
        left=FieldOf(variable=variable, kind=APPROVAL_KIND, field="approves", type=TextType()),
        right=FieldOf(variable=approved.variable, kind=approved.kind, field=key, type=TextType()),
    )
    return Approval(
        role=node.role.text,
        given=Selection(kind=APPROVAL_KIND, variable=variable, where=names_it),
        by=FieldOf(variable=variable, kind=APPROVAL_KIND, field="by", type=TextType()),
        timing=timing,
    )


def resolve_waivers(items: Iterable[Node], frame: Frame) -> Waivers | None:
    """Who may waive the promises of an agreement, if anybody may."""
    node = frame.findings.at_most_one(items, syntax.WaiversApprovedBy, "who approves waivers")
    if node is None:
        return None
    is_known = frame.scope.names.roles.knows(node.role, frame.findings)
    timing = frame.scope.conventions.choice(Approvals, node.span, "the approval of a waiver")
    kinds = [_kind(name, node.role, frame) for name in (WAIVER_KIND, HOLDER_KIND)]
    if not is_known or None in kinds:
        return None
    return Waivers(role=node.role.text, timing=timing, span=node.span)


def has_holders(names: Names) -> bool:
    """Whether there is a kind of facts that says who held a role; where it is another one of that name, no
    person can be held against it."""
    kind = names.kinds.nouns.get(HOLDER_KIND)
    if kind is None or _unfit(kind) is not None:
        return False
    names.kinds.used.add(HOLDER_KIND)
    return True


def _kind(name: str, place: Name, frame: Frame) -> FactKind | None:
    """The kind of that name, if it has the fields that it is read by; a mistake is recorded at the place."""
    kinds = frame.scope.names.kinds
    kinds.used.add(name)
    kind = kinds.nouns.get(name)
    if kind is None and name in kinds.declared:
        return None
    lacks = "is no fact kind: `use standard` brings one" if kind is None else _unfit(kind)
    if lacks is None:
        return kind
    frame.findings.error(
        "kind-unfit",
        f"who approved is read from facts of kind `{name}`, and `{name}` {lacks}",
        place.span,
        f"needs `{name}`",
        also=() if kind is None else ((kind.span, "declared here"),),
        help=f"declare `{name}` as the standard kinds do, with {_listed(name)}",
    )
    return None


def _unfit(kind: FactKind) -> str | None:
    """Why a kind cannot be read."""
    if type(kind.timing) is not TIMINGS[kind.name]:
        return LASTING[TIMINGS[kind.name]]
    if kind.about is not None:
        return f"is about `{kind.about}`: it is read for all services alike"
    for name, types in FIELDS[kind.name].items():
        field = kind.field_named(name)
        if field is None or not isinstance(field.type, types):
            return f"has no such field `{name}`"
    deputy_for = kind.field_named(DEPUTY_FOR)
    if kind.name == HOLDER_KIND and deputy_for is not None and not isinstance(deputy_for.type, TEXT):
        return f"has a field `{DEPUTY_FOR}` that names no person"
    return None


def _listed(name: str) -> str:
    return ", ".join(f"`{each}`" for each in FIELDS[name])
