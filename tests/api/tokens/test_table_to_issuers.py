"""Who issues tokens is declared as data; every mistake is told with its place."""

from pathlib import Path

import pytest
from joserfc.jwk import OKPKey

from api.tokens.issuer import Issuer
from api.tokens.key_address import KeyAddress
from api.tokens.table_to_issuers import read_issuers
from engine.diagnostic import Diagnostic
from engine.model.principal import ApiRole

GOOD = """
[[issuer]]
name = "https://login.example.com/"
audience = "troth"
keys = "login.pem"
algorithms = ["Ed25519"]
leeway_seconds = 5

[issuer.claims]
identity = "email"
roles = ["realm_access", "roles"]
parties = "org"
tenants = "tenants"

[issuer.roles]
"sla admins" = "governance"
"customers" = "customer"

[issuer.parties]
"0015x" = "bolt"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a key."""
    key = OKPKey.generate_key("Ed25519")
    (tmp_path / "login.pem").write_bytes(key.as_pem(private=False))
    return tmp_path


def read(folder: Path, text: str) -> tuple[Issuer, ...] | tuple[Diagnostic, ...]:
    """What a text declares."""
    (folder / "tokens.toml").write_text(text, "utf-8")
    return read_issuers(folder / "tokens.toml", lambda: 0)


def test_an_issuer_is_what_its_table_says(folder: Path) -> None:
    (issuer,) = read(folder, GOOD)
    assert isinstance(issuer, Issuer)
    assert (issuer.name, issuer.audience) == ("https://login.example.com/", "troth")
    assert (issuer.algorithms, issuer.leeway) == (("Ed25519",), 5)
    meaning = issuer.meaning
    assert (meaning.identity, meaning.roles) == (("email",), ("realm_access", "roles"))
    assert meaning.role_names == {"sla admins": ApiRole.GOVERNANCE, "customers": ApiRole.CUSTOMER}
    assert (meaning.parties, meaning.party_names) == (("org",), {"0015x": "bolt"})
    assert (meaning.tenants, meaning.tenant_names) == (("tenants",), None)


def test_an_address_is_asked_over_https_only(folder: Path) -> None:
    (issuer,) = read(folder, GOOD.replace("login.pem", "https://login.example.com/keys"))
    assert isinstance(issuer, Issuer)
    assert isinstance(issuer.keys, KeyAddress)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (GOOD, "", "tokens.toml: issuer: there is no issuer"),
        (GOOD, "issuer = 7", "tokens.toml: issuer: there is no issuer"),
        (GOOD, "[[issuer]", "tokens.toml: it is no TOML: "),
        (GOOD, "issuer = [7]", "tokens.toml: issuer 1: an issuer is a table"),
        ("[[issuer]]", "[[issuers]]", "tokens.toml: issuers: there is nothing of this name"),
        ('audience = "troth"', "", "issuer 1, `audience`: it is missing"),
        ('audience = "troth"', "audience = 7", "issuer 1, `audience`: it is a text"),
        ("audience", "aud", "issuer 1, `aud`: there is nothing of this name, but `name`, `audience`"),
        ("login.pem", "nothing.pem", "issuer 1, `keys`: `"),
        ("login.pem", "http://login.example.com/", "`keys`: keys are had from a file or over `https`"),
        ("login.pem", "https://[", "`keys`: keys are had from a file or over `https`"),
        ('["Ed25519"]', '["none"]', "`algorithms`: it is a list of some of `RS256`, `ES256`, `Ed25519`"),
        ('["Ed25519"]', '["HS256"]', "`algorithms`: it is a list of some"),
        ('["Ed25519"]', "[]", "`algorithms`: it is a list of some"),
        ("leeway_seconds = 5", "leeway_seconds = 301", "`leeway_seconds`: it is a whole number of seconds"),
        ("leeway_seconds = 5", "leeway_seconds = -1", "`leeway_seconds`: it is a whole number of seconds"),
        ("leeway_seconds = 5", "leeway_seconds = true", "`leeway_seconds`: it is a whole number of seconds"),
        ('identity = "email"', "identity = 7", "`claims.identity`: it is the name of a claim"),
        ('identity = "email"', "identity = []", "`claims.identity`: it is the name of a claim"),
        ('identity = "email"', 'who = "email"', "`claims.who`: there is nothing of this name"),
        ('"governance"', '"root"', "`roles.sla admins`: it stands for none of `governance`, `application`"),
        ("[issuer.roles]", "[issuer.names]", "issuer 1, `roles`: nobody could do anything"),
        ('parties = "org"', "", "`parties`: no claim holds them"),
        ('"bolt"', "7", "`parties.0015x`: it stands for a name here"),
        ('tenants = "tenants"', "", "`claims.tenants`: it is missing"),
        ("leeway_seconds = 5", "every_tenant = true", "`every_tenant`: `claims.tenants` says which"),
        ("leeway_seconds = 5", 'every_tenant = "yes"', "`every_tenant`: it is true or false"),
        (GOOD, GOOD + GOOD, "issuer 2, `name`: another issuer is called `https://login.example.com/`, too"),
        (
            '"https://login.example.com/"',
            '"troth"',
            "issuer 1, `name`: tokens of `troth token` have this name",
        ),
        (
            '"https://login.example.com/"',
            '"urn:troth:key:x"',
            "`name`: tokens of `troth token` have this name",
        ),
        (GOOD, GOOD + GOOD.replace("https://login", "a|b"), "issuer 2, `name`: it stands before the names"),
        (GOOD, GOOD + GOOD.replace("https://login", "a\\tb"), "issuer 2, `name`: it stands before the names"),
    ],
)
def test_a_mistake_has_its_place(folder: Path, before: str, after: str, said: str) -> None:
    found = read(folder, GOOD.replace(before, after))
    assert [each for each in found if isinstance(each, Diagnostic) and said in each.message], found


def test_every_mistake_is_told_at_once(folder: Path) -> None:
    text = GOOD.replace("login.pem", "no.pem").replace('"governance"', '"root"').replace("troth", " ")
    assert len(read(folder, text)) == 3


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (found,) = read_issuers(tmp_path / "no.toml", lambda: 0)
    assert isinstance(found, Diagnostic)
    assert found.message.endswith("no.toml: it cannot be read: no such file or directory")
