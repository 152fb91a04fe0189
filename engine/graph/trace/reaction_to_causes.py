"""From which verdicts each reaction follows, found without asking of every pair (S8, S10.3)."""

from collections.abc import Mapping, Sequence
from itertools import islice

from engine.graph.trace.trace_graph import verdict_node_id
from engine.model.reaction import (
    EscalationStep,
    ImprovementCase,
    LadderCase,
    Reaction,
    RenewalCase,
    RightArisen,
    UpdateCase,
)
from engine.model.snapshot import Snapshot
from engine.model.verdict import InWindow, Occasion, Verdict


class Causes:
    """The ids of verdicts, by what reactions say of them."""

    def __init__(self, snapshot: Snapshot, verdicts: Sequence[Verdict]) -> None:
        self._own: dict[tuple[str, str, Occasion], list[str]] = {}
        self._together: dict[tuple[str, Occasion], list[str]] = {}
        self._windows: dict[tuple[str, str], dict[str, list[str]]] = {}
        self._looked_at = _looked_at(snapshot)
        for each in verdicts:
            id, agreement = verdict_node_id(each.identity), each.obligation.partition(".")[0]
            self._own.setdefault((each.obligation, each.subject, each.occasion), []).append(id)
            self._together.setdefault((agreement, each.occasion), []).append(id)
        in_time = ((each.occasion.start, each) for each in verdicts if isinstance(each.occasion, InWindow))
        for _, each in sorted(in_time, key=lambda item: item[0]):
            windows = self._windows.setdefault((each.obligation, each.subject), {})
            windows.setdefault(each.whole_window, []).append(verdict_node_id(each.identity))
        self._places = {
            key: {id: place for place, ids in enumerate(windows.values()) for id in ids}
            for key, windows in self._windows.items()
        }

    def of(self, reaction: Reaction) -> tuple[str, ...]:
        """The verdicts that led to it: its own; of an escalation all in its agreement on the same trigger; of
        a ladder or an improvement also those that joined it; and of what a pattern calls for all windows that
        the pattern looks at."""
        match reaction:
            case RenewalCase():
                return ()
            case EscalationStep(escalation=name) | UpdateCase(escalation=name):
                return tuple(self._together.get((name.partition(".")[0], reaction.occasion), ()))
            case _:
                pass
        promise = (reaction.obligation, reaction.subject)
        found = list(self._own.get((*promise, reaction.occasion), ()))
        if found and isinstance(reaction, RightArisen | ImprovementCase):
            name = reaction.right if isinstance(reaction, RightArisen) else reaction.improvement
            found = [*self._frame(promise, found[0], self._looked_at.get((name, promise[0]), 1)), *found]
        if isinstance(reaction, LadderCase | ImprovementCase):
            windows = self._windows.get(promise, {})
            found += [id for label in reaction.joined for id in windows.get(label, ())]
        return tuple(dict.fromkeys(found))

    def _frame(self, promise: tuple[str, str], last: str, length: int) -> list[str]:
        """So many windows up to the one of a verdict."""
        place = self._places[promise][last]
        windows = islice(self._windows[promise].values(), max(0, place + 1 - length), place + 1)
        return [id for ids in windows for id in ids]


def _looked_at(snapshot: Snapshot) -> Mapping[tuple[str, str], int]:
    """How many windows of a promise the patterns of a right or an improvement look at, by both names."""
    found: dict[tuple[str, str], int] = {}
    for agreement in snapshot.agreements.values():
        for followup in (*agreement.rights, *agreement.improvements):
            for pattern in followup.patterns:
                key = (followup.id, pattern.obligation)
                found[key] = max(found.get(key, 1), pattern.of)
    return found
