"""A small tenant for tests: a shop, its one promise, two days and a clock that is set by hand."""

from engine.model.instants import parse_instant
from engine.model.quantity import Instant

POLICY = """
use standard

document order "Order form" { version "1"  dated 2024-12-01 }

party acme "Acme"
party bolt "Bolt"
role service_owner "Owner" of acme

service shop "Shop" {
  provider acme
  hours always
}

agreement shop_sla is sla "Shop for Bolt" {
  between acme as provider and bolt as customer
  covers shop
  cites order "1" "service levels"
  in force from 2025-01-01 through 2025-12-31
  accepted by "Order 1" on 2024-12-20
  zone UTC
  owned by service_owner
  conventions standard { sources are assumed watched }

  target up of shop "The shop is up" {
    cites order "1.1" "uptime"
    obliges acme
    measures uptime from outage o
    during hours of shop
    source "Probe" by acme
    requires at least 99% in each calendar month
  }
}
"""

FEBRUARY: Instant = parse_instant("2025-02-10T00:00:00Z") or 0
MARCH: Instant = parse_instant("2025-03-10T00:00:00Z") or 0


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: Instant) -> None:
        self.now = now

    def __call__(self) -> Instant:
        return self.now
