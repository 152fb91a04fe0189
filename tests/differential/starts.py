"""Random worlds for one test, drawn from many starts."""

import os
from collections.abc import Callable

from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tests.differential.worlds import World

IS_LONG = os.environ.get("TROTH_LONG") == "1"
AT_ONCE = 10
"""After so many Hypothesis goes on with neighbours of what it has drawn."""


def tried(worlds: st.SearchStrategy[World], examples: int, test: Callable[[World], None]) -> None:
    """Try a test on so many random worlds, a multiple of AT_ONCE; every ten of them begin anew.

    The ordinary run has the same starts every time, a long run fresh ones.
    """
    for start in range(examples // AT_ONCE):
        run = settings(max_examples=AT_ONCE)(given(worlds)(test))
        (run if IS_LONG else seed(start)(run))()
