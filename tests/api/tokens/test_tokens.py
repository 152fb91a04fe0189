"""Which tokens are taken, and which are not: every way in which one can be wrong."""

import base64
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from api.authentication import UnauthenticatedError
from api.tokens.identities import told_apart
from api.tokens.issuer import Issuer, Meaning
from api.tokens.keys import Key, key_of
from api.tokens.tokens import LONGEST, Tokens, token_digest
from engine.model.principal import LOCAL, ApiRole, Principal
from engine.model.quantity import SECOND

NOW = 1_742_000_000
RSA = RSAKey.generate_key(2048, {"kid": "r"})
EC = ECKey.generate_key("P-256", {"kid": "e"})
OKP = OKPKey.generate_key("Ed25519", {"kid": "o"})
OTHER = RSAKey.generate_key(2048, {"kid": "r"})
NAME, AUDIENCE = "https://login.example.com/", "troth"
CLAIMS: dict[str, Any] = {
    "iss": NAME,
    "aud": AUDIENCE,
    "sub": "ann",
    "exp": NOW + 600,
    "groups": ["sla-customers", "staff"],
    "org": "0015x",
    "tenants": ["one"],
}


class Held:
    """Keys that are at hand."""

    waits = False

    def __init__(self, *keys: Key) -> None:
        self.keys = keys

    def find(self, kid: str | None) -> Key | None:
        """The key of that id."""
        return key_of(self.keys, kid)


ISSUER = Issuer(
    name=NAME,
    audience=AUDIENCE,
    keys=Held(RSA, EC, OKP),
    meaning=Meaning(
        roles=("groups",),
        parties=("org",),
        role_names={"sla-customers": ApiRole.CUSTOMER},
        party_names={"0015x": "bolt"},
    ),
)
TOKENS = Tokens(clock=lambda: NOW * SECOND, issuers=(ISSUER,))
BOLT = Principal(
    identity="ann",
    roles=frozenset({ApiRole.CUSTOMER}),
    parties=frozenset({"bolt"}),
    tenants=frozenset({"one"}),
)


def signed(
    key: Key = RSA, algorithm: str = "RS256", header: dict[str, Any] | None = None, **claims: Any
) -> str:
    """A token; a claim of None is left out."""
    said = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    head = {"alg": algorithm, "kid": key.kid, **(header or {})}
    kept = {name: value for name, value in head.items() if value is not None}
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    return jws.serialize_compact(kept, json.dumps(said), key, registry=registry)


def part(found: object) -> str:
    """A part of a token as it is written."""
    text = found if isinstance(found, str) else json.dumps(found)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("key", "algorithm"), [(RSA, "RS256"), (EC, "ES256"), (OKP, "Ed25519")], ids=["rsa", "ec", "ed25519"]
)
def test_a_good_token_says_who_asks(key: Key, algorithm: str) -> None:
    assert TOKENS.principal(signed(key, algorithm)) == BOLT


@pytest.mark.parametrize(
    ("claims", "changed"),
    [
        ({"aud": ["other", AUDIENCE]}, {}),
        ({"groups": "staff sla-customers"}, {}),
        ({"groups": []}, {"roles": frozenset()}),
        ({"groups": None}, {"roles": frozenset()}),
        ({"groups": ["governance"]}, {"roles": frozenset()}),
        ({"org": "another"}, {"parties": frozenset()}),
        ({"org": None}, {"parties": frozenset()}),
        ({"tenants": None}, {"tenants": frozenset()}),
        ({"tenants": ["*"]}, {"tenants": None}),
        ({"exp": NOW - 29}, {}),
        ({"nbf": NOW + 30}, {}),
        ({"iat": NOW + 30}, {}),
    ],
)
def test_what_a_token_says_is_read_as_the_mapping_has_it(
    claims: dict[str, Any], changed: dict[str, Any]
) -> None:
    assert TOKENS.principal(signed(**claims)) == replace(BOLT, **changed)


def _unsigned() -> str:
    return f"{part({'alg': 'none'})}.{part(CLAIMS)}."


def _none_with_signature() -> str:
    return f"{part({'alg': 'none', 'kid': 'r'})}.{part(CLAIMS)}.{signed().split('.')[2]}"


def _confused() -> str:
    """Signed with the public key as if it were a secret that both sides share."""
    said = f"{part({'alg': 'HS256', 'kid': 'r'})}.{part(CLAIMS)}"
    code = hmac.digest(RSA.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{base64.urlsafe_b64encode(code).rstrip(b'=').decode()}"


def _altered() -> str:
    head, _, signature = signed().split(".")
    return f"{head}.{part({**CLAIMS, 'groups': ['sla-customers'], 'org': '0016x'})}.{signature}"


BAD: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "no token": lambda: "abc",
    "of five parts": lambda: "a.b.c.d.e",
    "no base64": lambda: "!!!.???.***",
    "no ASCII": lambda: signed() + "ü",
    "header no JSON": lambda: f"{part('nothing')}.{part(CLAIMS)}.x",
    "header a list": lambda: f"{part([1])}.{part(CLAIMS)}.x",
    "claims a list": lambda: f"{part({'alg': 'RS256', 'kid': 'r'})}.{part([1])}.x",
    "claims nested too deep": lambda: f"{part({'alg': 'RS256'})}.{part('[' * 3000)}.x",
    "unsigned": _unsigned,
    "unsigned with a signature": _none_with_signature,
    "algorithm confused": _confused,
    "altered": _altered,
    "signature cut": lambda: signed()[:-8],
    "another key of the same id": lambda: signed(OTHER),
    "an algorithm that is not taken": lambda: signed(RSA, "PS256"),
    "the algorithm of another key": lambda: signed(header={"kid": "e"}),
    "kid unknown": lambda: signed(header={"kid": "nobody"}),
    "kid a number": lambda: f"{part({'alg': 'RS256', 'kid': 7})}.{part(CLAIMS)}.x",
    "kid missing among many": lambda: signed(
        RSAKey.import_key(RSA.as_pem(private=True)), header={"kid": None}
    ),
    "critical header": lambda: (
        f"{part({'alg': 'RS256', 'kid': 'r', 'crit': ['x'], 'x': 1})}.{part(CLAIMS)}.x"
    ),
    "critical header understood": lambda: signed(header={"crit": ["kid"]}),
    "critical header empty": lambda: signed(header={"crit": []}),
    "critical header a number": lambda: f"{part({'alg': 'RS256', 'kid': 'r', 'crit': 7})}.{part(CLAIMS)}.x",
    "critical header of lists": lambda: (
        f"{part({'alg': 'RS256', 'kid': 'r', 'crit': [[]]})}.{part(CLAIMS)}.x"
    ),
    "algorithm a list": lambda: f"{part({'alg': ['RS256'], 'kid': 'r'})}.{part(CLAIMS)}.x",
    "kid a path": lambda: signed(header={"kid": "../../../../dev/null"}),
    "another sort of token": lambda: signed(header={"typ": "logout+jwt"}),
    "issuer unknown": lambda: signed(iss="https://elsewhere.example.com/"),
    "issuer missing": lambda: signed(iss=None),
    "issuer a list": lambda: signed(iss=[NAME]),
    "audience of another": lambda: signed(aud="another"),
    "audience missing": lambda: signed(aud=None),
    "audience a number": lambda: signed(aud=7),
    "expired": lambda: signed(exp=NOW - 31),
    "never expires": lambda: signed(exp=None),
    "expiry a text": lambda: signed(exp="tomorrow"),
    "expiry no number": lambda: signed(exp=True),
    "not yet": lambda: signed(nbf=NOW + 31),
    "issued in the future": lambda: signed(iat=NOW + 31),
    "nobody": lambda: signed(sub=None),
    "nobody in particular": lambda: signed(sub=""),
    "somebody with a zero": lambda: signed(sub="a\0b"),
    "somebody with two lines": lambda: signed(sub="a\nb"),
    "somebody with half a pair": lambda: signed(sub="\ud800"),
    "somebody of a long name": lambda: signed(sub="a" * 201),
    "roles a number": lambda: signed(groups=7),
    "roles of numbers": lambda: signed(groups=[7]),
    "too many roles": lambda: signed(groups=["a"] * 201),
    "too long": lambda: signed(jti="a" * LONGEST),
}


@pytest.mark.parametrize("made", BAD.values(), ids=BAD.keys())
def test_a_bad_token_lets_nobody_in_and_is_not_logged(
    made: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = made()
    with pytest.raises(UnauthenticatedError) as refused:
        TOKENS.principal(token)
    expected = "the token has expired" if made is BAD["expired"] else "the token is not taken"
    assert str(refused.value) == expected
    assert "a token was refused" in caplog.text
    said = [each for each in token.split(".") if len(each) > 3]
    assert not [each for each in said if each in caplog.text]


def test_keys_that_a_token_names_or_brings_are_not_looked_at() -> None:
    """Neither its own key nor an address of keys (RFC 8725, 3.10)."""
    brought = OTHER.as_dict(private=False)
    address = "https://attacker.example.com/keys.json"
    for said in ({"jwk": {"kty": "RSA"}}, {"jku": address}, {"x5u": address}, {"x5c": ["MIIB"]}):
        assert TOKENS.principal(signed(header=said)) == BOLT
        with pytest.raises(UnauthenticatedError):
            TOKENS.principal(signed(OTHER, header=said))
    small = {name: value for name, value in brought.items() if name in ("kty", "e")}
    with pytest.raises(UnauthenticatedError):
        TOKENS.principal(signed(OTHER, header={"jwk": small, "kid": None}))


def test_an_issuer_may_take_less() -> None:
    only_ec = replace(TOKENS, issuers=(replace(ISSUER, algorithms=("ES256",)),))
    assert only_ec.principal(signed(EC, "ES256")) == BOLT
    with pytest.raises(UnauthenticatedError):
        only_ec.principal(signed())


def test_a_key_is_for_the_algorithm_that_it_names() -> None:
    key = RSAKey.import_key(RSA.as_pem(private=True), {"kid": "r", "alg": "PS256"})
    with pytest.raises(UnauthenticatedError):
        replace(TOKENS, issuers=(replace(ISSUER, keys=Held(key)),)).principal(signed())


def test_the_only_key_needs_no_id() -> None:
    nameless = RSAKey.import_key(RSA.as_pem(private=True))
    for held in (RSA, nameless):
        tokens = replace(TOKENS, issuers=(replace(ISSUER, keys=Held(held)),))
        assert tokens.principal(signed(nameless, header={"kid": None})) == BOLT
    assert tokens.principal(signed(header={"kid": "whatever"})) == BOLT


def test_one_issuer_does_not_speak_for_another() -> None:
    other = replace(ISSUER, name="https://other.example.com/", keys=Held(OTHER))
    both = replace(TOKENS, issuers=(ISSUER, other))
    assert both.principal(signed(OTHER, iss=other.name)) == BOLT
    with pytest.raises(UnauthenticatedError):
        both.principal(signed(OTHER))


@pytest.mark.parametrize(
    ("said", "may"),
    [(["one", "two"], {"one"}), (["two"], set()), (["*"], {"one"})],
)
def test_an_issuer_of_some_tenants_lets_into_no_other(said: list[str], may: set[str]) -> None:
    tokens = replace(TOKENS, issuers=(replace(ISSUER, only=frozenset({"one"})),))
    assert tokens.principal(signed(tenants=said)).tenants == may


def test_a_fixed_token_is_taken_and_no_other() -> None:
    tokens = Tokens(clock=lambda: 0, fixed={token_digest("secret"): LOCAL})
    assert tokens.principal("secret") == LOCAL
    for other in ("secre", "secret ", "", "\ud800"):
        with pytest.raises(UnauthenticatedError):
            tokens.principal(other)


SECOND_NAME = "https://id.example.org/"


def two_issuers() -> Tokens:
    """Two declared issuers that sign with the same keys."""
    return Tokens(
        clock=lambda: NOW * SECOND, issuers=told_apart([ISSUER, replace(ISSUER, name=SECOND_NAME)], [])
    )


def test_of_several_issuers_nobody_is_called_like_somebody_of_another() -> None:
    tokens = two_issuers()
    here, there = tokens.principal(signed()), tokens.principal(signed(iss=SECOND_NAME))
    assert (here.identity, there.identity) == (f"{NAME}|ann", f"{SECOND_NAME}|ann")
    assert here.account != there.account


def test_the_only_declared_issuer_calls_people_as_its_tokens_do_and_own_tokens_stand_apart() -> None:
    own = replace(ISSUER, name="urn:troth:key:x")
    tokens = Tokens(clock=lambda: NOW * SECOND, issuers=told_apart([ISSUER], [own]))
    assert tokens.principal(signed()).identity == "ann"
    assert tokens.principal(signed(iss=own.name)).identity == "troth|ann"
    with pytest.raises(UnauthenticatedError):
        tokens.principal(signed(sub="troth|ann"))
    alone = Tokens(clock=lambda: NOW * SECOND, issuers=told_apart([], [own]))
    assert alone.principal(signed(iss=own.name)).identity == "ann"
    assert alone.principal(signed(iss=own.name, sub="troth|ann")).identity == "troth|ann"


def test_own_tokens_of_two_keys_are_counted_apart() -> None:
    own = [replace(ISSUER, name=f"urn:troth:key:{kid}") for kid in "xy"]
    tokens = Tokens(clock=lambda: NOW * SECOND, issuers=told_apart([], own))
    here, there = (tokens.principal(signed(iss=each.name)) for each in own)
    assert here.identity == there.identity == "ann"
    assert here.account != there.account


def test_a_name_that_gets_too_long_by_its_issuers_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnauthenticatedError):
        two_issuers().principal(signed(sub="a" * 190))
    assert "with its issuer's name before it" in caplog.text


def test_a_key_beside_two_archives_lets_into_both_while_it_lies_there() -> None:
    one, two = Held(OKP), Held(OKP)
    own = [replace(ISSUER, keys=keys, only=frozenset({name})) for keys, name in ((one, "one"), (two, "two"))]
    tokens = Tokens(clock=lambda: NOW * SECOND, issuers=told_apart([], own))
    every = signed(OKP, "Ed25519", tenants=["*"])
    assert tokens.principal(every).tenants == {"one", "two"}
    assert tokens.principal(signed(OKP, "Ed25519", tenants=["two"])).tenants == {"two"}
    two.keys = ()
    assert tokens.principal(every).tenants == {"one"}
    one.keys = ()
    with pytest.raises(UnauthenticatedError):
        tokens.principal(every)
