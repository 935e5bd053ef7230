"""Is the effect of an answer exactly what a list made after that answer says?"""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import listing, queueing
from pipeline.agencies import load_agencies
from pipeline.contract.codes import ReviewKind
from pipeline.contract.tables import EVIDENCE
from pipeline.plan import ListPlan
from pipeline.ranking.measures import Facts
from pipeline.review.alternatives import Part, Registered, parts_of
from pipeline.review.effects import Line
from pipeline.review.items import Item
from pipeline.settings import Settings
from tests.ranking import county

AGENCIES = load_agencies()
SINCE = pd.Timestamp("2026-01-05", tz="UTC")
KEY = "a key of the tests"
CITIES = ("Riverton", "Larkspur", "Elsewhere", None)


def made_up(people, calls, births, cities, ages):
    """What is known of a county: `people` is a person number per record, `calls` (record, days ago, is a crisis)."""
    ids = [f"P-{number:08}" for number in people]
    events = [
        county.call(f"2026-11-{16 - days:02} 1{hour}:00", person=ids[record], is_crisis=is_crisis)
        for record, days, hour, is_crisis in calls
    ]
    encounters = county.encounters(*events).assign(is_part2=False, record_id=[f"r{record}" for record, *_ in calls])
    conditions = county.conditions().assign(is_part2=False, record_id=[])
    records = pd.DataFrame([
        dict.fromkeys(EVIDENCE)
        | {"record_id": f"r{n}", "person_id": ids[n], "display_name": None, "first_name": f"N{n}", "last_name": "X"}
        | {"birth_date": births[n], "city": cities[n], "is_dead": False, "death_date": None, "recorded_at": SINCE}
        for n in range(len(people))
    ])  # fmt: skip
    first = {f"r{n}": SINCE + pd.Timedelta(weeks=ages[n]) for n in range(len(people))}
    since = pd.Series(
        {person: min(first[r] for r in part["record_id"]) for person, part in records.groupby("person_id")}
    )
    facts = Facts(encounters, conditions, county.CALENDAR.until())
    known = listing.Known(facts, records, records, listing.persons_of(records, since))
    mine = records.groupby("person_id")["record_id"].agg(sorted).to_dict()
    return known, Registered(mine, first, since.to_dict(), set(since.index), KEY)


def decided(known, who, parts, touched):
    """What would be known if the answer had been given? The same, but for who is who."""
    owner = {record: part.key.split()[0] for part in parts for record in part.record_ids}

    def relabelled(table):
        return table.assign(person_id=table["record_id"].map(owner).fillna(table["person_id"]))

    since = {person: moment for person, moment in who.known_since.items() if person not in touched}
    since |= {part.key.split()[0]: part.known_since for part in parts}
    records = relabelled(known.records)
    facts = Facts(relabelled(known.facts.encounters), known.facts.conditions, known.facts.until)
    return listing.Known(facts, records, records, listing.persons_of(records, pd.Series(since)))


def stands(standing):
    """Person → (points, place, is listed), as the list made of this standing says."""
    chosen, order = standing.line.chosen, standing.line.standings.index.tolist()
    places = {person: n for n, person in enumerate([*chosen, *(p for p in order if p not in chosen)], start=1)}
    points = standing.points.groupby("person_id")["points"].sum()
    everybody = {*points.index, *places}
    return {p: (int(points.get(p, 0)), places.get(p), p in chosen) for p in everybody}


RECORDS = 6
COUNTY = {
    "people": st.lists(st.integers(0, 4), min_size=RECORDS, max_size=RECORDS),
    "calls": st.lists(
        st.tuples(st.integers(0, RECORDS - 1), st.integers(0, 15), st.integers(0, 2), st.booleans()),
        min_size=1,
        max_size=14,
    ),
    "births": st.lists(st.sampled_from(["1980-04-05", "2012-01-01", None]), min_size=RECORDS, max_size=RECORDS),
    "cities": st.lists(st.sampled_from(CITIES), min_size=RECORDS, max_size=RECORDS),
    "ages": st.lists(st.integers(0, 2), min_size=RECORDS, max_size=RECORDS),
}


def items_of(known, who):
    """Every merge of two persons, and of every person every split off of some first records."""
    people = sorted(who.records)
    for place, one in enumerate(people):
        for other in people[place + 1 :]:
            left, right = sorted((who.records[one][0], who.records[other][0]))
            yield Item(f"{one}+{other}", ReviewKind.UNCERTAIN_DIFFERENCE, one, other, left, right)
        mine = who.records[one]
        for cut in range(1, len(mine)):
            asked = Item(f"{one}/{cut}", ReviewKind.UNCERTAIN_LINK, one, None, mine[0], mine[cut])
            yield replace(asked, parted_record_ids=tuple(mine[cut:]))


@settings(max_examples=15)
@given(**COUNTY, size=st.integers(1, 4), teams=st.sampled_from([{}, {"Riverton": 1}, {"Riverton": 0, "County": 1}]))
def test_the_effect_of_an_answer_is_what_a_list_made_after_it_says(people, calls, births, cities, ages, size, teams):
    plan = ListPlan(county.CALENDAR, Settings(list_size=size, teams=teams))
    known, who = made_up(people, calls, births, cities, ages)
    standing = listing.stand(known, plan, AGENCIES)
    items = list(items_of(known, who))
    parts = {item.item_id: parts_of(item, who) for item in items}
    ranked = queueing.Ranked(AGENCIES, known, standing, None, listing.persons_of)
    line = queueing.line_of(plan, ranked, [part for own in parts.values() for part in own])
    now = stands(standing)
    for item in items:
        own, touched = parts[item.item_id], queueing.touched_by(item)
        told = line.weigh(own, touched)
        real = listing.stand(decided(known, who, own, touched), plan, AGENCIES)
        then = stands(real)
        nowhere = (0, None, False)
        names = {part.person_id: part.key.split()[0] for part in own}
        for effect in told.effects:
            if effect.now is not None:
                assert vars(effect.now) == dict(
                    zip(("points", "place", "is_listed"), now.get(effect.person_id, nowhere), strict=True)
                )
            stays = next((part.person_id for part in own if part.joined == effect.person_id), None)
            asked = stays if effect.role == "joins" else names.get(effect.person_id, effect.person_id)
            assert vars(effect.then) == dict(
                zip(("points", "place", "is_listed"), then.get(asked, nowhere), strict=True)
            ), effect
        others_then = [p for p in real.line.chosen if p not in {part.key.split()[0] for part in own}]
        others_now = [p for p in standing.line.chosen if p not in touched]
        moved = {effect.person_id for effect in told.effects if effect.role in ("enters", "leaves")}
        assert moved == set(others_then) ^ set(others_now)
        heads_now = len(standing.line.chosen) - len(others_now)
        heads_then = len(real.line.chosen) - len(others_then)
        if moved or bool(heads_now) != bool(heads_then):
            assert told.is_crossing


def drawn_line(order, listed, hypothetical=(), points=None):
    """A line drawn as one letter per person, the first `listed` real ones with an entry."""
    real = [person for person in order if person not in hypothetical]
    return Line(
        list(order),
        set(hypothetical),
        points or dict.fromkeys(order, 1),
        real[:listed],
        listed,
        lambda line: list(line)[:listed],
    )


def test_points_change_by_all_that_those_asked_about_gain_and_lose():
    line = drawn_line("Mab", 2, hypothetical="M", points={"M": 37, "a": 22, "b": 15})
    assert line.weigh([part("M", "a", "b")], "ab").points_change == (37 - 22) + 15
    line = drawn_line("aKN", 2, hypothetical="KN", points={"a": 22, "K": 12, "N": 10})
    assert line.weigh([part("K", "a"), part("N")], "a").points_change == (22 - 12) + 10


def test_places_count_on_below_the_line():
    line = drawn_line("abcd", 2)
    assert [line.now(person).place for person in "abcdx"] == [1, 2, 3, 4, None]
    assert [line.now(person).is_listed for person in "abcdx"] == [True, True, False, False, False]


def part(key, stays=None, joined=None):
    return Part("R-1", key, stays, joined, ("r1",), SINCE)


def test_one_looks_down_the_line_as_far_as_teams_without_room_ask_for():
    order = [f"p{number:03}" for number in range(500)]

    def only_the_last(people):
        return [person for person in people if person >= "p498"][:2]

    line = Line([*order, "q"], {"q"}, {}, ["p498", "p499"], 2, only_the_last)
    [stays] = line.weigh([part("q", "p498")], ["p498"]).effects
    assert (stays.now.place, stays.then.place, stays.then.is_listed) == (1, 2, True)


@pytest.mark.parametrize(
    ("order", "parts", "touched", "roles", "crossing"),
    [
        ("Mabcd", [part("M", "c", "d")], "cd", "stays:c joins:d leaves:b", "c"),
        ("abMcd", [part("M", "c", "d")], "cd", "stays:c joins:d", None),
        ("aMbcd", [part("M", "a", "b")], "ab", "stays:a joins:b enters:c", "c"),
        ("abcdM", [part("M", "a", "c")], "ac", "stays:a joins:c enters:d", "a"),
        ("aKNbc", [part("K", "a"), part("N")], "a", "stays:a parts:None leaves:b", "a"),
        ("aKbNc", [part("K", "a"), part("N")], "a", "stays:a parts:None", None),
        ("abcKN", [part("K", "a"), part("N")], "a", "stays:a parts:None enters:c", "a"),
        ("abcNK", [part("K", "c"), part("N")], "c", "stays:c parts:None", None),
        ("aNbcK", [part("K", "c"), part("N")], "c", "stays:c parts:None leaves:b", "c"),
    ],
)
def test_who_would_cross_the_line_drawn(order, parts, touched, roles, crossing):
    """Two have an entry; capitals are persons there would be instead of those touched."""
    line = drawn_line(order, 2, hypothetical="MKN")
    told = line.weigh(parts, touched)
    assert (" ".join(f"{effect.role}:{effect.person_id}" for effect in told.effects), told.crossing_person_id) == (
        roles,
        crossing,
    )
    assert told.is_crossing is (crossing is not None)


@pytest.mark.parametrize("count", [0, 1])
def test_an_item_that_changes_nobody_has_no_parts(count):
    _, who = made_up([0, 0], [(0, 1, 0, True)], ["1980-04-05"] * 2, [None] * 2, [0, 0])
    item = Item(
        "R-1", ReviewKind.LARGE_PERSON, "P-00000000", None, "r0", "r1", parted_record_ids=("r0", "r1")[: 2 * count]
    )
    assert parts_of(item, who) == []
