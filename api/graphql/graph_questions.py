"""What is asked of the graph: what falls, what rests on what, and what would change or follow."""

import strawberry
from strawberry import ID

from api.graphql.errors import Code, bad_input, refusal
from api.graphql.graph_answers import (
    Foundation,
    FoundationAnswer,
    Impact,
    ImpactAnswer,
    UserError,
)
from api.graphql.judged_questions import verdict_of
from api.graphql.nouns import Info
from api.graphql.opaque import named
from api.graphql.risk_answers import MOST_DEPTH, GraphFile, Risk
from api.graphql.scalars import DateTime
from api.graphql.situation_answers import Situation, SituationAnswer
from api.graphql.trace_answers import Trace, TraceAnswer
from api.graphql.verdicts import traced
from api.graphql.viability_answers import Viability
from api.graphql.what_if import WhatIfAnswer, answer
from api.view import Drawing
from engine import diagnostic
from engine.model.dependency import NodeKind
from engine.model.picture import Format

MOST_NAMES = 100


@strawberry.type(description="What depends on what, and what would change.")
class GraphQuestions:
    @strawberry.field(description="What falls when these fail: `kind:name`, or a name that only one bears.")
    def impact(self, info: Info, of: list[str], as_of: DateTime | None = None) -> ImpactAnswer:
        if not 1 <= len(of) <= MOST_NAMES:
            raise bad_input(f"name 1 to {MOST_NAMES} things that fail")
        view = info.context.view
        instant = info.context.revisions.instant(as_of)
        found = view.impact(of, instant)
        if isinstance(found, diagnostic.Diagnostic):
            error = UserError(code=found.code, message=found.message, help=found.help, path=["of"])
            return ImpactAnswer(impact=None, user_errors=[error])
        answer = Impact(as_of=DateTime(instant), policy_version=view.snapshot.version, model=found)
        return ImpactAnswer(impact=answer, user_errors=[])

    @strawberry.field(
        description="Who is affected at an instant, and what is due next: what fails is what is out, and "
        "what is named besides. `maxDegree` and `kinds` limit the hits, not their counts."
    )
    def situation(
        self,
        info: Info,
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
        failed: list[str] | None = None,
        max_degree: int | None = None,
        kinds: list[NodeKind] | None = None,
    ) -> SituationAnswer:
        info.context.check_deadline()
        if len(failed or ()) > MOST_NAMES:
            raise bad_input(f"`failed` names at most {MOST_NAMES} things")
        revision, view = info.context.at(as_of, known_at), info.context.view
        found = view.situation(revision, failed or (), max_degree, kinds)
        if isinstance(found, diagnostic.Diagnostic):
            error = UserError(code=found.code, message=found.message, help=found.help, path=["failed"])
            return SituationAnswer(situation=None, user_errors=[error])
        answer = Situation(
            as_of=DateTime(found.as_of),
            known_at=DateTime(found.known_at) if found.known_at is not None else None,
            policy_version=view.snapshot.version,
            model=found,
        )
        return SituationAnswer(situation=answer, user_errors=[])

    @strawberry.field(
        description="Everything whose failure has a part in that of this: the reverse of impact.",
    )
    def rests_on(self, info: Info, of: str, as_of: DateTime | None = None) -> FoundationAnswer:
        view = info.context.view
        instant = info.context.revisions.instant(as_of)
        found = view.rests_on(of, instant)
        if isinstance(found, diagnostic.Diagnostic):
            error = UserError(code=found.code, message=found.message, help=found.help, path=["of"])
            return FoundationAnswer(foundation=None, user_errors=[error])
        answer = Foundation(as_of=DateTime(instant), policy_version=view.snapshot.version, model=found)
        return FoundationAnswer(foundation=answer, user_errors=[])

    @strawberry.field(
        description="What an agreement, or every one, could promise at best, and what beneath it is too "
        "weak, at an instant or over the whole terms; null where there is no such agreement."
    )
    def viability(
        self,
        info: Info,
        agreement: ID | None = None,
        as_of: DateTime | None = None,
        whole_terms: bool = False,
    ) -> Viability | None:
        info.context.check_deadline()
        view = info.context.view
        at = None if whole_terms else info.context.revisions.instant(as_of)
        found = view.viability(None if agreement is None else named(agreement, "Agreement"), at)
        if isinstance(found, diagnostic.Diagnostic):
            return None
        instant = None if at is None else DateTime(at)
        return Viability(as_of=instant, policy_version=view.snapshot.version, model=found)

    @strawberry.field(description="What hangs on one thing, and what is redundant in name only.")
    def risk(self, info: Info, as_of: DateTime | None = None) -> Risk:
        info.context.check_deadline()
        view = info.context.view
        at = info.context.revisions.instant(as_of)
        return Risk(as_of=DateTime(at), policy_version=view.snapshot.version, model=view.risk(at))

    @strawberry.field(
        description="What depends on what as a file: all of it, or what lies at most `depth` edges around a "
        "node. What falls with the nodes that `failed` is marked; with `states` the worst of the verdicts of "
        "promises, agreements and services, by those that reach beyond `since`; with `risks` the single "
        "points of failure."
    )
    def graph_file(
        self,
        info: Info,
        format: Format,
        as_of: DateTime | None = None,
        around: str | None = None,
        depth: int = 2,
        failed: list[str] | None = None,
        states: bool = False,
        since: DateTime | None = None,
        known_at: DateTime | None = None,
        risks: bool = False,
    ) -> GraphFile:
        info.context.check_deadline()
        if not 0 <= depth <= MOST_DEPTH or len(failed or ()) > MOST_NAMES:
            raise bad_input(f"`depth` is from 0 to {MOST_DEPTH}, and `failed` names at most {MOST_NAMES}")
        if not states and (since is not None or known_at is not None):
            raise bad_input("`since` and `knownAt` say which verdicts count: ask for `states`")
        verdicts = info.context.at(as_of, known_at).verdicts if states else ()
        view = info.context.view
        at = info.context.revisions.instant(as_of)
        found = view.export(
            Drawing(
                at=at,
                format=format,
                around=around,
                depth=depth,
                failed=failed or (),
                verdicts=verdicts,
                since=since,
                risks=risks,
            )
        )
        text, errors = (None, [found]) if isinstance(found, diagnostic.Diagnostic) else (found, [])
        is_around = around is not None and any(f"`{around}`" in each.message for each in errors)
        return GraphFile(
            as_of=DateTime(at),
            policy_version=view.snapshot.version,
            text=text,
            user_errors=[
                UserError(
                    code=each.code,
                    message=each.message,
                    help=each.help,
                    path=["around" if is_around else "failed"],
                )
                for each in errors
            ],
        )

    @strawberry.field(
        description="What would change if the policies said something else, over the same facts; each change "
        "is a sentence of the change language, such as `drop supplier northwind`."
    )
    def what_if(
        self,
        info: Info,
        changes: list[str],
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
    ) -> WhatIfAnswer:
        if info.context.principal.is_narrowed:
            words = "what would change is asked of all policies, and a customer or a supplier sees a part"
            raise refusal(Code.FORBIDDEN, words)
        return answer(changes, info.context.at(as_of, known_at), info)

    @strawberry.field(description="From the contract's words to a verdict and what followed, or back.")
    def trace(self, info: Info, verdict: ID, back: bool = False) -> Trace | None:
        found = verdict_of(info, verdict)
        return Trace.of(traced(found, info, back)) if found else None

    @strawberry.field(
        description="The same from a clause, a promise, a fact (`kind:key`) or what followed "
        "(`credit:PROMISE`), with every verdict on the way; `back` from what followed, onwards from all else."
    )
    def trace_from(
        self,
        info: Info,
        of: str,
        back: bool | None = None,
        as_of: DateTime | None = None,
        known_at: DateTime | None = None,
    ) -> TraceAnswer:
        info.context.check_deadline()
        revision = info.context.at(as_of, known_at)
        found = info.context.view.trace_from(
            of, revision, lambda verdict: info.context.explain(verdict, revision), back
        )
        if isinstance(found, diagnostic.Diagnostic):
            error = UserError(code=found.code, message=found.message, help=found.help, path=["of"])
            return TraceAnswer(trace=None, user_errors=[error])
        return TraceAnswer(trace=Trace.of(found), user_errors=[])
