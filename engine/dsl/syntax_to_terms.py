"""What every promise says: whose words it encodes, whom it binds, how grave its breach is."""

from collections.abc import Iterable, Sequence

from engine.dsl.expressions import Name, Node, Path, Text
from engine.dsl.findings import Findings
from engine.dsl.frame import Frame
from engine.dsl.names import did_you_mean
from engine.dsl.statement import BreachIs, Carries, Cites, Obliges, ReportedOnly
from engine.dsl.syntax_to_names import Names
from engine.dsl.syntax_to_service import title_of
from engine.model.obligation import Citation, ObligationKind, Terms
from engine.model.severity import Severity

MOST_WORDS = 8
"""A citation points at the words that it encodes; it does not copy the contract."""


def resolve_terms(
    name: Name,
    kind: ObligationKind,
    items: Sequence[Node],
    frame: Frame,
    *,
    title: Text | None,
    of: Name | None = None,
    part: str | None = None,
) -> Terms:
    """The terms of one promise; `of` is the one service it is about, `part` names a promise inside a mode."""
    findings, names = frame.findings, frame.scope.names
    obliges = findings.exactly_one(items, Obliges, f"whom `{name.text}` binds", name.span, "obliges acme")
    party = _obliged(obliges.party, frame) if obliges is not None else None
    if party is not None:
        names.parties.knows(party, findings)
    carries = [path for item in items if isinstance(item, Carries) for path in item.obligations]
    if of is not None:
        names.services.knows(of, findings)
    called = ".".join(filter(None, (frame.agreement, name.text, part)))
    identity = frame.promises.get(called, called)
    return Terms(
        id=identity,
        title=title_of(title, name),
        kind=kind,
        agreement=frame.key,
        cites=_must_cite(name, items, names, findings),
        obliges=party.text if party is not None else None,
        subject=of.text if of is not None else frame.agreement,
        subjects=(of.text,) if of is not None else frame.covers,
        reported_only=findings.at_most_one(items, ReportedOnly, "`reported only`") is not None,
        severity=_severity(items, names, findings),
        carries=tuple(id for path in carries if (id := promise_named(path, frame)) is not None),
        span=name.span,
        other_names=tuple(sorted(each for each, of in frame.promises.items() if of == identity != each)),
    )


def _obliged(said: Name, frame: Frame) -> Name:
    """The party of that name; `provider` and `customer` are the agreement's own, whoever they are."""
    own = {"provider": frame.provider, "customer": frame.customer}.get(said.text)
    return said if own is None else own


def resolve_citations(items: Iterable[Node], names: Names, findings: Findings) -> tuple[Citation, ...]:
    """The clauses cited, each of a declared document and in few words."""
    cites = [item for item in items if isinstance(item, Cites)]
    return tuple(citation for each in cites if (citation := _citation(each, names, findings)) is not None)


def promise_named(path: Path, frame: Frame) -> str | None:
    """The id of a promise, said with its agreement or, inside its own, without."""
    said = ".".join(part.text for part in path.parts)
    for id in (said, f"{frame.agreement}.{said}"):
        if id in frame.promises:
            return frame.promises[id]
    if any(part.text in frame.scope.names.agreements.lost for part in path.parts):
        return None
    frame.findings.error(
        "unknown-name",
        f"no promise is named `{said}`",
        path.span,
        "not a promise",
        help=did_you_mean(said, frame.promises, otherwise="a promise is named `agreement.promise`"),
    )
    return None


def _must_cite(name: Name, items: Sequence[Node], names: Names, findings: Findings) -> tuple[Citation, ...]:
    if not any(isinstance(item, Cites) for item in items):
        findings.error(
            "citation-missing",
            f"`{name.text}` does not cite the words that it encodes",
            name.span,
            "no citation",
            help='cite the clause: `cites document "section" "at most eight words"`',
        )
    return resolve_citations(items, names, findings)


def _citation(node: Cites, names: Names, findings: Findings) -> Citation | None:
    words = node.words.value if node.words is not None else ""
    if node.words is not None and (count := len(words.split())) > MOST_WORDS:
        findings.error(
            "citation-too-long",
            f"the citation has {count} words",
            node.words.span,
            f"more than {MOST_WORDS}",
            help="cite the words that decide, or the figure alone",
        )
    if not names.documents.knows(node.document, findings):
        return None
    return Citation(
        document=node.document.text,
        section=node.section.value,
        words=words,
        page=int(node.page.value) if node.page is not None else None,
        digest=node.digest.value if node.digest is not None else None,
        span=node.span,
    )


def _severity(items: Sequence[Node], names: Names, findings: Findings) -> Severity | None:
    said = findings.at_most_one(items, BreachIs, "the severity of a breach")
    return names.severities.find(said.severity, findings) if said is not None else None
