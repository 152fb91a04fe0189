"""Who reads policies: this Troth, told apart from every other that may read them otherwise (S2.6)."""

from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.metadata import version

ROOMS = ("engine.dsl", "engine.model")
"""What makes a snapshot of a text, and its version."""


@cache
def reader() -> str:
    """The version of Troth, and a digest of all that makes the version of a policy set.

    A version of Troth may give the same policies another one, when nouns of the model change.
    """
    whole = sha256()
    for room in ROOMS:
        for file in sorted(resources.files(room).iterdir(), key=lambda file: file.name):
            if file.name.endswith((".py", ".lark")):
                whole.update(f"{room}/{file.name}\n".encode())
                whole.update(file.read_bytes())
    return f"troth {version('troth')} {whole.hexdigest()[:16]}"
