"""Is a declaration that cannot be right refused where it is written, with the offending value in brackets?"""

from dataclasses import FrozenInstanceError, replace

import pytest

from pipeline.contract.codes import Condition, EncounterKind
from pipeline.contract.declaration import (
    AnyOf,
    Coded,
    ConditionRule,
    ConsentRule,
    Death,
    Delimited,
    EndRule,
    Excel,
    FhirNdjson,
    FixedWidth,
    FullName,
    Hl7v2,
    JsonLines,
    Kind,
    Matches,
    OneOf,
    PersonFields,
    PersonRule,
    Plausible,
    SnapshotRule,
    When,
    Xml,
)
from pipeline.contract.errors import DeclarationError
from tests.contract.declarations import COLUMNS, agency, column, feed, key, visit


def people(**fields):
    return PersonRule(fields=PersonFields(first_name="first", last_name="last", **fields))


PATHS = {column.name: "PV1-19" for column in COLUMNS}
MERGING = feed(person=None, encounters=(), merged_into="first", merges_of="patients")


def rosters(**changes):
    """The smallest right declaration of a roster, with changes."""
    columns = (*COLUMNS[:1], column("seen_at", kind=Kind.MOMENT, formats=("iso",), **NEVER_BLANK), *COLUMNS[2:])
    right = {
        "file_pattern": r"r_(?P<date>\d+)",
        "date_format": "%Y%m%d",
        "columns": (*columns, column()),
        "key": ("visit_no", "seen_at"),
        "encounters": (visit(kind=EncounterKind.BOOKING),),
        "snapshot": SnapshotRule(),
    }
    return feed(**right | changes)


def day(name, plausible):
    """A column of days, of which not every one is plausible."""
    return column(name, kind=Kind.DATE, formats=("%Y%m%d",), plausible=plausible)


def ending(name="exits", **changes):
    """An agency that tells the ends of visits in another feed, which begins as the smallest right one does."""
    right = {"encounter_feed": "visits", "is_about": ("visit_no",), "ended_at": When("seen_at")}
    rule = EndRule(**{**right, "kind": EncounterKind.VISIT, **changes})
    return agency(feeds=(feed(), feed(name=name, file_pattern="x", person=None, encounters=(), ends=(rule,))))


BOTH = ("seen_at", "born")
NEVER_BLANK = {"is_required": True, "may_be_empty": False}

MISTAKES = {
    "a column without a name": (lambda: column(" "), " "),
    "a column without a sentence": (lambda: column(meaning="no full stop"), "note"),
    "a name that the program uses itself": (lambda: column("line_number"), "line_number"),
    "a format as people write it": (lambda: column(kind=Kind.DATE, formats=("MM/DD/YYYY",)), "['MM/DD/YYYY']"),
    "a blank that is a code": (lambda: feed(blanks=("Poor",)), "['Poor']"),
    "a header above the file": (lambda: Delimited(header_line=0), "0"),
    "a date without formats": (lambda: column(kind=Kind.DATE), "note"),
    "a text with formats": (lambda: column(formats=("iso",)), "note"),
    "a text with codes": (lambda: column(codes=("Y",)), "note"),
    "a typical value that is no code": (lambda: column(kind=Kind.CODE, codes=("Y",), typical={"Q": 1}), "['Q']"),
    "a typical value that never occurs": (lambda: column(typical={"Y": 0}), "note"),
    "a pattern that is none": (lambda: Matches("note", "(unclosed"), "(unclosed"),
    "a name in no order": (lambda: FullName("first", "any"), "any"),
    "a person without a surname": (lambda: PersonFields(first_name="first"), "['first']"),
    "a person named twice": (lambda: people(full_name=FullName("last")), "['last', 'first', 'last']"),
    "a code of ours that does not exist": (lambda: visit(outcome_code=Coded("result", {"GOOD": "fine"})), "['fine']"),
    "a fallback of ours that does not exist": (
        lambda: visit(release_code=Coded("result", {}, otherwise="gone")),
        "['gone']",
    ),
    "an end of nothing": (lambda: ending(is_about=()), "()"),
    "an end of a feed that does not come": (lambda: ending(encounter_feed="stays"), "stays"),
    "an end of what the feed does not tell of": (lambda: ending(kind=EncounterKind.BOOKING), "visits"),
    "an end of a key of other columns": (lambda: ending(is_about=("visit_no", "visit_no")), "('visit_no',)"),
    "an end of something that may be blank": (lambda: ending(is_about=("first",)), "first"),
    "an end read from a name": (lambda: ending(ended_at=When("last")), "last"),
    "an end of our making": (lambda: ending(release_code=Coded("result", {"GOOD": "gone"})), "['gone']"),
    "an end on a value that never occurs": (lambda: ending(only_if=OneOf("result", ("BAD",))), "['BAD']"),
    "an end of a column that is not declared": (lambda: ending(is_about=("stay_no",)), "['stay_no']"),
    "an end told by two rules": (
        lambda: feed(ends=tuple(EndRule(encounter_feed="v", is_about=("visit_no",), ended_at=When(n)) for n in BOTH)),
        "[('v', ",
    ),
    "an encounter about a person of no feed": (lambda: visit(is_about="first"), "first"),
    "a delimiter of two characters": (lambda: Delimited(delimiter="||"), "||"),
    "an encoding nobody knows": (lambda: Delimited(encoding="ebcdic-9"), "ebcdic-9"),
    "a second encoding nobody knows": (lambda: Delimited(other_encoding="ebcdic-9"), "ebcdic-9"),
    "two encodings of which the first reads everything": (
        lambda: Delimited(encoding="latin-1", other_encoding="cp1252"),
        "latin-1",
    ),
    "a place that ends before it begins": (lambda: FixedWidth(places={"first": (9, 3)}), "['first']"),
    "columns on the same places": (lambda: FixedWidth(places={"first": (1, 9), "last": (9, 12)}), "['last']"),
    "a column without a place": (lambda: feed(format=FixedWidth(places={"visit_no": (1, 6)})), "'born'"),
    "a path of nothing": (lambda: JsonLines(paths={"first": "name..given"}), "['first']"),
    "a path of no column": (lambda: feed(format=JsonLines(paths={"given": "name.given"})), "['given']"),
    "an HL7 path of no field": (lambda: Hl7v2(paths={"last": "PID.5"}), "PID.5"),
    "an HL7 path counted from nought": (lambda: Hl7v2(paths={"last": "PID-5.0"}), "PID-5.0"),
    "an HL7 repetition chosen by nothing": (lambda: Hl7v2(paths={"last": "PID-5[L].1"}), "PID-5[L].1"),
    "an HL7 path joined both ways": (lambda: Hl7v2(paths={"last": "PID-5 PID-6|PID-7"}), "PID-5 PID-6|PID-7"),
    "an HL7 column without a path": (lambda: Hl7v2(paths={"last": ()}), "['last']"),
    "an HL7 event that is none": (lambda: Hl7v2(paths={}, events=("admit",)), "['admit']"),
    "an HL7 encoding without segment ends": (lambda: Hl7v2(paths={}, encoding="utf-16"), "utf-16"),
    "a column that stands nowhere in HL7": (lambda: feed(format=Hl7v2(paths={"visit_no": "PV1-19"})), "'born'"),
    "a column taken back and not declared": (
        lambda: feed(format=Hl7v2(paths=PATHS, takes_back={"A13": ("ended",)})),
        "['ended']",
    ),
    "messages of some events that nobody else takes": (
        lambda: agency(feeds=(feed(format=Hl7v2(paths=PATHS, events=("A01",))),)),
        r"visits_.*\.csv",
    ),
    "rows that leave nothing out": (lambda: feed(is_cumulative=True), "Delimited"),
    "merges of people who are no feed": (lambda: agency(feeds=(MERGING,)), "patients"),
    "merges of people that nothing names": (lambda: feed(merges_of="patients"), "patients"),
    "a row that is a path": (lambda: Xml(row="a/b", paths={}), "a/b"),
    "a path upwards": (lambda: Xml(row="a", paths={"first": "../b"}), "['first']"),
    "a path that seeks everywhere": (lambda: Xml(row="a", paths={"first": "b//c"}), "['first']"),
    "a prefix without its namespace": (lambda: Xml(row="x:a", paths={"first": "y:b[@z:c='w:d']"}), "['x', 'y', 'z']"),
    "a path that goes on where another ends": (lambda: Xml(row="a", paths={"x": "b", "y": "b/c"}), "['y']"),
    "a column without a path": (lambda: feed(format=Xml(row="a", paths={"visit_no": "b"})), "['born'"),
    "another name that is no path": (
        lambda: feed(
            format=Xml(row="a", paths={"visit_no": "b"}),
            columns=(replace(key(), aliases=("c//d",)),),
            person=None,
            encounters=(),
        ),
        "['c//d']",
    ),
    "a sheet of no possible name": (lambda: Excel(sheet="a/b"), "a/b"),
    "a header above the sheet": (lambda: Excel(header_row=0), "0"),
    "a date of a workbook without iso": (lambda: feed(format=Excel()), "['born']"),
    "zeros for a code": (lambda: column(kind=Kind.CODE, digits=5), "note"),
    "a code that is plausible on some days": (
        lambda: column(kind=Kind.CODE, plausible=Plausible(not_before="born")),
        "note",
    ),
    "plausible without a bound": (lambda: Plausible(), "(None, None)"),
    "plausible before it is": (lambda: Plausible(days_before=-1), "(-1, None)"),
    "a day held against no column": (
        lambda: feed(columns=(*COLUMNS, day("court", Plausible(not_before="booked")))),
        "['booked']",
    ),
    "a day held against a name": (
        lambda: feed(columns=(*COLUMNS, day("court", Plausible(not_before="first")))),
        "first",
    ),
    "a day held against files without one": (
        lambda: feed(columns=(*COLUMNS, day("court", Plausible(days_after=9)))),
        "court",
    ),
    "an alias that is another column": (
        lambda: feed(columns=(*COLUMNS, column("nick", aliases=("first",)))),
        "['FIRST']",
    ),
    "a resource nobody reads": (lambda: FhirNdjson("Basic"), "Basic"),
    "a feed named like a title": (lambda: feed(name="Visits"), "Visits"),
    "a file pattern that is none": (lambda: feed(file_pattern="visits_["), "visits_["),
    "a date in the file name without its format": (lambda: feed(file_pattern=r"(?P<date>\d+)"), r"(?P<date>\d+)"),
    "a format without a date in the file name": (lambda: feed(date_format="%Y"), r"visits_.*\.csv"),
    "a column declared twice": (lambda: feed(columns=(*COLUMNS, column("FIRST"))), "['FIRST']"),
    "a feed without a key": (lambda: feed(key=()), "()"),
    "a column that is used but not declared": (lambda: feed(version_column="changed_at"), "['changed_at']"),
    "more rows wanted than allowed": (lambda: feed(fewest_rows=9, most_rows=8), "(9, 8)"),
    "labels without their column": (lambda: feed(part2_labels=("ETH",)), "None"),
    "a moment read from plain text": (lambda: feed(encounters=(visit(occurred_at=When("first")),)), "first"),
    "an end read from plain text": (lambda: feed(encounters=(visit(ended_at=When("last")),)), "last"),
    "a birth date read from plain text": (lambda: feed(person=people(birth_date="last")), "last"),
    "a death read from plain text": (
        lambda: feed(person=PersonRule(fields=people().fields, death=Death(date="last"))),
        "last",
    ),
    "a consent whose end is plain text": (
        lambda: feed(consent=ConsentRule(granted=(OneOf("result", ("GOOD",)),), ends="last")),
        "last",
    ),
    "a condition on a value that never occurs": (
        lambda: feed(never_happened=AnyOf((OneOf("result", ("BAD",)),))),
        "['BAD']",
    ),
    "a key that may be blank": (lambda: feed(key=("first",)), "first"),
    "a column the FHIR reader does not give": (lambda: feed(format=FhirNdjson("Patient")), "['born'"),
    "a roster of visits": (lambda: feed(snapshot=SnapshotRule()), "['visit']"),
    "a roster whose name says no day": (lambda: rosters(file_pattern="r", date_format=None), "r"),
    "a roster that orders its versions": (lambda: rosters(version_column="note"), "note"),
    "a number used again, without the moment": (lambda: rosters(key=("visit_no",)), "('visit_no',)"),
    "a roster that lists by a value that never occurs": (
        lambda: rosters(snapshot=SnapshotRule(listed=OneOf("result", ("GONE",)))),
        "['GONE']",
    ),
    "a roster that lags less than nothing": (lambda: SnapshotRule(lag_hours=-1), "-1"),
    "a roster as small as none": (lambda: SnapshotRule(smallest_share=0), "0"),
    "an agency named like a title": (lambda: agency(name="The Clinic"), "The Clinic"),
    "a zone that is none": (lambda: agency(zone="America/Riverton"), "America/Riverton"),
    "an agency that sends nothing": (lambda: agency(feeds=()), "[]"),
    "two feeds of one name": (lambda: agency(feeds=(feed(), feed())), "['visits', 'visits']"),
    "a reference to no feed of people": (
        lambda: agency(feeds=(feed(encounters=(visit(is_about="first", person_feed="patients"),)),)),
        "patients",
    ),
    "a reference to people with a key of two columns": (
        lambda: agency(
            feeds=(
                feed(name="patients", key=("visit_no", "part"), columns=(*COLUMNS, key("part"))),
                feed(encounters=(visit(is_about="first", person_feed="patients"),)),
            )
        ),
        "('visit_no', 'part')",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_declaration_that_cannot_be_right_names_the_value_in_brackets(mistake):
    declare, value = MISTAKES[mistake]
    with pytest.raises(DeclarationError) as refused:
        declare()
    assert f"[{value}" in str(refused.value)


def test_a_condition_pattern_that_is_none_is_refused():
    with pytest.raises(DeclarationError, match=r"\[\*\]"):
        ConditionRule(
            patterns={Condition.SUBSTANCE_USE: "*"},
            code_column="result",
            recorded_at=When("seen_at"),
            is_about="first",
            person_feed="patients",
        )


def test_the_smallest_right_declaration_is_taken():
    clinic = agency()
    assert clinic.feed("visits").column("born").formats == ("%Y-%m-%d",)
    with pytest.raises(KeyError):
        clinic.feed("nothing")


def test_an_agency_may_tell_ends_in_a_feed_of_their_own():
    assert ending().feed("exits").ends[0].kind is EncounterKind.VISIT


def test_personal_columns_are_those_marked_as_such():
    marked = feed(columns=tuple(column(c.name, is_personal=True) if c.name == "last" else c for c in COLUMNS))
    assert marked.personal_columns() == ("last",)


def test_nothing_in_a_declaration_can_be_changed_afterwards():
    coded = Coded("result", {"good": "referral"})
    assert coded.mapping == {"GOOD": "referral"}
    with pytest.raises(TypeError):
        coded.mapping["POOR"] = "jail"
    with pytest.raises(TypeError):
        column(typical={"a": 1}).typical["b"] = 2
    with pytest.raises(FrozenInstanceError):
        agency().name = "other"
