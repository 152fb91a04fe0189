"""Whom the ledger says who acted: names by which those of one issuer are told from those of another."""

from collections.abc import Sequence
from dataclasses import replace

from api.tokens.claims_to_principal import LONGEST_IDENTITY, MeaninglessError
from api.tokens.issuer import Issuer

OWN = "troth"
"""Before the names of own tokens, where issuers are declared as well."""

BETWEEN = "|"
"""Between what tells an issuer's from others' and the name; no qualifier holds it."""


def told_apart(declared: Sequence[Issuer], own: Sequence[Issuer]) -> tuple[Issuer, ...]:
    """Those whose tokens are taken, so that no two people are called alike.

    One that is declared calls people as its tokens do; of several each has its name before them. Own tokens
    are named by whoever has a key on this machine, whichever key: they are called as they say, or, beside
    declared issuers, with `troth` before it.
    """
    several = len(declared) > 1
    return (
        *(replace(each, qualifier=each.name if several else None) for each in declared),
        *(replace(each, qualifier=OWN if declared else None) for each in own),
    )


def called(identity: str, issuer: Issuer, issuers: Sequence[Issuer]) -> str:
    """How somebody is called of whom an issuer says this. Raises MeaninglessError where nobody can be called
    so."""
    if issuer.qualifier is not None:
        name = f"{issuer.qualifier}{BETWEEN}{identity}"
        if len(name) > LONGEST_IDENTITY:
            words = f"who asks has, with its issuer's name before it, more than {LONGEST_IDENTITY} characters"
            raise MeaninglessError(words)
        return name
    others = {each.qualifier for each in issuers} - {None}
    if any(identity.startswith(f"{each}{BETWEEN}") for each in others):
        raise MeaninglessError("who asks is called as somebody of another issuer would be")
    return identity
