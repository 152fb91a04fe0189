"""The strongly connected components of a directed graph, what is beneath first, without recursion."""

from collections.abc import Callable, Sequence


def strong_components(root: int, members: Callable[[int], Sequence[int]]) -> list[list[int]]:
    """The circles that can be reached from a node, and each node that is in none, after all beneath it.

    Tarjan's algorithm over an own stack; linear in nodes and edges.
    """
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    open_nodes: list[int] = []
    is_open = set[int]()
    found: list[list[int]] = []
    calls: list[tuple[int, int]] = [(root, 0)]
    while calls:
        node, place = calls.pop()
        if place == 0:
            order[node] = lowest[node] = len(order)
            open_nodes.append(node)
            is_open.add(node)
        beneath = members(node)
        if place > 0:
            lowest[node] = min(lowest[node], lowest[beneath[place - 1]])
        while place < len(beneath):
            member = beneath[place]
            place += 1
            if member not in order:
                calls += [(node, place), (member, 0)]
                break
            if member in is_open:
                lowest[node] = min(lowest[node], order[member])
        else:
            if lowest[node] == order[node]:
                component: list[int] = []
                while not component or component[-1] != node:
                    component.append(open_nodes.pop())
                    is_open.discard(component[-1])
                found.append(component)
    return found
