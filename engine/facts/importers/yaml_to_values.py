"""Nodes of YAML to texts, lists and tables; every text as it is written, for `3` and `on` are words here."""

from collections.abc import Collection, Mapping, Sequence

import yaml

from engine.diagnostic import Diagnostic
from engine.facts.spelling import meant
from engine.source import Source, Span


class ValueReader:
    """Reads nodes of one source, and collects what is wrong with them."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Diagnostic] = []

    def span(self, node: yaml.Node) -> Span:
        """The place of a node, as far as its first line goes."""
        start, end = node.start_mark.index, node.end_mark.index
        line = self.source.text.find("\n", start)
        return self.source.span(start, min(end, line) if line >= 0 else end)

    def fault(self, node: yaml.Node, what: str, help: str | None = None) -> None:
        """Note a mistake at a node."""
        found = Diagnostic(code="mapping", message=what, labels=((self.span(node), "here"),), help=help)
        self.found.append(found)

    def members(
        self, node: yaml.Node | None, known: Collection[str] | None, needed: Sequence[str] = ()
    ) -> dict[str, yaml.Node]:
        """The members of a mapping; all of the `needed`, and none but the `known` ones, if they are said."""
        if node is None:
            return {}
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, "names and values are wanted here, as `name: value`")
            return {}
        members: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self.text(key) or ""
            if name in members:
                self.fault(key, f"`{name}` is said twice")
            elif known is not None and name not in known:
                help = meant(name, known) or "there are " + ", ".join(f"`{each}`" for each in sorted(known))
                self.fault(key, f"`{name}` is nothing that a mapping says here", help)
            members[name] = value
        for name in needed:
            if name not in members:
                self.fault(node, f"`{name}` is missing here")
        return members

    def nodes(self, node: yaml.Node | None) -> Sequence[yaml.Node]:
        """The items of a list, or the one thing that stands in its place."""
        if node is None:
            return ()
        return node.value if isinstance(node, yaml.SequenceNode) else (node,)

    def text(self, node: yaml.Node | None) -> str | None:
        """A text as it is written; none where nothing or `null` is."""
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.fault(node, "one word or text is wanted here")
            return None
        return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)

    def texts(self, node: yaml.Node | None) -> tuple[str, ...]:
        """One text, or a list of them."""
        return tuple(text for each in self.nodes(node) if (text := self.text(each)) is not None)

    def table(self, node: yaml.Node | None) -> Mapping[str, str]:
        """A word for each word."""
        members = self.members(node, None)
        return {name: text for name, each in members.items() if (text := self.text(each)) is not None}

    def one_of(self, node: yaml.Node | None, known: Sequence[str]) -> str | None:
        """One of the known words; none where nothing is said."""
        word = self.text(node)
        if word is None or word in known:
            return word
        if node is not None:
            self.fault(node, f"`{word}` is none of " + ", ".join(f"`{each}`" for each in known))
        return None
