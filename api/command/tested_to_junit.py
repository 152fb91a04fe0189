"""Worked examples as JUnit XML, which build servers read."""

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from engine.graph.exports.characters import allowed_in_xml
from engine.model.outcome import Examined


def junit(tested: Examined) -> str:
    """One suite for each promise, one case for each example; a failure says what was expected and found."""
    failed = sum(not each.passed for each in tested.outcomes)
    root = Element("testsuites", name="troth", tests=str(len(tested.outcomes)), failures=str(failed))
    ordered = sorted(tested.outcomes, key=lambda each: each.example.obligation)
    for id, group in groupby(ordered, key=lambda each: each.example.obligation):
        outcomes = list(group)
        suite = SubElement(
            root,
            "testsuite",
            name=id,
            tests=str(len(outcomes)),
            failures=str(sum(not each.passed for each in outcomes)),
        )
        for each in outcomes:
            span = each.example.span
            case = SubElement(
                suite,
                "testcase",
                classname=id,
                name=allowed_in_xml(each.example.name),
                file=allowed_in_xml(span.source),
                line=str(span.line),
            )
            if not each.passed:
                text = allowed_in_xml(
                    "\n".join(
                        f"line {miss.span.line}: expected {miss.expected}, found {miss.found}"
                        for miss in each.mismatches
                    )
                )
                SubElement(case, "failure", message=text.partition("\n")[0]).text = text
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")
