"""The rules of a mapping: of what facts are made, and where each value comes from."""

from collections.abc import Mapping

import yaml

from engine.facts.importers.yaml_to_values import ValueReader
from engine.facts.spelling import meant
from engine.model.fact_import import (
    Each,
    EachCase,
    EachItem,
    EachStay,
    EachStep,
    FromBeginning,
    FromConstant,
    FromField,
    FromItem,
    FromStep,
    Moves,
    Rule,
    Take,
    Timeline,
    Which,
    Word,
)
from engine.source import Source

RULE = {"kind", "for each", "fields", "where"}
MOVES = {"step of", "entering", "leaving", "which"}
EACHES = {*MOVES, "beginning", "stay of", "within", "ends with", "item of", "lacking"}
SOURCES = ("field", "item", "beginning of", "step of", "constant")
TAKE = {*SOURCES, *MOVES, "words", "otherwise"}

WORDS: dict[type[Each], frozenset[Word]] = {
    EachCase: frozenset({Word.CASE, Word.ID}),
    EachStep: frozenset({Word.CASE, Word.ID, Word.AT, Word.VALUE, Word.BEFORE, Word.THING}),
    EachStay: frozenset({Word.CASE, Word.ID, Word.START, Word.END, Word.VALUE, Word.BEFORE, Word.THING}),
    EachItem: frozenset({Word.CASE, Word.ID}),
}


class RuleReader(ValueReader):
    """Rules while they are read, beside the timelines that they may name."""

    def __init__(self, source: Source, timelines: Mapping[str, Timeline]) -> None:
        super().__init__(source)
        self.timelines = timelines

    def rule(self, node: yaml.Node) -> Rule:
        """One rule."""
        said = self.members(node, RULE, needed=("kind", "for each", "fields"))
        each = self.each(said.get("for each"))
        takes = {
            name: self.take(value, each) for name, value in self.members(said.get("fields"), None).items()
        }
        where = self.members(said.get("where"), None).items()
        return Rule(
            kind=self.text(said.get("kind")) or "",
            each=each,
            takes=takes,
            where=tuple((path, frozenset(self.texts(values))) for path, values in where),
            span=self.span(node),
        )

    def each(self, node: yaml.Node | None) -> Each:
        """What there is one fact for."""
        if isinstance(node, yaml.ScalarNode):
            self.one_of(node, ["case"])
            return EachCase()
        said = self.members(node, EACHES)
        if "step of" in said:
            beginning = self.one_of(said.get("beginning"), ["yes", "no"]) == "yes"
            return EachStep(moves=self.moves(said), beginning=beginning)
        if "stay of" in said:
            return EachStay(
                timeline=self.timeline(said["stay of"]),
                within=frozenset(self.texts(said.get("within"))),
                ends_with=self.texts(said.get("ends with")),
            )
        if "item of" in said:
            lacking = said.get("lacking")
            return EachItem(
                list=self.text(said["item of"]) or "",
                lacking=None if lacking is None else self.timeline(lacking),
            )
        if node is not None:
            self.fault(node, "a fact is for each `case`, `step of`, `stay of` or `item of` something")
        return EachCase()

    def moves(self, said: dict[str, yaml.Node]) -> Moves:
        """Steps of a timeline."""
        return Moves(
            timeline=self.timeline(said["step of"]),
            entering=frozenset(self.texts(said.get("entering"))),
            leaving=frozenset(self.texts(said.get("leaving"))),
            which=Which(self.one_of(said.get("which"), list(Which)) or Which.EACH),
        )

    def timeline(self, node: yaml.Node) -> str:
        """The name of a timeline that there is."""
        name = self.text(node) or ""
        if name not in self.timelines:
            help = meant(name, self.timelines)
            self.fault(node, f"there is no timeline `{name}`", help)
        return name

    def of_cases(self, node: yaml.Node, name: str) -> str:
        """The timeline of that name, if each case has it for itself."""
        if name in self.timelines and self.timelines[name].of_things:
            self.fault(node, f"`{name}` is of things, over all cases: a case has none of its own")
        return name

    def take(self, node: yaml.Node, each: Each) -> Take:
        """Where one value comes from."""
        if isinstance(node, yaml.ScalarNode):
            known = [word.value for word in Word if word in WORDS[type(each)]]
            word = self.one_of(node, known)
            return Take(source=Word(word or Word.CASE), span=self.span(node))
        said = self.members(node, TAKE)
        sources = [each for each in SOURCES if each in said]
        if len(sources) != 1:
            self.fault(node, "a value comes from one of " + ", ".join(f"`{each}`" for each in SOURCES))
            return Take(source=FromConstant(text=""), span=self.span(node))
        match sources[0]:
            case "field":
                source = FromField(paths=self.texts(said["field"]))
            case "item":
                source = FromItem(path=self.text(said["item"]) or "")
                if not isinstance(each, EachItem):
                    self.fault(node, "only a fact for each `item of` a list takes an `item`")
            case "beginning of":
                source = FromBeginning(timeline=self.of_cases(node, self.timeline(said["beginning of"])))
            case "step of":
                source = FromStep(moves=self.moves(said))
                self.of_cases(node, source.moves.timeline)
                if source.moves.which is Which.EACH:
                    self.fault(node, "one instant is wanted here: say `which: first` or `which: standing`")
            case _:
                source = FromConstant(text=self.text(said["constant"]) or "")
        return Take(
            source=source,
            words=self.table(said.get("words")),
            otherwise=self.text(said.get("otherwise")),
            span=self.span(node),
        )
