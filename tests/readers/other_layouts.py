"""What do a feed of fixed width and one of JSON lines look like? Layouts that no agency of the sample county has."""

from pipeline.contract.declaration import (
    Agency,
    Column,
    Feed,
    FixedWidth,
    JsonDocument,
    JsonLines,
    Kind,
    PersonFields,
    PersonRule,
)

COLUMNS = (
    Column(name="permit", meaning="Its number.", kind=Kind.ID, is_required=True, may_be_empty=False),
    Column(name="last", meaning="Surname.", is_personal=True),
    Column(name="first", meaning="Given name.", is_personal=True, aliases=("given_name",)),
    Column(name="born", meaning="Birth date.", kind=Kind.DATE, formats=("%Y%m%d",), is_personal=True),
)
PLACES = {"permit": (1, 8), "last": (9, 20), "first": (21, 28), "born": (30, 37)}
PATHS = {"last": "name.family", "first": "name.given", "born": "birthDate"}
PERSON = PersonRule(fields=PersonFields(first_name="first", last_name="last", birth_date="born"))


def feed(name, layout):
    return Feed(
        name=name,
        row_is="one permit",
        file_pattern=rf"{name}_(?P<date>\d{{8}})\.txt",
        date_format="%Y%m%d",
        format=layout,
        key=("permit",),
        columns=COLUMNS,
        person=PERSON,
    )


FIXED = feed("cards", FixedWidth(places=PLACES, encoding="cp1252", line_end="\r\n"))
OBJECTS = feed("permits", JsonLines(paths=PATHS))
LISTED = feed("listed", JsonDocument(rows="data.permits", paths=PATHS))


OFFICE = Agency(
    name="permit_office", title="Permit Office", zone="America/Denver", owner="clerk", feeds=(FIXED, OBJECTS)
)


def line(permit="P1", last="LEE", first="ANN", born="19900131"):
    """One line of the cards: position 29 is nobody's."""
    return f"{permit:8}{last:12}{first:8} {born:8}"


def cards(*lines, line_end="\r\n", last_line_end="\r\n"):
    return (line_end.join(lines) + last_line_end).encode("cp1252")
