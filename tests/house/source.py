"""What does the house's code say? Every module of its rooms, read and parsed once."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("dags", "pipeline", "linkage", "expectations", "sql")


@dataclass(frozen=True)
class Module:
    """One Python file: its dotted name, its place in the tree, its text and what it parses to."""

    name: str
    place: str
    text: str

    @property
    def tree(self):
        return ast.parse(self.text)


def module(name, text):
    """A module made up on the spot, to see a rule fail."""
    return Module(name, name.replace(".", "/") + ".py", text)


@cache
def modules(*rooms):
    """Every Python file of these rooms (of all of them by default), in order."""
    found = []
    for path in sorted(path for room in rooms or ROOMS for path in (ROOT / room).rglob("*.py")):
        place = path.relative_to(ROOT)
        name = ".".join(place.with_suffix("").parts).removesuffix(".__init__")
        found.append(Module(name, place.as_posix(), path.read_text(encoding="utf-8")))
    return tuple(found)


@cache
def texts(*suffixes):
    """Place → text of every file of the rooms and the documentation with these endings."""
    found = [path for room in (*ROOMS, "docs") for path in (ROOT / room).rglob("*")]
    found += [path for path in ROOT.iterdir() if path.suffix == ".md"]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(found)
        if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts
    }


def imported(tree, *, at_import_only=False):
    """Yield the dotted names a module imports, `from a import b` as a.b; optionally only what runs at import."""
    for node in _statements(tree) if at_import_only else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _statements(node):
    """Yield what runs when a module is imported: everything but the bodies of functions and what only types need."""
    for child in ast.iter_child_nodes(node):
        is_for_types = isinstance(child, ast.If) and getattr(child.test, "id", None) == "TYPE_CHECKING"
        if not is_for_types and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
            yield from _statements(child)


def is_in(name, *rooms):
    """Does a dotted name lie in one of these rooms, or is it one itself?"""
    return any(name == room or name.startswith(room + ".") for room in rooms)
