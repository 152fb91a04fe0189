"""What time it is: handed to whatever answers about the present, or records when it kept something."""

from datetime import UTC, datetime

from engine.model.instants import instant_of
from engine.model.quantity import Instant


def now() -> Instant:
    """The present, by the clock of this machine."""
    # Everywhere else the instant is an argument.
    return instant_of(datetime.now(UTC))  # noqa: TID251
