"""Policies for tests: a small frame around what is tested, parsed and resolved."""

from functools import cache
from pathlib import Path
from textwrap import indent

from engine.diagnostic import Diagnostic, Level
from engine.dsl.syntax import Policy
from engine.dsl.syntax_to_model import resolve
from engine.dsl.text_to_syntax import parse
from engine.model.obligation import Obligation
from engine.model.snapshot import Snapshot
from engine.source import Source

STANDARD = Path(__file__).parents[2] / "policies" / "standard"

FRAME = """
use standard
document msa "Master agreement"
party acme "Acme"
party bolt "Bolt"
role duty_manager of acme
service shop "Web shop" { provider acme  hours office }
calendar office {
  zone Europe/Berlin
  open monday to friday from 09:00 to 17:00
}
calendar evenings {
  zone Europe/Berlin
  open monday to friday from 17:00 to 22:00
}
calendar long_day is either of (office, evenings)
fact fee { key id  about service  at paid_at  amount money EUR  hours duration  share number with 2 decimals }
"""

TARGET = """
target it of shop {
  cites msa "2" "99.5 %"
  obliges acme
  BODY
}
"""

DUTY = """
duty it {
  cites msa "3" "one day"
  obliges acme
  BODY
}
"""


@cache
def standard() -> tuple[Policy, ...]:
    """The standard library, parsed."""
    files = sorted(STANDARD.glob("*.sla"))
    parsed = [parse(Source(name=f"standard/{file.name}", text=file.read_text("utf-8"))) for file in files]
    assert not [mistake for _, mistakes in parsed for mistake in mistakes]
    return tuple(policy for policy, _ in parsed)


def resolved(*texts: str) -> tuple[Snapshot | None, tuple[Diagnostic, ...]]:
    """The snapshot of the texts, each a file, and everything found; every text must be readable."""
    parsed = [parse(Source(name=f"{number}.sla", text=text)) for number, text in enumerate(texts)]
    assert not [mistake for _, mistakes in parsed for mistake in mistakes]
    return resolve([policy for policy, _ in parsed], standard())


def agreement(body: str, conventions: str = "conventions standard { sources are assumed watched }") -> str:
    """An agreement with this body, and what it refers to."""
    return f"""{FRAME}
agreement deal is sla "Web shop" {{
  between acme as provider and bolt as customer
  covers shop
  in force from 2025-01-01 through 2025-12-31
  terms accepted on 2024-12-20
  zone Europe/Berlin
  {conventions}
{indent(body, "  ")}
}}
"""


def target(body: str) -> str:
    """A target `it` with this body."""
    return TARGET.replace("BODY", body)


def duty(body: str) -> str:
    """A duty `it` with this body."""
    return DUTY.replace("BODY", body)


def promise(text: str, id: str = "deal.it") -> Obligation:
    """The one promise of a sound policy."""
    snapshot, found = resolved(text)
    assert snapshot is not None, [each.message for each in found]
    obligation = snapshot.obligation(id)
    assert obligation is not None
    return obligation


def errors(text: str) -> list[str]:
    """The codes of the errors that a policy earns."""
    return [each.code for each in resolved(text)[1] if each.level is Level.ERROR]
