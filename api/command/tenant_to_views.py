"""A tenant as the web application takes it: as it stands at each request, judged anew only where it must."""

from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from api.command.workspace import kept_workspace
from api.command.workspace_to_view import compliance_view, revision_of
from api.view import ComplianceView, Figures, Revision
from api.waking import Run, Waker
from engine import pipeline
from engine.diagnostic import Diagnostic
from engine.graph.dependency_graph import DependencyGraph
from engine.model.quantity import SECOND, Instant, Microseconds
from engine.model.snapshot import Snapshot
from engine.store.archive import Clock
from engine.store.database import Store
from engine.tenant.judging import Stand
from engine.tenant.tenant import NothingPublishedError, Standing, Tenant

FRESH = SECOND
"""How long what was judged is served while only time passes, or as long as the judging took, if that is
longer: else a server that is asked all the time would do nothing else. No state or flag changes in that time;
what is measured of an open window does with every instant, and each answer names its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Earlier:
    """An earlier policy set, with tables of its own, in which what was erased through an entry is not."""

    address: str
    erased: int
    store: Store
    view: ComplianceView


class TenantViews:
    """The views of one tenant. A feed, a policy set that was published and what came due are seen by the next
    request; figures that only grow, once a second has passed, or as long as the judging took. One thread
    asks for views, any whether it is `ready`.

    What a view knows ends with the last entry there was: asked again with the instants and the policy version
    that an answer names, the tenant answers the same for ever.
    """

    def __init__(self, tenant: Tenant, clock: Clock) -> None:
        self._tenant = tenant
        self._clock = clock
        self._stand: Stand | None = None
        self._view: ComplianceView | None = None
        self._took: Microseconds = 0
        self._graphs: tuple[Snapshot, DependencyGraph] | None = None
        self._earlier: _Earlier | None = None

    @property
    def keeper(self) -> Tenant:
        """The tenant."""
        return self._tenant

    def waker(self, run: Run) -> Waker:
        """What keeps the tenant's verdicts up, once it is started."""
        return Waker(self._tenant, self._clock, run)

    def ready(self) -> tuple[str, Instant]:
        """The version of the policies in use, which can be used, and what time it is; what is sent can be
        kept, as far as it is known."""
        standing = self._stands(None)
        self._tenant.policies()
        self._tenant.check_writable()
        return standing.published.version, self._clock()

    def figures(self) -> Figures:
        """How far the tenant has come; nothing is judged for it."""
        extent, view = self._tenant.extent(), self._view
        verdicts = () if view is None else view.revision.verdicts
        late = None
        if extent.is_judged:
            since = extent.unjudged_since
            late = 0 if since is None else max(self._clock() - since, 0)
        return Figures(
            entries=extent.entries,
            last_entry_at=extent.last_entry_at,
            fact_versions=extent.fact_versions,
            verdicts=Counter(each.state for each in verdicts),
            judged_at=None if view is None else view.revision.as_of,
            unjudged_for=late,
            deliveries_waiting=extent.deliveries_waiting,
        )

    def backing_up(self, name: str) -> AbstractContextManager[Iterator[bytes]]:
        """A back-up as of now."""
        return self._tenant.backing_up(name, self._clock())

    def present(self) -> ComplianceView:
        """The tenant as it stands."""
        now = self._clock()
        stand = self._tenant.judge(now, whole=self._took + max(FRESH, self._took) - 1)
        if stand is None or stand.whole is None:
            raise NothingPublishedError("no policies have been published yet")
        if self._view is None or stand is not self._stand:
            self._took = max(self._clock() - now, 0)
            held, found = stand.known.held, stand.whole
            if self._view is None or self._stand is None or held is not self._stand.known.held:
                self._view = compliance_view(
                    kept_workspace(held),
                    as_of=found.as_of,
                    known_at=found.known_at,
                    graph=self._graph(held.snapshot),
                    judged=found,
                )
            else:
                self._view = replace(self._view, revision=revision_of(found))
            self._stand = stand
        return self._view

    def known(self, known_at: Instant) -> ComplianceView | Diagnostic:
        """As the policies have it that were in use then; with those of now, the present view."""
        present, now = self.present(), self._clock()
        if known_at > max(now, self._stands(None).recorded_at):
            return Diagnostic(code="known-at-ahead", message="`knownAt` lies ahead: nobody knows that yet")
        standing = self._stands(known_at)
        if standing.published.version == present.snapshot.version:
            return present
        erased = self._tenant.last_erasure()
        if self._earlier is not None and (self._earlier.address, self._earlier.erased) == (
            standing.published.address,
            erased,
        ):
            view = self._earlier.view
            revision = view.revision
            if revision.known_at != known_at or not 0 <= now - revision.as_of < FRESH:
                view = _moved(view, now, known_at)
                self._earlier = replace(self._earlier, view=view)
            return view
        self.close()
        store = pipeline.open_store()
        try:
            ready = kept_workspace(self._tenant.hold(standing.published, store))
            view = replace(compliance_view(ready, as_of=now, known_at=known_at), is_past=True)
        except BaseException:
            store.close()
            raise
        self._earlier = _Earlier(address=standing.published.address, erased=erased, store=store, view=view)
        return view

    def close(self) -> None:
        """Let go of what was made for earlier policies; the tenant stays open."""
        if self._earlier is not None:
            self._earlier.store.close()
            self._earlier = None

    def _stands(self, known_at: Instant | None) -> Standing:
        standing = self._tenant.standing(known_at)
        if standing is None:
            now, then = "no policies have been published yet", "no policies had been published by then"
            raise NothingPublishedError(now if known_at is None else then)
        return standing

    def _graph(self, snapshot: Snapshot) -> DependencyGraph:
        if self._graphs is None or self._graphs[0] is not snapshot:
            self._graphs = (snapshot, pipeline.graph(snapshot))
        return self._graphs[1]


def _moved(view: ComplianceView, as_of: Instant, known_at: Instant) -> ComplianceView:
    """The same policies and facts at another instant."""
    revision = view.evaluate(as_of, known_at)
    assert isinstance(revision, Revision), "a tenant records every fact"
    return replace(view, revision=revision)
