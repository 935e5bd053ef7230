"""How do rows become an XML document? Each value where its path says, elements that paths share made once."""

import re

from lxml import etree

from pipeline.contract.declaration import Xml
from pipeline.contract.xml_paths import expanded, parse_path
from pipeline.synthetic.rows import Row

AROUND_ROWS = "Rows"
"""The document's element. No path leads through it: a row is found at whatever depth it stands."""

ANY_ELEMENT = "Value"
"""What is written for a step `*`, which any element fits."""

_CONDITION = re.compile(r"\[(@?)([^=]+)='(.*)'\]$")


def document(layout: Xml, rows: list[Row]) -> bytes:
    """Which document holds these rows? Blank values are left out, as exchanged documents do."""
    root = etree.Element(AROUND_ROWS, nsmap=dict(layout.namespaces))
    for row in rows:
        element = etree.SubElement(root, expanded(layout.row, layout.namespaces))
        for name, text in layout.paths.items():
            if row[name]:
                _put(layout, element, text, row[name])
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _put(layout: Xml, element: etree._Element, text: str, value: str) -> None:
    """Put a value where its path leads, making the elements on the way that are not there."""
    path = parse_path(text)
    assert path is not None  # checked with the declaration
    for step in path.steps:
        found = element.find(step, dict(layout.namespaces))
        element = _made(layout, element, step) if found is None else found
    if path.attribute:
        element.set(expanded(path.attribute, layout.namespaces), value)
    else:
        element.text = value


def _made(layout: Xml, parent: etree._Element, step: str) -> etree._Element:
    """Make the element that a step asks for, its condition fulfilled."""
    condition = _CONDITION.search(step)
    name = step.partition("[")[0]
    made = etree.SubElement(parent, expanded(ANY_ELEMENT if name == "*" else name, layout.namespaces))
    if condition:
        is_attribute, other, value = condition.groups()
        if is_attribute:
            made.set(expanded(other, layout.namespaces), value)
        else:
            etree.SubElement(made, expanded(other, layout.namespaces)).text = value
    return made
