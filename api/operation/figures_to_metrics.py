"""The figures of the tenants, read when a Prometheus asks for them."""

import logging
from collections.abc import Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.operation.log import tell
from api.operation.metrics import Metrics
from api.view import Figures, Views
from api.waking import Waker
from engine.model.quantity import SECOND, Instant
from engine.model.verdict import State
from engine.store.archive import ArchiveError
from engine.tenant.tenant import NothingPublishedError

LOG = logging.getLogger("troth.operation")


class TenantFigures(Collector):
    """Each tenant's: whether it is ready, how far it has come, and how its promises stand."""

    def __init__(self, tenants: Mapping[str, Views], metrics: Metrics, wakers: Mapping[str, Waker]) -> None:
        self._tenants = tenants
        self._wakers = wakers
        self._metrics = metrics
        metrics.registry.register(self)

    def describe(self) -> list[Metric]:
        """Nothing: to be registered no archive is read."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The figures as they are now."""
        ready = _gauge("troth_tenant_ready", "Whether the tenant can be asked: 1 or 0.")
        entries = _gauge("troth_ledger_entries", "Entries of the ledger.")
        last = _gauge("troth_ledger_last_entry_timestamp_seconds", "When the last entry was recorded.")
        versions = _gauge("troth_fact_versions", "Versions of facts that are kept: all that was ever fed.")
        verdicts = _gauge("troth_verdicts", "Verdicts that were judged last, by state.", "state")
        judged = _gauge("troth_judged_timestamp_seconds", "As of when the verdicts were judged last.")
        unjudged = _gauge(
            "troth_oldest_unjudged_seconds",
            "How long ago the oldest was kept that was not judged yet; 0: none.",
        )
        waiting = _gauge("troth_webhook_deliveries_waiting", "Events that webhooks have still to be told.")
        for name, views in self._tenants.items():
            try:
                figures = views.figures()
                ready.add_metric([name], 1 if _is_ready(views) else 0)
            except ArchiveError as error:
                tell(LOG, logging.ERROR, "no figures", tenant=name, reason=str(error))
                self._metrics.archive_error(name)
                ready.add_metric([name], 0)
                continue
            if figures is None:
                continue
            entries.add_metric([name], figures.entries)
            versions.add_metric([name], figures.fact_versions)
            _add_instant(last, name, figures.last_entry_at)
            _add_instant(judged, name, figures.judged_at)
            if figures.unjudged_for is not None:
                unjudged.add_metric([name], figures.unjudged_for / SECOND)
            waiting.add_metric([name], figures.deliveries_waiting)
            for state in State:
                verdicts.add_metric([name, state.value], _count(figures, state))
        yield from (ready, entries, last, versions, verdicts, judged, unjudged, waiting)
        yield from self._paces()

    def _paces(self) -> Iterator[Metric]:
        """How the tenants keep up that are judged by themselves."""
        at = _gauge("troth_caught_up_timestamp_seconds", "When all that was kept had last been judged.")
        took = _gauge("troth_catch_up_seconds", "How long that took.")
        failing = _gauge("troth_catch_up_failing", "Whether it fails since then: 1 or 0.")
        due = _gauge("troth_next_due_timestamp_seconds", "When something comes due next.")
        for name, waker in tuple(self._wakers.items()):
            pace = waker.pace
            _add_instant(at, name, pace.caught_up_at)
            _add_instant(due, name, pace.wakes_at)
            took.add_metric([name], pace.took / 1_000_000_000)
            failing.add_metric([name], int(pace.is_failing))
        yield from (at, took, failing, due)


def _is_ready(views: Views) -> bool:
    try:
        views.ready()
    except NothingPublishedError:
        return False
    return True


def _count(figures: Figures, state: State) -> int:
    return figures.verdicts.get(state, 0)


def _gauge(name: str, words: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, labels=["tenant", *labels])


def _add_instant(gauge: GaugeMetricFamily, tenant: str, at: Instant | None) -> None:
    if at is not None:
        gauge.add_metric([tenant], at / SECOND)
