"""Do the small parts keep their promises: chance, names, places, noise, invented texts?"""

import itertools
import re
from datetime import date, timedelta

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.us import ssn

from pipeline.contract.declaration import FullName
from pipeline.contract.errors import DeclarationError
from pipeline.synthetic import names
from pipeline.synthetic.chance import Chance, Weighted
from pipeline.synthetic.clock import Clock
from pipeline.synthetic.deliver import windows
from pipeline.synthetic.layout import whole_name
from pipeline.synthetic.noise import Noise, digit_slip, typo, without_accents
from pipeline.synthetic.people import Registry
from pipeline.synthetic.places import Places, phone, social_security_number
from pipeline.synthetic.witness import text_matching

START, AS_OF = date(2024, 6, 30), date(2026, 6, 30)


@pytest.fixture(scope="module")
def places():
    return Places((("Easton", 2), ("Weston", 1)), Chance(1, "places"))


@pytest.fixture(scope="module")
def people(places):
    return Registry(places, Chance(1, "people"), start=START, as_of=AS_OF).settle(3_000)


def test_a_stream_follows_from_its_seed_and_purpose():
    same = [Chance(4, "a", "b").number() for _ in range(2)]
    assert same[0] == same[1]
    assert Chance(4, "a", "c").number() != same[0] != Chance(5, "a", "b").number()


def test_weights_are_kept():
    chance, table = Chance(1, "x"), Weighted({"a": 1, "b": 3})
    drawn = [chance.draw(table) for _ in range(4_000)]
    assert 0.70 < drawn.count("b") / 4_000 < 0.80


@given(st.floats(0, 1))
def test_every_share_has_an_item(share):
    assert Weighted({"a": 0.1, "b": 0.2}).at(share) in ("a", "b")


def test_counts_have_their_mean():
    chance = Chance(1, "x")
    assert 1.9 < sum(chance.count(2.0) for _ in range(5_000)) / 5_000 < 2.1
    assert chance.count(0.0) == 0


def test_phones_and_social_security_numbers_are_valid():
    chance = Chance(1, "numbers")
    for _ in range(500):
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone(chance), "US"))
        assert ssn.is_valid(social_security_number(chance))


def test_households_hold_what_makes_linkage_hard(people):
    by_home = {}
    for person in people:
        by_home.setdefault(person.household, []).append(person)
    homes = [home for home in by_home.values() if len(home) > 1]
    assert any(a.birth == b.birth and a.last == b.last for home in homes for a in home for b in home if a is not b)
    assert any({"Jr", "Sr"} <= {p.suffix for p in home} for home in homes)
    assert any(p.birth_name for p in people)
    assert any(len(p.residences) > 1 for p in people)
    assert any(not p.ssn for p in people)
    assert any(p.aliases for p in people)
    assert any(p.age_on(AS_OF) < 18 for p in people)
    shared = [p for p in people if p.is_unhoused]
    assert len({p.residences[-1].address for p in shared}) < len(shared)


def test_people_are_born_before_anything_happens_to_them(people):
    for person in people:
        assert person.birth <= AS_OF
        assert person.death is None or person.birth <= person.death <= AS_OF
        assert [home.since for home in person.residences] == sorted(home.since for home in person.residences)


def test_smith_is_commoner_than_the_tail():
    chance = Chance(1, "names")
    drawn = [names.surname(chance) for _ in range(5_000)]
    assert drawn.count("Smith") > 20
    assert any(not name.isascii() for name in drawn)


def test_names_follow_the_cohort():
    chance = Chance(1, "names")
    old = [names.given_name(chance, "F", 1935, "") for _ in range(1_000)]
    young = [names.given_name(chance, "F", 2012, "") for _ in range(1_000)]
    assert old.count("Dorothy") > 3 * young.count("Dorothy")


def test_nicknames_are_real_names():
    assert "Bob" in names.nicknames_of("Robert")
    assert "Chuy" in names.nicknames_of("Jesús")
    assert names.nicknames_of("Xqz") == ()


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=12), st.integers(0, 10_000))
def test_a_typo_changes_little(name, seed):
    typed = typo(name, Chance(seed, "typo"))
    assert abs(len(typed) - len(name)) <= 1
    assert sum(a != b for a, b in zip(sorted(name), sorted(typed), strict=False)) <= len(name)
    assert typed[:1] == name[:1] or typed[1:2] == name[:1]


@given(st.text("0123456789", min_size=9, max_size=10), st.integers(0, 10_000))
def test_a_digit_slip_keeps_the_length(digits, seed):
    slipped = digit_slip(digits, Chance(seed, "digits"))
    assert slipped.isdigit()
    assert len(slipped) == len(digits)
    assert sum(a != b for a, b in zip(digits, slipped, strict=True)) <= 2


def test_accents_go_and_letters_stay():
    assert without_accents("Núñez Schröter") == "Nunez Schroter"


def test_harsher_noise_agrees_less_with_the_truth(places, people):
    def agreement(*, harsher):
        noise = Noise(places, Chance(1, "noise"), harsher=harsher)
        seen = [noise.see(person, AS_OF) for person in people]
        same = [
            s.first_name == p.first and s.last_name == p.last and s.birth_date == p.birth
            for s, p in zip(seen, people, strict=True)
        ]
        return sum(same) / len(same)

    assert agreement(harsher=True) + 0.1 < agreement(harsher=False) < 0.9


@pytest.mark.parametrize(("order", "expected"), [("last_first", "NUÑEZ, ANA M JR"), ("first_last", "ANA M NUÑEZ JR")])
def test_whole_names_keep_the_declared_order(order, expected):
    parts = {"first_name": "ANA", "middle_name": "M", "last_name": "NUÑEZ", "suffix": "JR"}
    assert whole_name(FullName("n", order), parts) == expected


PATTERNS = [
    r"cad_\d{8}\w*\.csv",
    r"referrals_.*\.csv",
    r"Patient(\..+)?\.ndjson",
    r"[A-Z]{2,3}-[^a]x+\.(csv|txt)",
    r"MENTAL|PSYCH",
    r"icd\|F(2[02345]|28)(?!\d)",
    r"\bM-?1 HOLD",
    r"(?:a|b)?c*d+?",
]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("stamp", ["", "20260301"])
def test_invented_texts_match(pattern, stamp):
    assert re.fullmatch(pattern, text_matching(pattern, stamp=stamp))


@settings(max_examples=60)
@given(st.from_regex(r"[a-z]{1,5}(\\d\{[1-9]\}|\[a-f\]\+|\\w\*){0,3}\.(csv|txt)", fullmatch=True))
def test_any_such_pattern_gets_a_text(pattern):
    assert re.fullmatch(pattern, text_matching(pattern, stamp="x1"))


def test_file_names_of_two_dates_differ():
    pattern = r"Patient(\..+)?\.ndjson"
    assert text_matching(pattern, stamp="20260101") != text_matching(pattern, stamp="20260201")


def test_a_pattern_nobody_can_satisfy_is_named():
    with pytest.raises(DeclarationError, match=r"\["):
        text_matching(r"a(?=b)c")


@settings(max_examples=60)
@given(st.dates(date(2015, 1, 1), date(2035, 12, 31)), st.integers(30, 900), st.booleans())
def test_windows_cover_the_story_once(as_of, days, by_month):
    clock = Clock(as_of - timedelta(days=days), as_of, ("America/Denver", "America/New_York"))
    found = windows(clock, is_named_by_month=by_month)
    assert found[0].since == clock.start
    assert found[-1].until == clock.end
    assert all(left.until == right.since for left, right in itertools.pairwise(found))
    dated = [window.dated for window in found]
    assert dated == sorted(set(dated))
    assert dated[-1] <= as_of
    assert by_month or dated[-1] == as_of


def test_moments_lie_inside_the_story_and_follow_the_season():
    clock, chance = Clock(START, AS_OF, ("America/Denver",)), Chance(1, "clock")
    drawn = [clock.moment(chance) for _ in range(4_000)]
    assert all(clock.start <= moment < clock.end for moment in drawn)
    months = [moment.month for moment in drawn]
    assert months.count(7) > months.count(1)
