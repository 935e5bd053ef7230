"""Is what is written what happened, about whom the truth says?"""

import itertools
import json
import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.synthetic.reading import (
    SPOILT,
    all_rows_in,
    does_hold,
    files_of,
    key_of,
    moment,
    newest_rows,
    rows_in,
    table,
)

ZONE = ZoneInfo("America/Denver")


def _truth_by_feed(county):
    found = defaultdict(dict)
    for line in table(county.summary.truth):
        assert line["record_key"] not in found[line["agency"], line["feed"]]
        found[line["agency"], line["feed"]][line["record_key"]] = line["person_truth"]
    return found


def test_truth_names_exactly_the_rows_that_become_person_records(county):
    truth = _truth_by_feed(county)
    for agency, feed in county.feeds():
        if feed.person is None:
            assert (agency.name, feed.name) not in truth
            continue
        expected = {
            key
            for key, row in newest_rows(county.out, agency, feed).items()
            if (feed.person.about is None or does_hold(feed.person.about, row))
            and not (feed.never_happened and does_hold(feed.never_happened, row))
        }
        assert set(truth[agency.name, feed.name]) == expected
        assert len(expected) > 50


def test_truth_is_sorted_and_names_known_people(county):
    lines = [tuple(line.values()) for line in table(county.summary.truth)]
    assert lines == sorted(lines)
    people = table(county.summary.truth_people)
    known = {person["person_truth"] for person in people}
    assert len(known) == len(people) == 2_000
    assert {line[3] for line in lines} <= known


def test_no_feed_gives_two_events_one_key(county):
    for agency, feed in county.feeds():
        for path in files_of(county.out, agency, feed):
            keys = [key_of(row, feed) for row in rows_in(path, feed)]
            assert len(keys) == len(set(keys)), path.name


def test_written_rows_decode_to_the_facts(county):
    facts = defaultdict(dict)
    for line in table(county.summary.truth_facts):
        facts[line["agency"], line["feed"]][line["record_key"]] = line
    decoded = 0
    for agency, feed in county.feeds():
        for rule in feed.encounters:
            rows = newest_rows(county.out, agency, feed)
            for key, fact in facts[agency.name, feed.name].items():
                if fact["is_void"] == "false":
                    assert _decoded(rule, rows[key], feed, agency.zone) == _expected(rule, fact), (feed.name, key)
                    decoded += 1
    assert decoded > 4_000


def _decoded(rule, row, feed, zone):
    found = {"occurred_at": _once(moment(rule.occurred_at, row, feed, zone))}
    if rule.ended_at:
        found["ended_at"] = _once(moment(rule.ended_at, row, feed, zone))
    if rule.only_if:
        found["is_kept"] = does_hold(rule.only_if, row)
    for flag in rule.FLAGS:
        if getattr(rule, flag):
            found[flag] = does_hold(getattr(rule, flag), row)
    for attribute in rule.CODE_LISTS:
        if coded := getattr(rule, attribute):
            value = row[coded.column].upper()
            found[attribute] = coded.mapping.get(value, coded.otherwise if value else None) or ""
    return found


def _expected(rule, fact):
    found = {"occurred_at": _once(_utc(fact["occurred_at"]))}
    is_over = fact["ended_at"] and _utc(fact["ended_at"]) < datetime(2026, 6, 30, 23, 59, tzinfo=ZONE)
    if rule.ended_at:
        found["ended_at"] = _once(_utc(fact["ended_at"])) if is_over else None
    if rule.only_if:
        found["is_kept"] = fact["is_kept"] == "true"
    found |= {flag: fact[flag] == "true" for flag in rule.FLAGS if getattr(rule, flag)}
    codes = {name: fact[name] for name in rule.CODE_LISTS if getattr(rule, name)}
    if "release_code" in codes and not is_over:
        codes["release_code"] = ""
    return found | codes


def _utc(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _once(at):
    """The same wall clock time said twice when clocks go back counts as the first, as local layouts have it."""
    return at.astimezone(ZONE).replace(fold=0).astimezone(UTC) if at else None


def test_nothing_happens_after_death_or_after_the_last_day(county):
    died = {person["person_truth"]: person["death_date"] for person in table(county.summary.truth_people)}
    assert sum(bool(day) for day in died.values()) > 10
    for fact in table(county.summary.truth_facts):
        day = _utc(fact["occurred_at"]).astimezone(ZONE).date()
        assert day <= date(2026, 6, 30)
        if died[fact["person_truth"]]:
            assert day < date.fromisoformat(died[fact["person_truth"]]), fact["record_key"]


def test_no_call_while_in_custody(county):
    facts = [fact for fact in table(county.summary.truth_facts) if fact["is_void"] == "false"]
    stays = defaultdict(list)
    for fact in facts:
        if fact["kind"] == "booking":
            stays[fact["person_truth"]].append((fact["occurred_at"], fact["ended_at"]))
    for fact in facts:
        if fact["kind"] in ("call_for_service", "co_response"):
            inside = [stay for stay in stays[fact["person_truth"]] if stay[0] <= fact["occurred_at"] < stay[1]]
            assert not inside
    for spans in stays.values():
        spans.sort()
        assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))


def test_a_booking_is_sent_again_when_it_ends_and_nothing_else_changes(county):
    agency = next(agency for agency in county.agencies if agency.name == "riverton_county_jail")
    feed = agency.feeds[0]
    versions = defaultdict(list)
    for path in files_of(county.out, agency, feed):
        for row in rows_in(path, feed):
            versions[row["BOOKING_NO"]].append(row)
    sent_twice = [rows for rows in versions.values() if len(rows) == 2]
    assert len(sent_twice) > 10
    for first, last in sent_twice:
        assert first["STATUS"] == "ACTIVE"
        assert first["REL_DT"] == first["RELEASE_REASON"] == ""
        assert last["STATUS"] in ("RELEASED", "MISTAKEN")
        changed = {name for name in first if first[name] != last[name]}
        assert changed <= {"REL_DT", "REL_TM", "RELEASE_REASON", "STATUS"}
    in_custody = [rows for rows in versions.values() if rows[-1]["STATUS"] == "ACTIVE"]
    assert in_custody
    assert any(rows[-1]["RELEASE_REASON"] == "DEATH" for rows in versions.values())


def test_people_with_high_need_meet_agencies_more_often_but_are_few(county):
    people = table(county.summary.truth_people)
    high = {person["person_truth"] for person in people if person["is_high_need"] == "true"}
    assert 10 <= len(high) <= 60
    counts = defaultdict(int)
    for line in table(county.summary.truth):
        counts[line["person_truth"]] += 1
    mean_high = sum(counts[person] for person in high) / len(high)
    mean_others = sum(n for person, n in counts.items() if person not in high) / (2_000 - len(high))
    assert mean_high > 8 * mean_others


def test_consents_come_in_every_state(county):
    agency = next(agency for agency in county.agencies if agency.name == "riverbend_behavioral_health")
    feed = agency.feed("consents")
    rows = newest_rows(county.out, agency, feed).values()
    granted = [row for row in rows if row["status"] == "active" and row["provision_type"] == "permit"]
    assert any(row["period_end"][:10] >= "2026-06-30" for row in granted)
    assert any(row["period_end"][:10] < "2026-06-30" for row in granted)
    assert len(granted) < len(rows)
    partners = next(agency for agency in county.agencies if agency.name == "community_partners")
    referrals = newest_rows(county.out, partners, partners.feeds[0]).values()
    assert {row["consent"] for row in referrals} == {"Y", "N"}
    assert any("" < row["consent_expires"] < "2026-06-30" for row in referrals)


def test_diagnoses_say_one_condition_or_none_and_some_need_consent(county):
    agency = next(agency for agency in county.agencies if agency.name == "riverbend_behavioral_health")
    feed = agency.feed("conditions")
    patterns = feed.conditions[0].patterns
    counts = defaultdict(int)
    for row in newest_rows(county.out, agency, feed).values():
        meant = [str(name) for name, pattern in patterns.items() if re.search(pattern, row["codes"], re.IGNORECASE)]
        assert len(meant) <= 1
        counts["".join(meant)] += 1
    assert min(counts[""], *(counts[str(name)] for name in patterns)) > 50
    lines = "".join(path.read_text("utf-8") for path in files_of(county.out, agency, feed)).splitlines()
    labelled = {json.loads(line)["subject"]["reference"] for line in lines if '"security"' in line}
    consents = newest_rows(county.out, agency, agency.feed("consents")).values()
    assert len(labelled) > 20
    assert labelled - {f"Patient/{row['patient_id']}" for row in consents}


def test_the_window_is_two_years(county):
    first = min(_utc(fact["occurred_at"]) for fact in table(county.summary.truth_facts)).astimezone(ZONE).date()
    assert timedelta(days=720) < date(2026, 6, 30) - first <= timedelta(days=731)


def test_a_few_rows_are_spoilt_and_each_stands_before_its_good_one(county):
    found = 0
    for agency, feed in county.feeds():
        for path in files_of(county.out, agency, feed):
            rows = all_rows_in(path, feed)
            for row, following in itertools.pairwise(rows):
                wrong = [name for name, value in row.items() if value == SPOILT]
                if wrong:
                    found += 1
                    assert {**row, wrong[0]: following[wrong[0]]} == following
            assert not rows or SPOILT not in rows[-1].values()
    assert 5 <= found <= 100
