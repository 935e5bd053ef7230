"""What is reached from one element of an XML document? Every leaf, by its path, and through references."""

from dataclasses import dataclass, field

from pipeline.readers.xml_documents import IS_NIL, MOST_ELEMENTS, Element
from pipeline.readers.xml_spans import id_of, reference_of

Path = tuple[str, ...]
"""Names of elements as a parser has them, `{URI}local`, from the row down; the last may be `@` and an attribute's."""

DEEPEST = 25
"""Steps of a path. Exchanged documents have about ten, references included."""

NOT_VALUES = ("/structures/", "/lexs/library/", "XMLSchema-instance", "XML/1998/namespace", "/conformanceTargets/")
"""Parts of the namespaces of attributes that say how a document hangs together, and nothing of anybody."""


@dataclass
class Sight:
    """What is reached from one element?

    Attributes:
        found: path → the leaves there, each by its own identity, and its text.
        inner: path of elements that hold other elements → how many stand there.
        referred: paths that lead over a reference.
        dead_ends: paths on which a reference leads nowhere, or into another row.
    """

    found: dict[Path, list[tuple[int, str]]] = field(default_factory=dict)
    inner: dict[Path, int] = field(default_factory=dict)
    referred: set[Path] = field(default_factory=set)
    dead_ends: set[Path] = field(default_factory=set)

    def add(self, path: Path, who: int, text: str) -> None:
        """Note a leaf."""
        self.found.setdefault(path, []).append((who, text))

    def several(self) -> set[Path]:
        """At which paths may several leaves stand? A row about one person has its names elsewhere."""
        many = [path for path, count in self.inner.items() if count > 1]
        return {
            path for path, leaves in self.found.items() if len(leaves) > 1 or any(is_below(path, one) for one in many)
        }


class Document:
    """One document as a whole: who has which id, what a row may refer to, and which elements hold anything."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self._number = {one: number for number, one in enumerate(root.iter())}
        self._by_id: dict[str, list[Element]] = {}
        for one in self._number:
            if name := id_of(one.attrib):
                self._by_id.setdefault(name, []).append(one)
        self.holders: dict[str, list[Element]] = {}
        for one in self._number:
            is_mere_reference = reference_of(one.attrib) is not None
            if one is root or (not is_mere_reference and (len(one) or any(map(_is_value, one.attrib)))):
                self.holders.setdefault(one.tag, []).append(one)
        self._reached: dict[tuple[str, Element], bool] = {}

    def seen_from(self, row: Element) -> Sight:
        """What is reached from an element, were it a row?"""
        sight, budget = Sight(), MOST_ELEMENTS
        waiting: list[tuple[Element, Path, tuple[Element, ...]]] = [(row, (), (row,))]
        self._note_attributes(sight, row, ())
        while waiting and budget:
            element, path, way = waiting.pop()
            deeper = []
            for child in element:
                budget = max(budget - 1, 0)
                meant, below = self._meant(child, row), (*path, child.tag)
                if meant is None:
                    sight.dead_ends.add(below)
                    continue
                if meant is not child or path in sight.referred:
                    sight.referred.add(below)
                self._note_attributes(sight, meant, below)
                if not len(meant):
                    sight.add(below, self._number[meant], _text(meant))
                elif meant not in way and len(way) < DEEPEST:
                    sight.inner[below] = sight.inner.get(below, 0) + 1
                    deeper.append((meant, below, (*way, meant)))
            waiting += reversed(deeper)
        return sight

    def _note_attributes(self, sight: Sight, element: Element, path: Path) -> None:
        for name, text in element.attrib.items():
            if _is_value(name):
                sight.add((*path, f"@{name}"), self._number[element], " ".join(text.split()))

    def _meant(self, element: Element, row: Element) -> Element | None:
        """Which element is meant, as the reader follows references? None where it finds none."""
        reference = reference_of(element.attrib)
        if reference is None or len(element):
            return element
        named = self._by_id.get(reference, ())
        inside = [one for one in named if one is row or any(above is row for above in one.iterancestors())]
        found = inside or [one for one in named if self._is_reached(one, row)]
        return found[-1] if found and reference_of(found[-1].attrib) is None else None

    def _is_reached(self, target: Element, row: Element) -> bool:
        """Does a reference from this row lead to what stands outside of it? Not into another row, nor around one."""
        place = (row.tag, target)
        if place not in self._reached:
            is_in_row = target.tag == row.tag or any(one.tag == row.tag for one in target.iterancestors())
            holds_row = next(target.iter(row.tag), None) is not None
            self._reached[place] = target is not self.root and not is_in_row and not holds_row
        return self._reached[place]


def _is_value(attribute: str) -> bool:
    return not any(part in attribute for part in NOT_VALUES)


def _text(element: Element) -> str:
    return "" if element.get(IS_NIL) in ("true", "1") else " ".join("".join(element.itertext()).split())


def local(step: str) -> str:
    """How is an element or attribute called, its namespace left off?

    >>> local("{urn:core}Person"), local("@{urn:core}key"), local("@no")
    ('Person', 'key', 'no')
    """
    return step.rpartition("}")[2].removeprefix("@")


def is_below(path: Path, above: Path) -> bool:
    """Does a path begin with another?"""
    return path[: len(above)] == above
