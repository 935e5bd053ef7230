"""Is the same county made again, a new agency served without a second edit, and a bad argument refused?"""

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from pipeline.agencies import load_agencies
from pipeline.contract.codes import EncounterKind, Release, Screen, Setting
from pipeline.contract.declaration import (
    Agency,
    AnyOf,
    Coded,
    Column,
    Delimited,
    EncounterRule,
    Feed,
    FullName,
    Kind,
    Matches,
    OneOf,
    PersonFields,
    PersonRule,
    When,
)
from pipeline.contract.errors import SettingError
from pipeline.synthetic import project, synthesize
from tests.synthetic.reading import does_hold, files_of, moment, newest_rows, table

AS_OF = date(2026, 3, 1)
ROOM = Path(__file__).parents[2] / "pipeline" / "synthetic"


def _digests(out):
    return {str(p.relative_to(out)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(out.rglob("*.*"))}


def _make(out, **changed):
    arguments = {"persons": 300, "years": 1, "seed": 3, "as_of": AS_OF} | changed
    return synthesize(load_agencies(), out=out, **arguments)


def test_same_arguments_same_bytes(tmp_path):
    _make(tmp_path / "one")
    _make(tmp_path / "two")
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


def test_another_process_with_other_hashes_writes_the_same_bytes(tmp_path):
    _make(tmp_path / "here", persons=80)
    code = (
        "from datetime import date; from pathlib import Path; from pipeline.agencies import load_agencies;"
        "from pipeline.synthetic import synthesize; import sys;"
        "synthesize(load_agencies(), persons=80, years=1, seed=3, as_of=date(2026, 3, 1), out=Path(sys.argv[1]))"
    )
    there, environment = tmp_path / "there", {**os.environ, "PYTHONHASHSEED": "99", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(there)], check=True, env=environment, cwd=ROOM.parents[1])
    assert _digests(there) == _digests(tmp_path / "here")


@pytest.mark.parametrize("change", [{"seed": 4}, {"harsher": True}, {"persons": 301}])
def test_other_arguments_other_bytes(tmp_path, change):
    _make(tmp_path / "one")
    _make(tmp_path / "two", **change)
    one, two = _digests(tmp_path / "one"), _digests(tmp_path / "two")
    assert one != two


def test_an_agency_s_own_files_do_not_depend_on_one_of_other_kinds(tmp_path):
    agencies = load_agencies()
    partners = tuple(agency for agency in agencies if agency.name != "community_partners")
    synthesize(agencies, persons=300, years=1, seed=3, as_of=AS_OF, out=tmp_path / "all")
    synthesize(partners, persons=300, years=1, seed=3, as_of=AS_OF, out=tmp_path / "fewer")
    every, fewer = _digests(tmp_path / "all"), _digests(tmp_path / "fewer")
    same = [name for name in fewer if "/" in name]
    assert {name: fewer[name] for name in same} == {name: every[name] for name in same}


@pytest.mark.parametrize("change", [{"persons": 0}, {"years": 0}, {"seed": -1}])
def test_numbers_too_small_are_refused(tmp_path, change):
    with pytest.raises(SettingError, match=r"\["):
        _make(tmp_path, **change)


def test_progress_runs_from_nothing_to_all(tmp_path):
    told = []
    synthesize(
        load_agencies(),
        persons=50,
        years=1,
        seed=1,
        as_of=AS_OF,
        out=tmp_path,
        progress=lambda *step: told.append(step),
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("as_of", [date(2026, 1, 1), date(2026, 2, 28), date(2024, 2, 29), date(2025, 11, 2)])
def test_any_last_day_will_do(tmp_path, as_of):
    summary = synthesize(load_agencies(), persons=60, years=1, seed=2, as_of=as_of, out=tmp_path)
    assert summary.person_records > 0
    for path in tmp_path.glob("*/*"):
        if found := re.search(r"(\d{4})-?(\d{2})-?(\d{2})", path.name):
            assert date(*map(int, found.groups())) <= as_of


# --- a brand-new agency ------------------------------------------------------------------------------------------


def _column(name, kind=Kind.TEXT, **more):
    return Column(name=name, meaning="A column.", kind=kind, **more)


def _key(name):
    return _column(name, Kind.ID, is_required=True, may_be_empty=False)


SOBERING_CENTER = Agency(
    name="hilltop_sobering_center",
    title="Hilltop Sobering Center",
    zone="America/New_York",
    owner="shift lead",
    feeds=(
        Feed(
            name="stays",
            row_is="one stay",
            file_pattern=r"STAY(?P<date>\d{2}[A-Z]{3}\d{4})\.tsv",
            date_format="%d%b%Y",
            format=Delimited(delimiter="\t", encoding="latin-1", line_end="\r\n"),
            key=("stay", "line"),
            columns=(
                _key("stay"),
                _key("line"),
                _column("client", is_personal=True, is_required=True),
                _column("born", Kind.DATE, formats=("%d.%m.%Y",), is_personal=True),
                _column("came_day", Kind.DATE, formats=("%m/%d/%y",), may_be_empty=False),
                _column("came_time", Kind.TIME, formats=("%I:%M %p",)),
                _column("left", Kind.MOMENT, formats=("iso",)),
                _column("reason", is_required=True),
                _column("ward", Kind.CODE, codes=("D", "E", "X")),
                _column("role", Kind.CODE, codes=("CLIENT", "ESCORT"), may_be_empty=False),
                _column("entered_in_error", Kind.CODE, codes=("1", "0")),
                _column("notes", Kind.FREE_TEXT, is_personal=True),
            ),
            never_happened=OneOf("entered_in_error", ("1",)),
            person=PersonRule(
                about=OneOf("role", ("CLIENT",)),
                fields=PersonFields(full_name=FullName("client", "first_last"), birth_date="born"),
            ),
            encounters=(
                EncounterRule(
                    kind=EncounterKind.VISIT,
                    occurred_at=When("came_day", "came_time"),
                    ended_at=When("left"),
                    is_crisis=AnyOf((Matches("reason", r"psych(osis|iatric)|suicid\w+"), Matches("notes", "^crisis"))),
                    setting_code=Coded(
                        "ward", {"d": Setting.OUTPATIENT, "e": Setting.EMERGENCY}, otherwise=Setting.OTHER
                    ),
                ),
            ),
        ),
    ),
)
"""A declaration nobody prepared for: no typical values, another zone, tabs, a twelve-hour clock, patterns only."""


def test_a_new_agency_gets_deliveries_without_a_second_edit(tmp_path):
    summary = synthesize((*load_agencies(), SOBERING_CENTER), persons=800, years=1, seed=5, as_of=AS_OF, out=tmp_path)
    feed = SOBERING_CENTER.feeds[0]
    rows = newest_rows(tmp_path, SOBERING_CENTER, feed)
    facts = {f["record_key"]: f for f in table(summary.truth_facts) if f["agency"] == SOBERING_CENTER.name}
    truth = {t["record_key"] for t in table(summary.truth) if t["agency"] == SOBERING_CENTER.name}
    assert len(facts) > 100
    assert truth == {key for key, row in rows.items() if row["role"] == "CLIENT" and row["entered_in_error"] != "1"}
    assert all(re.fullmatch(feed.file_pattern, p.name) for p in files_of(tmp_path, SOBERING_CENTER, feed))
    rule, seen = feed.encounters[0], set()
    for key, fact in facts.items():
        row = rows[key]
        at = moment(rule.occurred_at, row, feed, SOBERING_CENTER.zone)
        assert at.strftime("%Y-%m-%dT%H:%M:%SZ") == fact["occurred_at"]
        assert does_hold(rule.is_crisis, row) == (fact["is_crisis"] == "true")
        if fact["setting_code"] in ("outpatient", "emergency"):
            assert rule.setting_code.mapping[row["ward"].upper()] == fact["setting_code"]
            seen.add(fact["setting_code"])
    assert seen == {"outpatient", "emergency"}


def test_an_agency_that_keeps_only_people_is_served(tmp_path):
    roll = Feed(
        name="members",
        row_is="one member",
        file_pattern=r"members.*\.csv",
        format=Delimited(),
        key=("member",),
        columns=(_key("member"), _column("first"), _column("last"), _column("phone"), _column("state_id", Kind.ID)),
        person=PersonRule(fields=PersonFields(first_name="first", last_name="last", phone="phone")),
    )
    library = replace(SOBERING_CENTER, name="county_library", title="County Library", feeds=(roll,))
    summary = synthesize((library,), persons=200, years=1, seed=5, as_of=AS_OF, out=tmp_path)
    assert summary.person_records == len(newest_rows(tmp_path, library, roll)) > 20


def test_a_feed_with_one_fixed_file_name_holds_the_newest_of_everything(tmp_path):
    fixed = replace(SOBERING_CENTER.feeds[0], file_pattern=r"stays\.tsv", date_format=None)
    center = replace(SOBERING_CENTER, feeds=(fixed,))
    summary = synthesize((center,), persons=300, years=1, seed=5, as_of=AS_OF, out=tmp_path)
    assert [path.name for path in files_of(tmp_path, center, fixed)] == ["stays.tsv"]
    assert summary.feeds[0].rows == len(newest_rows(tmp_path, center, fixed)) > 50
    assert {line["record_key"] for line in table(summary.truth)} <= set(newest_rows(tmp_path, center, fixed))


def test_an_agency_of_two_feeds_where_one_points_at_the_other(tmp_path):
    people = Feed(
        name="people",
        row_is="one person",
        file_pattern=r"people_(?P<date>\d{8})\.csv",
        date_format="%Y%m%d",
        format=Delimited(),
        key=("person",),
        columns=(_key("person"), _column("first"), _column("last"), _column("dob", Kind.DATE, formats=("%Y%m%d",))),
        person=PersonRule(fields=PersonFields(first_name="first", last_name="last", birth_date="dob")),
    )
    screens = Feed(
        name="screens",
        row_is="one screen",
        file_pattern=r"screens_(?P<date>\d{8})\.csv",
        date_format="%Y%m%d",
        format=Delimited(),
        key=("screen",),
        columns=(
            _key("screen"),
            _column("person", Kind.ID),
            _column("at", Kind.MOMENT, formats=("%Y%m%d %H%M%S",)),
            _column("until", Kind.MOMENT, formats=("%Y%m%d %H%M%S",)),
            _column("result"),
            _column("why"),
        ),
        encounters=(
            EncounterRule(
                kind=EncounterKind.BOOKING,
                occurred_at=When("at"),
                ended_at=When("until"),
                screen_code=Coded("result", {"pos": Screen.POSITIVE, "neg": Screen.NEGATIVE}),
                release_code=Coded("why", {"moved": Release.ELSEWHERE}, otherwise=Release.COMMUNITY),
                is_about="person",
                person_feed="people",
            ),
        ),
    )
    annex = replace(SOBERING_CENTER, name="jail_annex", title="Jail Annex", feeds=(people, screens))
    summary = synthesize((annex,), persons=500, years=1, seed=5, as_of=AS_OF, out=tmp_path)
    known = newest_rows(tmp_path, annex, people)
    told = newest_rows(tmp_path, annex, screens)
    assert len(told) > 30
    assert {row["person"] for row in told.values()} == set(known)
    owner = {t["record_key"]: t["person_truth"] for t in table(summary.truth)}
    for fact in table(summary.truth_facts):
        row = told[fact["record_key"]]
        assert owner[row["person"]] == fact["person_truth"]
        if fact["screen_code"] in ("positive", "negative"):
            assert row["result"].upper()[:3] == fact["screen_code"].upper()[:3]


# --- people from outside -----------------------------------------------------------------------------------------


def _outsiders(count):
    return pd.DataFrame(
        {
            "person_truth": [f"x{n}" for n in range(count)],
            "first_name": ["Ana", "Bo", "Cy"] * (count // 3),
            "middle_name": None,
            "last_name": [f"Lee{'abcdefghij'[n % 10]}" for n in range(count)],
            "suffix": None,
            "maiden_name": ["Oak", None, None] * (count // 3),
            "birth_date": [f"{1950 + n % 50}-03-1{n % 10}" for n in range(count)],
            "death_date": [None, "2025-12-01", "1999-01-01"] * (count // 3),
            "sex": ["female", "male", None] * (count // 3),
            "ssn": "999-12-3456",
            "phone": "617-253-1000",
            "email": None,
            "street_address": "5 Elm St",
            "city": "Boston",
            "state": "MA",
            "postcode": "02101",
        }
    )


def test_people_from_outside_meet_the_chosen_agencies(tmp_path):
    chosen = ("riverton_police", "riverton_county_jail")
    people = _outsiders(60)
    summary = project(load_agencies(), people, seed=1, as_of=AS_OF, out=tmp_path, only=chosen)
    assert {p.name for p in tmp_path.iterdir() if p.is_dir()} == set(chosen)
    truth = table(summary.truth)
    living = set(people[people.death_date != "1999-01-01"].person_truth)
    assert {line["person_truth"] for line in truth} == living
    booked = newest_rows(tmp_path, *next((a, a.feeds[0]) for a in load_agencies() if a.name == chosen[1])).values()
    assert any(row["STATE"].upper() == "MA" for row in booked)


def test_projecting_is_repeatable(tmp_path):
    for name in ("one", "two"):
        project(load_agencies(), _outsiders(30), seed=1, as_of=AS_OF, out=tmp_path / name, only=("larkspur_police",))
    assert _digests(tmp_path / "one") == _digests(tmp_path / "two")


def test_projecting_refuses_a_table_without_names_and_an_unknown_agency(tmp_path):
    with pytest.raises(SettingError, match="last_name"):
        project(load_agencies(), _outsiders(3).drop(columns="last_name"), seed=1, as_of=AS_OF, out=tmp_path)
    with pytest.raises(SettingError, match="nowhere"):
        project(load_agencies(), _outsiders(3), seed=1, as_of=AS_OF, out=tmp_path, only=("nowhere",))


def test_no_agency_is_named_in_the_room():
    text = "".join(path.read_text("utf-8") for path in sorted(ROOM.glob("*.py"))).lower()
    words = {agency.name for agency in load_agencies()} | {"riverton", "larkspur", "riverbend"}
    assert not [word for word in sorted(words) if word in text]
