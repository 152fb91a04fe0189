"""The ledger over GraphQL: pages of entries, proofs that hold outside, and how facts end."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from api.command.main import main
from engine.ledger import entries
from engine.ledger.keys import SigningKey
from engine.ledger.log import sign_head
from engine.model.instants import iso_text
from engine.model.principal import ApiRole
from tests.api.tenant_door import ANN, LONG, POLICY, TenantDoor, tenant_door

KEY = SigningKey(name="troth.example.com/shop", seed=bytes(range(32)))
ENTRIES = """query ($filter: LedgerFilter, $first: Int, $after: String, $last: Int, $before: String) {
    ledger {
    size root signedHead { size root origin note }
    entries(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
        totalCount nodes { seq kind actor subject recordedAt body }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""
PROOFS = """query ($seq: String!, $since: String!, $size: String) { ledger {
    inclusion(seq: $seq, size: $size) { text userErrors { code message path } }
    consistency(since: $since, size: $size) { text userErrors { code message path } } } }"""
ERASE = """mutation ($input: EraseFactsInput!) { eraseFacts(input: $input) {
    erasure { entry facts versions isScrubbed } userErrors { code message path row } } }"""
HOLD = """mutation ($input: PlaceHoldInput!) { placeHold(input: $input) {
    hold { hold placedBy reason keys { nodes } field value since liftedAt }
    userErrors { code message path } } }"""
LIFT = """mutation ($input: LiftHoldInput!) { liftHold(input: $input) {
    hold { hold liftedBy liftedBecause } userErrors { code message path } } }"""
HOLDS = "{ ledger { holds { nodes { hold } } all: holds(lifted: true) { nodes { hold liftedBy } } } }"
WHY = {"reason": "a letter", "ground": "GDPR Art. 17"}


@pytest.fixture
def door() -> Iterator[TenantDoor]:
    """A tenant with an entry that published, and seven that fed an outage each."""
    with tenant_door() as opened:
        opened.publish()
        for each in range(7):
            opened.ingest(LONG | {"id": f"o-{each}"})
        yield opened


def ledger(door: TenantDoor, **variables: object) -> dict[str, object]:
    answer = door.ask(ENTRIES, **variables)
    assert "errors" not in answer, answer
    return answer["data"]["ledger"]


def sign(door: TenantDoor) -> str:
    with door.views.keeper._archive.writing() as writing:
        return sign_head(writing, KEY, "ann").text


def seqs(found: dict[str, object]) -> list[int]:
    return [int(each["seq"]) for each in found["entries"]["nodes"]]  # type: ignore[index]


@pytest.mark.parametrize("stretch", [1, 3, 50_000])
def test_pages_go_both_ways_and_miss_nothing(
    door: TenantDoor, stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "STRETCH", stretch)
    seen: list[int] = []
    after = None
    while True:
        found = ledger(door, first=3, after=after)
        seen += seqs(found)
        page = found["entries"]["pageInfo"]  # type: ignore[index]
        assert page["hasPreviousPage"] is (after is not None)
        after = page["endCursor"]
        if not page["hasNextPage"]:
            break
    assert seen == [*range(8)]
    last = ledger(door, last=3)
    assert seqs(last) == [5, 6, 7]
    before = last["entries"]["pageInfo"]["startCursor"]  # type: ignore[index]
    assert seqs(ledger(door, last=100, before=before)) == [0, 1, 2, 3, 4]
    assert last["entries"]["totalCount"] == 8  # type: ignore[index]


def test_entries_are_found_by_what_they_say(door: TenantDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "STRETCH", 2)
    every = ledger(door)["entries"]["nodes"]  # type: ignore[index]

    def found(**filter: object) -> tuple[list[int], int]:
        page = ledger(door, filter=filter)
        return seqs(page), page["entries"]["totalCount"]  # type: ignore[index]

    assert found(kind=["publish"]) == ([0], 1)
    assert found(kind=["publish", "feed"], subject="outage") == ([*range(1, 8)], 7)
    assert found(actor="ann") == ([*range(8)], 8)
    assert found(actor="eve") == ([], 0)
    assert found(since=every[2]["recordedAt"], until=every[5]["recordedAt"]) == ([2, 3, 4], 3)
    assert found(since="2199-01-01T00:00:00Z") == ([], 0)
    assert json.loads(every[1]["body"])["facts"] == 1


def test_a_proof_that_it_gives_holds_outside(
    door: TenantDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pub.txt").write_text(KEY.public.text, "utf-8")
    assert door.ask(PROOFS, seq="1", since="1")["data"]["ledger"]["inclusion"]["userErrors"] == [
        {"code": "not-signed", "message": "no head was signed yet", "path": ["size"]}
    ]
    Path("old.txt").write_text(sign(door), "utf-8")
    door.ingest(LONG | {"id": "o-9"})
    sign(door)
    size = ledger(door)["signedHead"]["size"]  # type: ignore[index]
    assert size == "10"
    for asked in (None, "9"):
        proofs = door.ask(PROOFS, seq="4", since="9", size=asked)["data"]["ledger"]
        Path("entry.txt").write_text(proofs["inclusion"]["text"], "utf-8")
        Path("growth.txt").write_text(proofs["consistency"]["text"], "utf-8")
        assert main(["ledger", "check-proof", "entry.txt", "--key", "pub.txt"]) == 0
        assert "entry 4 is in the ledger" in capsys.readouterr().out
        assert main(["ledger", "check-proof", "growth.txt", "--since", "old.txt", "--key", "pub.txt"]) == 0
        capsys.readouterr()
    proofs = door.ask(PROOFS, seq="10", since="11", size="10")["data"]["ledger"]
    assert [each["userErrors"][0]["code"] for each in proofs.values()] == ["no-proof", "no-proof"]
    proofs = door.ask(PROOFS, seq="1", since="1", size="3")["data"]["ledger"]
    assert proofs["inclusion"]["userErrors"][0]["code"] == "not-signed"


@pytest.mark.parametrize(
    "variables",
    [
        {"seq": "-1", "since": "0"},
        {"seq": "01", "since": "0"},
        {"seq": "9" * 30, "since": "0"},
        {"seq": "0", "since": str(2**63)},
        {"seq": "0", "since": "0", "size": "x"},
    ],
)
def test_what_is_no_number_of_entries_is_said(door: TenantDoor, variables: dict[str, str]) -> None:
    (error,) = door.ask(PROOFS, **variables)["errors"][:1]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "variables",
    [
        {"first": 0},
        {"first": 1, "last": 1},
        {"after": "bm8"},
        {"filter": {"kind": ["k"] * 21}},
        {"filter": {"actor": "a\0"}},
    ],
)
def test_a_page_that_cannot_be_is_refused(door: TenantDoor, variables: dict[str, object]) -> None:
    (error,) = door.ask(ENTRIES, **variables)["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("role", "reads", "erases"),
    [
        (ApiRole.GOVERNANCE, True, True),
        (ApiRole.AUDITOR, True, False),
        (ApiRole.APPLICATION, False, False),
        (ApiRole.CUSTOMER, False, False),
        (ApiRole.SUPPLIER, False, False),
    ],
)
def test_who_may(role: ApiRole, reads: bool, erases: bool) -> None:
    with tenant_door(asking=replace(ANN, roles=frozenset({role}))) as door:
        answers = [door.ask("{ ledger { size } }")]
        for mutation, more in (
            (ERASE, {"kind": "outage", "keys": ["o-1"], **WHY}),
            (LIFT, {"hold": 1, "reason": "x"}),
        ):
            answers.append(door.ask(mutation, input={"idempotencyKey": "k", **more}))
        codes = [each.get("errors", [{}])[0].get("extensions", {}).get("code") for each in answers]
        assert [each != "FORBIDDEN" for each in codes] == [reads, erases, erases]


def test_facts_end_unless_they_are_held(door: TenantDoor) -> None:
    assert door.february() == "BREACHED"
    where = {"field": "id", "value": "o-1"}
    placed = door.send(HOLD, kinds=["outage"], where=where, reason="claim 7", once="h")
    assert placed["hold"] | where == placed["hold"] | {"hold": 0, "placedBy": "ann", "liftedAt": None} | where
    assert door.send(HOLD, kinds=["outage"], where=where, reason="claim 7", once="h") == placed
    keys = [f"o-{each}" for each in range(7)]
    held = door.send(ERASE, kind="outage", keys=keys, **WHY)
    assert [(each["code"], each["path"], each["row"]) for each in held["userErrors"]] == [
        ("held", ["input", "keys"], 2)
    ]
    again = door.send(LIFT, hold=5, reason="settled")["userErrors"][0]
    assert (again["code"], again["path"]) == ("unknown-hold", ["input", "hold"])
    assert door.send(LIFT, hold=0, reason="settled")["hold"]["liftedBy"] == "ann"
    assert door.ask(HOLDS)["data"]["ledger"] == {
        "holds": {"nodes": []},
        "all": {"nodes": [{"hold": 0, "liftedBy": "ann"}]},
    }
    done = door.send(ERASE, kind="outage", keys=keys, once="e", **WHY)
    assert done["erasure"] == {"entry": "10", "facts": 7, "versions": 7, "isScrubbed": True}
    assert door.send(ERASE, kind="outage", keys=keys, once="e", **WHY) == done
    (last,) = ledger(door, last=1)["entries"]["nodes"]  # type: ignore[index]
    assert (last["kind"], last["actor"], last["subject"]) == ("erase", "ann", "outage")
    assert "o-1" not in last["body"]


def test_where_nothing_is_kept_there_is_no_ledger() -> None:
    from tests.api.served import client

    answer = client().post("/graphql", json={"query": "{ ledger { size } }"}).json()
    assert answer["data"] == {"ledger": None}


def test_what_earlier_policies_are_asked_about_forgets_what_was_erased(door: TenantDoor) -> None:
    then = iso_text(door.now)
    door.publish(POLICY.replace("99%", "98%"))
    assert door.february(knownAt=then) == "BREACHED"
    door.send(ERASE, kind="outage", keys=[f"o-{each}" for each in range(7)], **WHY)
    assert door.february(knownAt=then) == "UNMEASURED"
    assert door.february() == "UNMEASURED"


@pytest.mark.parametrize("side", ["since", "until"])
def test_a_hold_has_no_side_where_no_fact_may_be(door: TenantDoor, side: str) -> None:
    payload = door.send(HOLD, kinds=["outage"], reason="claim 7", **{side: "2872-07-05T00:00:00Z"})
    assert payload["hold"] is None
    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == ("hold-scope", ["input"])
    assert "1970 to 2199" in error["message"]
