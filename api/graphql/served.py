"""What one request is answered from: one view, the revisions it asks for, and the time it may take."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from threading import Barrier
from time import monotonic_ns
from typing import Any, TypeAlias, TypeVar

from graphql import ExecutionResult

from api.allowance import Allowances
from api.drafts.draft import DraftAsked, JudgedDraft
from api.graphql.errors import Code, bad_input, refusal, too_fast
from api.news import Feed, News
from api.view import ComplianceView, Keeping, NothingSeenError, Revision, Views
from api.webhooks.signing import WebhookKey
from engine.diagnostic import Diagnostic
from engine.model.change import Differences
from engine.model.explanation import Explanation
from engine.model.instants import EARLIEST, LATEST
from engine.model.principal import ApiRole, Principal
from engine.model.quantity import DAY, Instant
from engine.model.tenancy import Fed, Refused
from engine.model.verdict import Verdict
from engine.pipeline import DisagreementError
from engine.tenant.tenant import NothingPublishedError

KEPT_REVISIONS = 4
FURTHEST_AHEAD = 3_660 * DAY
"""How far beyond the served instant one may ask: an agreement without an end has windows without an end."""


KEPT_PARTS = 16
"""Of how many sets of parties what they see of a revision is kept."""

Seer: TypeAlias = tuple[frozenset[ApiRole], frozenset[str]]
"""What decides who sees what: roles, and parties."""

Supposed: TypeAlias = "tuple[tuple[str, ...], Instant, Instant | None]"
"""Changes of the policies, and the instants at which they are asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisions:
    """The revision that is served and the few others that were asked for last; one thread asks."""

    view: ComplianceView
    kept: OrderedDict[tuple[Instant, Instant | None], Revision] = field(
        default_factory=OrderedDict[tuple[Instant, "Instant | None"], Revision]
    )

    supposed: OrderedDict[Supposed, Differences | tuple[Diagnostic, ...]] = field(
        default_factory=OrderedDict["Supposed", "Differences | tuple[Diagnostic, ...]"]
    )
    parts: OrderedDict[Seer, "Revisions"] = field(default_factory=OrderedDict["Seer", "Revisions"])

    def seen_by(self, principal: Principal) -> "Revisions":
        """What somebody sees; of the customers and suppliers that asked last it is kept."""
        if not principal.is_narrowed:
            return self
        seer = (principal.roles, principal.parties)
        if seer not in self.parts:
            try:
                self.parts[seer] = Revisions(view=self.view.seen_by(principal, self.at))
            except NothingSeenError:
                raise refusal(Code.FORBIDDEN, "a customer or a supplier sees nothing of this") from None
        self.parts.move_to_end(seer)
        while len(self.parts) > KEPT_PARTS:
            self.parts.popitem(last=False)
        return self.parts[seer]

    def at(self, as_of: Instant | None, known_at: Instant | None) -> Revision:
        """The verdicts as of an instant; what is not said is as served (S2.5)."""
        served = self.view.revision
        asked = (
            served.as_of if as_of is None else as_of,
            served.known_at if known_at is None else known_at,
        )
        if asked == (served.as_of, served.known_at):
            return served
        if not 0 <= asked[0] <= served.as_of + FURTHEST_AHEAD:
            raise bad_input("`asOf` lies before 1970 or more than ten years ahead of what is served")
        if asked[1] is not None and not EARLIEST <= asked[1] < LATEST:
            raise bad_input("`knownAt` lies outside of the years 1970 to 2199")
        if asked not in self.kept:
            found = self.view.evaluate(*asked)
            if isinstance(found, Diagnostic):
                raise bad_input(found.message)
            self.kept[asked] = found
        self.kept.move_to_end(asked)
        while len(self.kept) > KEPT_REVISIONS:
            self.kept.popitem(last=False)
        return self.kept[asked]

    def instant(self, as_of: Instant | None) -> Instant:
        """The instant at which the policies alone are asked about; what is not said is as served."""
        if as_of is None:
            return self.view.revision.as_of
        if not EARLIEST <= as_of < LATEST:
            raise bad_input("`asOf` lies outside of the years 1970 to 2199")
        return as_of

    def what_if(self, changes: tuple[str, ...], of: Revision) -> Differences | tuple[Diagnostic, ...]:
        """What changes with the policies; the few answers asked for last are kept: pages are cheap."""
        asked = (changes, of.as_of, of.known_at)
        if asked not in self.supposed:
            self.supposed[asked] = self.view.what_if(changes, of)
        self.supposed.move_to_end(asked)
        while len(self.supposed) > KEPT_REVISIONS:
            self.supposed.popitem(last=False)
        return self.supposed[asked]


KEPT_VIEWS = 2
Told = TypeVar("Told")
Shown = TypeVar("Shown")
Done = TypeVar("Done")


KEEPERS = 64
"""How many documents of one tenant may keep something at a time, but for those that only feed."""

FEEDERS = 4
"""How many documents that are known to only feed are read at a time: none of them waits on its thread for
what it feeds to be kept, and more would only be in the way of one another."""


def _worker() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=1, thread_name_prefix="tenant")


def _keepers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=KEEPERS, thread_name_prefix="keeper")


def _feeders() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=FEEDERS, thread_name_prefix="feeder")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The views that are served, and of the last few what was made for them; one thread asks."""

    views: Views
    last: OrderedDict[int, Revisions] = field(default_factory=OrderedDict[int, Revisions])
    worker: ThreadPoolExecutor = field(default_factory=_worker)
    """The one thread that asks."""
    webhook_key: WebhookKey | None = None
    """Of what the secrets of its webhooks are made; None where it has none."""

    keepers: ThreadPoolExecutor = field(default_factory=_keepers)
    """The threads of mutations, none of which asks the views. They may wait for the one that does, never it
    for them."""
    feeders: ThreadPoolExecutor = field(default_factory=_feeders)
    """The threads of those that only feed."""

    def run(self, do: Callable[[], Done]) -> Done:
        """Do something on the thread that asks, and wait until it is done."""
        return self.worker.submit(do).result()

    def finish(self) -> None:
        """Wait until all that was taken on is done."""
        for threads, number in ((self.feeders, FEEDERS), (self.keepers, KEEPERS)):
            all_free = Barrier(number)
            wait([threads.submit(all_free.wait) for _ in range(number)])
        if self.views.keeper is not None:
            self.views.keeper.settle()
        self.run(lambda: None)

    def present(self, principal: Principal) -> Revisions:
        """What is known now, as somebody sees it."""
        return self._of(self.views.present).seen_by(principal)

    def known(self, known_at: Instant, principal: Principal) -> Revisions:
        """As the policies had it that were in use then, and as somebody sees it."""
        return self._of(lambda: self.views.known(known_at)).seen_by(principal)

    def _of(self, ask: Callable[[], ComplianceView | Diagnostic]) -> Revisions:
        try:
            view = ask()
        except NothingPublishedError as nothing:
            raise refusal(Code.NOTHING_PUBLISHED, str(nothing)) from None
        if isinstance(view, Diagnostic):
            raise bad_input(view.message)
        # Views of the same policies and facts evaluate by the same function: what it gave still holds.
        evaluates = id(view.evaluate)
        before = self.last.pop(evaluates, None)
        if before is None:
            found = Revisions(view=view)
        elif before.view is view:
            found = before
        else:
            found = Revisions(view=view, kept=before.kept, supposed=before.supposed)
        self.last[evaluates] = found
        while len(self.last) > KEPT_VIEWS:
            self.last.popitem(last=False)
        return found


@dataclass(slots=True, kw_only=True)
class Served:
    """The context of one request, which is answered from one view: that of its first field that needs one.

    A subscription is run once to see what it asks for, its `feed`, and then once for each event that it is
    `told`. There are no `news` where the request has one answer.
    """

    door: Door
    principal: Principal
    ends_at: int
    bound: Revisions | None = None
    news: News | None = None
    feed: Feed[Any] | None = None
    told: Any = None
    is_hidden: bool = False
    allowances: Allowances | None = None
    may_leave: bool = False
    """Whether a document that does nothing but feed may leave that to be waited for: it is run once to begin
    it, and again to answer."""
    feeding: Future[Fed | Refused] | None = None
    """What the answer comes by to what such a document feeds, once it was run; there when it is run again."""
    version: str | None = None
    """The policies that were in use then, where that is known."""
    answer: Callable[[], ExecutionResult] | None = None
    """What runs the document again by its plan, where it has one."""
    tenants: tuple[str, ...] = ()
    """The tenants that this principal may enter here."""
    is_paid: bool = False
    draft: DraftAsked | None = None
    """What the document asks about a draft, once it was run: it is answered where the draft is judged."""
    judged: JudgedDraft | None = None
    """The draft, where that is here."""
    gone: Callable[[], Awaitable[None]] | None = None
    """What returns when whoever asked does not wait for the answer any more; None where that cancels."""

    def pay(self, points: int) -> None:
        """Take what the document costs from what is left to who asks, once for each request."""
        if self.allowances is not None and not self.is_paid:
            if wait := self.allowances.take_points(self.principal.account, points):
                raise too_fast(wait)
            self.is_paid = True

    def tells(self, asks: Callable[[News], Feed[Told]], show: Callable[[Told], Shown | None]) -> Shown:
        """The event that a subscription is told now; asked before there is one, what it is to be told of.

        What `show` gives nothing for is hidden from who asks, who is not told that there was an event.
        """
        if self.told is not None:
            shown = show(self.told)
            self.is_hidden = shown is None
            if shown is None:
                raise refusal(Code.FORBIDDEN, "this is not shown")
            return shown
        if self.door.views.keeper is None:
            raise refusal(
                Code.NOTHING_KEPT, "nothing is kept here, so that there are no news: serve a tenant"
            )
        if self.news is not None:
            self.feed = asks(self.news)
        words = "a subscription is sent over graphql-transport-ws, or its answer wanted as text/event-stream"
        raise refusal(Code.BAD_REQUEST, words)

    @property
    def keeping(self) -> Keeping | None:
        """Who keeps what is sent, as the doing of who asks."""
        keeper = self.door.views.keeper
        return None if keeper is None else Keeping(tenant=keeper, actor=self.principal.identity)

    @property
    def revisions(self) -> Revisions:
        """What the request is answered from."""
        if self.bound is None:
            self.bound = self.door.present(self.principal)
        return self.bound

    @property
    def view(self) -> ComplianceView:
        """The policy set and its facts."""
        return self.revisions.view

    def at(self, as_of: Instant | None, known_at: Instant | None) -> Revision:
        """The verdicts as of an instant, by what was known at another one, policies too (S2.5, S2.6)."""
        self.bind(known_at)
        return self.revisions.at(as_of, known_at)

    def bind(self, known_at: Instant | None) -> None:
        """Answer this request by the policies that were in use at an instant, if one is said (S2.6)."""
        if known_at is not None:
            then = self.door.known(known_at, self.principal)
            if self.bound is None:
                self.bound = then
            elif self.bound.view.snapshot.version != then.view.snapshot.version:
                raise bad_input(
                    "other policies were in use at `knownAt` than this request is answered from: ask what "
                    "was known then in a request of its own"
                )

    def check_deadline(self) -> None:
        """Refuse to go on when the request has taken too long; asked for each object that takes work."""
        if monotonic_ns() > self.ends_at:
            raise refusal(Code.DEADLINE_EXCEEDED, "the answer takes longer than is allowed")

    def explain(self, verdict: Verdict, revision: Revision) -> Explanation:
        """Why a verdict is what it is, computed again from the facts (S7.5)."""
        self.check_deadline()
        try:
            return self.view.explain(verdict, revision)
        except DisagreementError as both:
            raise refusal(Code.EVALUATORS_DISAGREE, str(both)) from None
