"""What is the smallest right declaration? Builders that a test makes one mistake in."""

from pipeline.contract.codes import EncounterKind
from pipeline.contract.declaration import (
    Agency,
    Column,
    Delimited,
    EncounterRule,
    Feed,
    Kind,
    PersonFields,
    PersonRule,
    When,
)


def column(name="note", **changes):
    return Column(**{"name": name, "meaning": "What the clerk wrote."} | changes)


def key(name="visit_no"):
    return column(name, kind=Kind.ID, is_required=True, may_be_empty=False)


COLUMNS = (
    key(),
    column("seen_at", kind=Kind.MOMENT, formats=("iso",)),
    column("born", kind=Kind.DATE, formats=("%Y-%m-%d",)),
    column("first"),
    column("last"),
    column("result", kind=Kind.CODE, codes=("GOOD", "POOR")),
)
PEOPLE = PersonRule(fields=PersonFields(first_name="first", last_name="last", birth_date="born"))


def visit(**changes):
    return EncounterRule(**{"kind": EncounterKind.VISIT, "occurred_at": When("seen_at")} | changes)


def feed(**changes):
    right = {
        "name": "visits",
        "row_is": "one visit",
        "file_pattern": r"visits_.*\.csv",
        "format": Delimited(),
        "key": ("visit_no",),
        "columns": COLUMNS,
        "person": PEOPLE,
        "encounters": (visit(),),
    }
    return Feed(**right | changes)


def agency(**changes):
    right = {"name": "clinic", "title": "The Clinic", "zone": "America/Denver", "owner": "clerk", "feeds": (feed(),)}
    return Agency(**right | changes)
