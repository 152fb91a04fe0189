"""Who acts for a side of an agreement, asked over GraphQL."""

from dataclasses import replace

from engine.model.agreement import ActingParty
from engine.model.obligation import Citation
from tests.api.served import ask, client, view
from tests.hosting import SPAN, hosting, party


def test_who_acts_for_a_side_and_through_whom_a_promise_is_kept() -> None:
    words = Citation(document="msa", section="9", words="may engage", span=SPAN)
    tern = ActingParty(
        party="tern", side="acme", obligations=("acme_sla.restore",), cites=(words,), span=SPAN
    )
    policy = hosting()
    sla = replace(policy.agreements["acme_sla"], acting=(tern,))
    policy = replace(
        policy,
        agreements=policy.agreements.set("acme_sla", sla),
        parties=policy.parties.set("tern", party("tern")),
    )
    with client(replace(view(), snapshot=policy)) as door:
        found = ask(
            door,
            """{ agreements(filter: {kind: [SLA]}) { nodes {
                acting { nodes { party { name } side { name } obligations { nodes { name } }
                    cites { nodes { section } } } }
                obligations { nodes { name keptThrough { nodes { party { name } } } } } } } }""",
        )
    (answer,) = found["agreements"]["nodes"]
    assert answer["acting"]["nodes"] == [
        {
            "party": {"name": "tern"},
            "side": {"name": "acme"},
            "obligations": {"nodes": [{"name": "acme_sla.restore"}]},
            "cites": {"nodes": [{"section": "9"}]},
        }
    ]
    assert {
        each["name"]: [acting["party"]["name"] for acting in each["keptThrough"]["nodes"]]
        for each in answer["obligations"]["nodes"]
    } == {"acme_sla.uptime": [], "acme_sla.restore": ["tern"]}
