"""The figures of a server, as a Prometheus reads them: the home of prometheus_client.

Labels are bounded: tenants are those that are served, doors, kinds, codes and states those of a list.
"""

from collections.abc import Collection

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

MEDIA_TYPE = CONTENT_TYPE_LATEST

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
"""Seconds; a GraphQL answer has ten."""

NO_TENANT = ""
"""The label of what was asked of no tenant, or of one that is not served."""

DOORS = frozenset(
    {"graphql", "export", "calendar", "backup", "schema.graphql", "healthz", "readyz", "metrics"}
)
OTHER = "other"
KINDS = frozenset({"query", "mutation", "subscription"})


class Metrics:
    """What is counted while a server runs. Any thread may count."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._requests = Counter(
            "troth_http_requests",
            "Requests that were answered, by door and status.",
            ["door", "status"],
            registry=self.registry,
        )
        self._request_seconds = Histogram(
            "troth_http_request_seconds",
            "How long a request took until its last byte.",
            ["door"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._under_way = Gauge(
            "troth_http_requests_under_way",
            "Requests and streams that are being answered, by door.",
            ["door"],
            registry=self.registry,
        )
        self._operations = Counter(
            "troth_graphql_operations",
            "GraphQL operations, by kind and by the code of the first error, OK without one.",
            ["tenant", "kind", "code"],
            registry=self.registry,
        )
        self._operation_seconds = Histogram(
            "troth_graphql_operation_seconds",
            "How long an operation took, waiting included.",
            ["tenant", "kind"],
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._archive_errors = Counter(
            "troth_archive_errors",
            "Times that the archive of a tenant could not be read or written.",
            ["tenant"],
            registry=self.registry,
        )

        self._deliveries = Counter(
            "troth_webhook_deliveries",
            "Tries to tell a webhook something: delivered, failed (it is tried again) or dead.",
            ["tenant", "outcome"],
            registry=self.registry,
        )

    def begin(self, door: str) -> None:
        """A request or a stream is being answered."""
        self._under_way.labels(door).inc()

    def end(self, door: str, status: int, nanoseconds: int) -> None:
        """It was answered."""
        self._under_way.labels(door).dec()
        self._requests.labels(door, str(status)).inc()
        self._request_seconds.labels(door).observe(nanoseconds / 1_000_000_000)

    def operation(self, tenant: str, kind: str, code: str, nanoseconds: int) -> None:
        """A GraphQL operation was answered."""
        self._operations.labels(tenant, kind, code).inc()
        self._operation_seconds.labels(tenant, kind).observe(nanoseconds / 1_000_000_000)

    def archive_error(self, tenant: str) -> None:
        """The archive could not be used."""
        self._archive_errors.labels(tenant).inc()

    def delivery(self, tenant: str, outcome: str) -> None:
        """A webhook was sent something, and so it came out."""
        self._deliveries.labels(tenant, outcome).inc()

    def text(self) -> bytes:
        """All of them, in the text format of Prometheus."""
        return generate_latest(self.registry)


def door_of(path: str) -> str:
    """What kind of door a path leads to.

    >>> door_of("/t/acme/export/verdicts.csv"), door_of("/graphql"), door_of("/wp-login.php")
    ('export', 'graphql', 'other')
    """
    parts = path.strip("/").split("/")
    if len(parts) > 2 and parts[0] == "t":
        parts = parts[2:]
    return parts[0] if parts[0] in DOORS else OTHER


def bounded(value: str | None, known: Collection[str], otherwise: str) -> str:
    """A label of a list, whatever was asked."""
    return value if value is not None and value in known else otherwise
