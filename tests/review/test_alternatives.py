"""Do the persons that an answer would leave have the ids and ages that the registry would give them?"""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipeline.contract.codes import ReviewKind
from pipeline.registry import assign_person_ids
from pipeline.review.alternatives import Registered, parts_of
from pipeline.review.items import Item
from tests.registry.drawn import FIRST_WEEK, KEY, County, clusters

LETTERS = "abcdefg"
GROUPING = st.lists(st.integers(0, 3), min_size=len(LETTERS), max_size=len(LETTERS))


def words(numbers, letters=LETTERS):
    found = [
        "".join(a for a, own in zip(letters, numbers, strict=False) if own == number) for number in sorted(set(numbers))
    ]
    return list(filter(None, found))


def answers(now):
    """(item, the clusters after the other answer) for every merge of two persons and several splits of each."""
    ids = {record: person for person, records in now.items() for record in records}
    people = sorted(now)
    for place, one in enumerate(people):
        rest = [records for person, records in now.items() if person != one]
        for other in people[place + 1 :]:
            left, right = sorted((now[one][0], now[other][0]))
            others = [records for records in rest if records != now[other]]
            item = Item("R-1", ReviewKind.UNCERTAIN_DIFFERENCE, ids[left], ids[right], left, right)
            yield item, [sorted(now[one] + now[other]), *others]
        for cut in range(1, len(now[one])):
            for away in (now[one][cut:], now[one][:cut]):
                kept = [record for record in now[one] if record not in away]
                asked = ("R-1", ReviewKind.UNCERTAIN_LINK, one, None, kept[0], away[0])
                yield Item(*asked, parted_record_ids=tuple(away)), [kept, away, *rest]


@given(first=GROUPING, known_first=st.integers(1, len(LETTERS)), second=GROUPING)
def test_ids_and_ages_are_those_the_registry_gives_after_the_answer(first, known_first, second):
    county = County()
    county.week(" ".join(words(first[:known_first])))
    now: dict[str, list[str]] = {}
    for record, person in county.week(" ".join(words(second))).items():
        now.setdefault(person, []).append(record)
    known = county.registry.known.set_index("record_id")["first_seen_at"].to_dict()
    since = county.registry.first_seen_at.to_dict()
    who = Registered({p: sorted(r) for p, r in now.items()}, known, since, set(since), KEY)
    for item, after in answers(now):
        told = assign_person_ids(
            clusters(" ".join(map("".join, after))), county.registry, KEY, FIRST_WEEK + timedelta(weeks=9)
        )
        ids = dict(zip(told.links["record_id"], told.links["person_id"], strict=True))
        new = told.persons.set_index("person_id")["first_seen_at"].to_dict()
        for part in parts_of(item, who):
            given_ids = {ids[record] for record in part.record_ids}
            assert given_ids == {part.key.split()[0]}
            assert (part.person_id is None) == (part.key.split()[0] in new)
            assert part.known_since == (since | new)[part.key.split()[0]]
            if part.joined is not None:
                assert dict(told.aliases.itertuples(index=False, name=None)) == {part.joined: part.person_id}


def test_a_record_its_sender_merged_away_leaves_with_the_record_it_is_now():
    county = County()
    now = county.week("abcd")
    person = now["a"]
    known = county.registry.known.set_index("record_id")["first_seen_at"].to_dict()
    since = county.registry.first_seen_at.to_dict()
    who = Registered({person: list("abcd")}, known, since, set(since), KEY, merged_into={"d": "b"})
    item = Item("R-1", ReviewKind.UNCERTAIN_LINK, person, None, "a", "b", parted_record_ids=("b",))
    assert {part.record_ids for part in parts_of(item, who)} == {("a", "c"), ("b", "d")}
