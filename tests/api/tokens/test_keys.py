"""Where keys come from: files that may be replaced, and addresses that may not answer."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any

import httpx2
import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from api.tokens.key_address import MOST_WAITING, KeyAddress
from api.tokens.keys import KeyFile, UnusableKeysError, keys_of_text
from engine.model.quantity import MINUTE, SECOND

RSA = RSAKey.generate_key(2048, {"kid": "r"})
EC = ECKey.generate_key("P-256", {"kid": "e"})
OKP = OKPKey.generate_key("Ed25519", {"kid": "o"})
SECRET = {"kty": "oct", "kid": "s", "k": "c2VjcmV0"}


def jwks(*keys: object) -> str:
    """A key set as an issuer publishes it."""
    read = [each if isinstance(each, dict) else each.as_dict(private=False) for each in keys]  # type: ignore[attr-defined]
    return json.dumps({"keys": read})


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (jwks(RSA, EC, OKP), ["r", "e", "o"]),
        (jwks(RSA, EC.as_dict(private=False) | {"use": "enc"}), ["r"]),
        (jwks(RSA, {"kty": "AKP", "kid": "later"}), ["r"]),
        (json.dumps(OKP.as_dict(private=True)), ["o"]),
        (RSA.as_pem(private=False).decode(), [None]),
        (EC.as_pem(private=False).decode(), [None]),
        (OKP.as_pem(private=True).decode(), [None]),
    ],
)
def test_the_public_keys_of_a_text(text: str, ids: list[str | None]) -> None:
    found = keys_of_text(text, "x")
    assert [each.kid for each in found] == ids
    assert not any(each.is_private for each in found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no JWKS"),
        ("[]", "holds no JWKS"),
        ('{"keys": 7}', "holds no JWKS"),
        ('{"keys": [{"kid": "a"}]}', "holds no JWKS"),
        ('{"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}]}', "holds no JWKS"),
        ('{"keys": []}', "holds no key that checks"),
        ("-----BEGIN NOTHING-----", "holds no JWKS"),
        (jwks(RSA, SECRET), "a secret that both sides share"),
        (jwks(RSA, RSA), "two keys that no `kid` tells apart"),
        (jwks(RSAKey.generate_key(1024, {"kid": "small"})), "less than 2048 bits"),
        ("a" * 1_000_001, "too large"),
    ],
)
def test_a_text_without_keys_that_may_be_used(text: str, said: str) -> None:
    with pytest.raises(UnusableKeysError, match=said):
        keys_of_text(text, "x")


def test_a_file_that_is_replaced_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(jwks(RSA), "utf-8")
    keys = KeyFile(path)
    assert keys.find("r") and not keys.find("e")
    path.write_text(jwks(RSA, EC), "utf-8")
    assert keys.find("r") and keys.find("e")
    path.write_text("torn", "utf-8")
    assert keys.find("r") is None
    path.unlink()
    assert keys.find("r") is None
    path.write_text(jwks(EC), "utf-8")
    assert keys.find("e") and not keys.find("r")


class Published:
    """An address on a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000 * SECOND
        self.asked = 0
        self.answer: Callable[[], httpx2.Response] = lambda: httpx2.Response(200, text=jwks(RSA))
        client = httpx2.Client(transport=httpx2.MockTransport(self._answered))
        self.keys = KeyAddress("https://x.example/keys", lambda: self.now, client)

    def _answered(self, _: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return self.answer()


def test_published_keys_are_kept_a_while() -> None:
    published = Published()
    assert published.keys.find("r") and published.keys.find("r")
    assert published.asked == 1
    published.now += 10 * MINUTE
    assert published.keys.find("r")
    assert published.asked == 2
    published.now -= 60 * MINUTE
    assert published.keys.find("r")
    assert published.asked == 3


def test_a_key_that_is_missing_is_asked_for_and_not_by_every_token() -> None:
    published = Published()
    assert published.keys.find("r")
    published.answer = lambda: httpx2.Response(200, text=jwks(EC))
    assert [published.keys.find("e") for _ in range(5)] == [None] * 5
    published.now += MINUTE
    assert published.keys.find("e")
    assert not published.keys.find("r")
    assert published.asked == 2


def _lost() -> httpx2.Response:
    raise httpx2.ConnectError("nobody there")


@pytest.mark.parametrize(
    "answer",
    [
        _lost,
        lambda: httpx2.Response(500),
        lambda: httpx2.Response(302, headers={"location": "http://elsewhere/"}),
        lambda: httpx2.Response(200, text="<html>"),
        lambda: httpx2.Response(200, content=b"\xff\xfe"),
        lambda: httpx2.Response(200, content=b"a" * 1_000_001),
    ],
)
def test_while_an_address_does_not_answer_the_last_keys_hold(answer: Callable[[], Any]) -> None:
    published = Published()
    assert published.keys.find("r")
    published.answer = answer
    published.now += 10 * MINUTE
    assert published.keys.find("r")
    assert published.asked == 2


def test_while_an_address_is_slow_nobody_waits_who_has_a_key() -> None:
    """One asks, those who lack the key wait for the same answer, and all others go on."""
    published = Published()
    assert published.keys.find("r")
    asked, answers = Event(), Event()

    def slow() -> httpx2.Response:
        asked.set()
        assert answers.wait(60)
        return httpx2.Response(200, text=jwks(RSA, EC))

    published.answer = slow
    published.now += MINUTE
    with ThreadPoolExecutor(MOST_WAITING) as others:
        missing = [others.submit(published.keys.find, "e") for _ in range(MOST_WAITING)]
        assert asked.wait(60)
        assert published.keys.find("r")
        while published.keys._waiting < MOST_WAITING:
            sleep(0.001)
        assert published.keys.find("e") is None, "so many wait already"
        answers.set()
        assert all(each.result(60) for each in missing)
    assert published.asked == 2


def test_nobody_waits_for_ever() -> None:
    published = Published()
    assert published.keys.find("r")
    ends = Event()

    def never() -> httpx2.Response:
        assert ends.wait(60)
        return httpx2.Response(200, text=jwks(EC))

    published.answer = never
    published.keys.longest = 0.01
    published.now += 10 * MINUTE
    assert published.keys.find("r") and published.keys.find("e") is None
    ends.set()
    assert published.asked == 2


def test_an_answer_that_drips_is_cut_off(caplog: pytest.LogCaptureFixture) -> None:
    published = Published()
    published.keys.longest = -1
    assert published.keys.find("r") is None
    while published.keys._under_way is not None:
        sleep(0.001)
    assert published.keys.find("r") is None
    assert "takes longer than" in caplog.text


def test_a_shared_secret_is_made_and_refused() -> None:
    secret = OctKey.generate_key(256).as_dict(private=True)
    with pytest.raises(UnusableKeysError, match="oct"):
        keys_of_text(json.dumps(secret), "x")
