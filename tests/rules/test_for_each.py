"""`for each`: a verdict for each combination, declared or registered, in both evaluators (S6.6)."""

from engine.model.verdict import State
from tests.rules.told import told

KINDS = """
fact request {
  key id
  about service
  at sent_at
  took duration
  region one of (eu, us)
  class one of (standard, infrequent)
}
fact deployment {
  key id
  about service
  lasts start until end
  region one of (eu, us)
  class one of (standard, infrequent)
}
"""

REQUESTS = {
    "request": """id,service,sent_at,took,region,class
r1,shop,2025-01-10T10:00:00Z,PT1S,eu,standard
r2,shop,2025-01-11T10:00:00Z,PT5S,eu,infrequent
r3,shop,2025-01-12T10:00:00Z,PT3S,us,standard
""",
    "deployment": """id,service,start,end,region,class
d1,shop,2025-01-01T00:00:00Z,2025-01-20T00:00:00Z,us,infrequent
d2,shop,2025-01-05T00:00:00Z,,eu,standard
""",
}


def test_each_declared_combination_has_a_verdict_and_the_bound_of_its_class() -> None:
    found = told(
        """
        target it of shop for each region, class {
          cites msa "2" "by class"
          obliges acme
          measures average of r.took from request r
          requires by class { standard at most 2 seconds  infrequent at most 6 seconds }
              in each calendar month
          convention empty windows are unmeasured
        }
        """,
        KINDS,
        REQUESTS,
        as_of="2025-02-01T00:00:00Z",
    )
    assert {each.subject: each.state for each in found if each.identity[2] == "2025-01"} == {
        "shop (region eu, class standard)": State.MET,
        "shop (region eu, class infrequent)": State.MET,
        "shop (region us, class standard)": State.BREACHED,
        # Nobody sent anything, but the policy declares it: it cannot vanish.
        "shop (region us, class infrequent)": State.UNMEASURED,
    }


def test_a_register_says_what_is_in_use_in_each_window() -> None:
    found = told(
        """
        target it of shop for each region, class in deployment {
          cites msa "2" "in use"
          obliges acme
          measures average of r.took from request r
          requires at most 2 seconds in each calendar month
          convention empty windows are unmeasured
        }
        """,
        KINDS,
        REQUESTS,
        as_of="2025-02-10T00:00:00Z",
    )
    assert {(each.subject, each.identity[2]): each.state for each in found} == {
        ("shop (region us, class infrequent)", "2025-01"): State.UNMEASURED,
        ("shop (region eu, class standard)", "2025-01"): State.MET,
        ("shop (region eu, class standard)", "2025-02"): State.PENDING,
    }
