"""The evaluator by definition: plain Python over facts, written from the meaning, never optimised."""

from engine.definition.evaluate import evaluate as evaluate
from engine.definition.explain import explain as explain
from engine.definition.outline import outline as outline
from engine.definition.outline import withheld as withheld
from engine.definition.react import react as react
from engine.definition.unheld import unheld as unheld
