"""Whom `troth serve` lets in: by declared issuers, own keys, a token of one run, or everybody."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from api.command.clock import now
from api.command.console import Console
from api.command.token import key_beside
from engine.diagnostic import Diagnostic
from engine.model.principal import LOCAL, ApiRole, Principal

if TYPE_CHECKING:
    from api.authentication import Doorman
    from api.tokens.issuer import Issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Who lets in whom, and the lines that say so. Tokens `is_declared` where somebody said which are taken;
    `is_told` where the lines tell the only one that there is."""

    doorman: "Doorman"
    said: tuple[str, ...]
    is_declared: bool = False
    is_told: bool = False


def take_tokens(parser: ArgumentParser) -> None:
    """Add --tokens, --token-key and --open."""
    parser.add_argument(
        "--tokens", type=Path, metavar="FILE", help="whose tokens are taken, and what they mean: a TOML file"
    )
    parser.add_argument(
        "--token-key", type=Path, metavar="FILE", help="take tokens of `troth token --key FILE`"
    )
    parser.add_argument("--open", action="store_true", help="ask for no tokens; this machine only")


def at_odds(options: Namespace) -> str | None:
    """What of these does not go together."""
    if options.open and (options.tokens or options.token_key):
        return "--open asks for no tokens, and --tokens and --token-key say which are asked for: say only one"
    if options.actor is not None and (options.tokens or options.token_key):
        return "with --tokens or --token-key each token says who acts: leave --actor out"
    return None


def choose(options: Namespace, archives: Mapping[str, str], console: Console) -> Chosen | None:
    """Whom to let in to these tenants, by name with where their archives lie; None where that cannot be said,
    and is told why."""
    if options.open:
        return _open(options, keeps=bool(archives))
    from api.tokens.identities import told_apart
    from api.tokens.keys import UnusableKeysError
    from api.tokens.own_key import own_issuer
    from api.tokens.table_to_issuers import read_issuers
    from api.tokens.tokens import Tokens

    declared: list[Issuer] = []
    said: list[str] = []
    if options.tokens is not None:
        read = read_issuers(options.tokens, now)
        if mistakes := [each for each in read if isinstance(each, Diagnostic)]:
            console.findings(mistakes)
            return None
        declared += [each for each in read if not isinstance(each, Diagnostic)]
        said += [f"those that {each.name} issues" for each in declared]
    keys: list[tuple[Path, frozenset[str] | None]] = []
    if options.token_key is not None:
        keys.append((options.token_key, None))
    for name, location in archives.items():
        beside = key_beside(location)
        if beside is not None and beside.exists():
            keys.append((beside, frozenset({name})))
    try:
        issuers = told_apart(declared, [own_issuer(path, only=only) for path, only in keys])
    except UnusableKeysError as error:
        console.note(f"troth serve: {error}")
        return None
    said += [f"those of the key `{path}`" for path, _ in keys]
    if issuers:
        if options.actor is not None:
            console.note(f"troth serve: tokens of `{keys[0][0]}` say who acts: leave --actor out")
            return None
        return Chosen(
            doorman=Tokens(clock=now, issuers=issuers),
            is_declared=True,
            said=(f"Whoever asks needs a token: {', or '.join(said)}.",),
        )
    return _generated(options, keeps=bool(archives))


def _open(options: Namespace, *, keeps: bool) -> Chosen:
    from api.authentication import Open

    principal = _at_hand(options, keeps=keeps)
    also = f", and send what is kept as the doing of {options.actor}" if options.actor is not None else ""
    return Chosen(
        doorman=Open(free=principal),
        said=(f"No tokens are asked for: everyone on this machine may read everything{also}.",),
    )


def _generated(options: Namespace, *, keeps: bool) -> Chosen:
    from api.tokens.tokens import Tokens, token_digest

    token = token_urlsafe(32)
    principal = _at_hand(options, keeps=keeps)
    may = "reads everything"
    if options.actor is not None:
        may += f", and sends what is kept as the doing of {options.actor}"
    return Chosen(
        doorman=Tokens(clock=now, fixed={token_digest(token): principal}),
        is_told=True,
        said=(
            f"Whoever asks needs this token, told once and good until the server stops; it {may}:",
            f"  Authorization: Bearer {token}",
        ),
    )


def _at_hand(options: Namespace, *, keeps: bool) -> Principal:
    """Who started the server: who keeps nothing, unless it is said who acts, may only read."""
    if options.actor is not None:
        return replace(LOCAL, identity=options.actor)
    return replace(LOCAL, roles=frozenset({ApiRole.AUDITOR})) if keeps else LOCAL
