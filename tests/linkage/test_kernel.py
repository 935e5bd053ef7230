"""Do the compiled loops say what slow and readable code says?"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, JaroWinkler

import linkage
from linkage import kernel
from linkage.blocking import plan_blocks
from linkage.codes import column_of, encode_dates
from linkage.comparisons import COMPARISONS, NO_BITS, compare_pairs, levels_of, patterns_of
from linkage.encoding import encode_table
from linkage.model import starting_model
from linkage.normalize import normalize_table
from linkage.scanning import scan
from linkage.scoring import make_scorer
from linkage.texts import encode_texts, pack_identifiers, symbols_of
from tests.linkage import reference
from tests.linkage.households import made_up_town

WORDS = st.one_of(*(st.text(alphabet, max_size=longest) for alphabet, longest in (
    ("AB", 12), ("ABCDE", 20), ("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 63), ("ANEL 19", 30),
)))  # fmt: skip
POSITIONS = np.zeros(64, dtype=np.uint64)


@st.composite
def near_words(draw: st.DrawFn, words: st.SearchStrategy[str] = WORDS) -> tuple[str, str]:
    """Two texts that often differ by a few edits."""
    word = draw(words)
    other = list(word)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(len(other) - 1, 0)))
        kind = draw(st.integers(0, 3))
        if kind == 0:
            other.insert(at, draw(st.sampled_from(word or "A")))
        elif kind == 1 and other:
            del other[at]
        elif kind == 2 and other:
            other[at] = draw(st.sampled_from("ABE1"))
        elif at + 1 < len(other):
            other[at], other[at + 1] = other[at + 1], other[at]
    return word, "".join(other)[: kernel.LONGEST_COMPARED]


PAIRS_OF_WORDS = st.one_of(near_words(), st.tuples(WORDS, WORDS))


def spelled(one: str, other: str) -> tuple:
    """How does the kernel read these two texts?"""
    text = symbols_of(pa.array([one, other], pa.string()))
    return text.symbols, int(text.starts[0]), int(text.lengths[0]), int(text.starts[1]), int(text.lengths[1])


def column(values: list[str | None]):
    return column_of(pa.array(values, pa.string()).dictionary_encode())


@settings(max_examples=600)
@given(PAIRS_OF_WORDS)
@example(("A" * 63, "A" * 62 + "B"))
@example(("AB" * 31, "BA" * 31))
def test_jaro_winkler_is_that_of_rapidfuzz(pair: tuple[str, str]) -> None:
    there, back = (kernel.jaro_winkler(*spelled(*words), POSITIONS) for words in (pair, pair[::-1]))
    assert there == back
    expected = JaroWinkler.similarity(*pair) if all(pair) else 0.0
    assert there == pytest.approx(expected, abs=1e-12)
    assert not POSITIONS.any()


@settings(max_examples=600)
@given(PAIRS_OF_WORDS)
def test_one_edit_is_a_distance_of_one(pair: tuple[str, str]) -> None:
    assume(pair[0] != pair[1])
    for words in (pair, pair[::-1]):
        assert bool(kernel.is_one_edit(*spelled(*words))) == (OSA.distance(*words) == 1)


IDENTIFIERS = st.text("012AZ", min_size=1, max_size=10)


@settings(max_examples=600)
@given(st.one_of(near_words(IDENTIFIERS), st.tuples(IDENTIFIERS, IDENTIFIERS)))
@example(("1234567890", "0123456789"))
@example(("11234", "1234"))
@example(("A123456789", "B123456789"))
def test_one_packed_edit_is_a_distance_of_one(pair: tuple[str, str]) -> None:
    pair = (pair[0][:10], pair[1][:10])
    assume(all(pair) and pair[0] != pair[1])
    one, other = pack_identifiers(column(list(pair)))
    expected = OSA.distance(*pair) == 1
    assert bool(kernel.is_one_packed_edit(one, other)) == expected
    assert bool(kernel.is_one_packed_edit(other, one)) == expected


@given(near_words(st.text("0123456789", min_size=9, max_size=14)))
def test_identifiers_are_packed_apart_and_long_ones_are_never_near(pair: tuple[str, str]) -> None:
    assume(all(pair) and pair[0] != pair[1])
    one, other = pack_identifiers(column(list(pair)))
    assert one != other
    assert one != 0
    if max(map(len, pair)) > kernel.LONGEST_PACKED:
        assert not kernel.is_one_packed_edit(one, other)
    assert (pack_identifiers(column([pair[0], None]))[1], pack_identifiers(column([pair[0]]))[0]) == (0, one)


ANY_WORDS = st.one_of(WORDS, st.text("EEEEQA", max_size=15), st.text("ÅØΩΛЖ李王", max_size=8), st.text(max_size=20))
TABLES = ((kernel.OVERLAP_SIMILAR, kernel.SIMILAR_SPELLING), (kernel.OVERLAP_CLOSE, kernel.CLOSE_TEXT))


@settings(max_examples=800)
@given(st.one_of(near_words(ANY_WORDS), st.tuples(ANY_WORDS, ANY_WORDS)))
@example(("EEEB", "EEEN"))
@example(("BBBNNN", "NNNBBB"))
def test_letters_in_common_never_rule_out_a_similar_pair(pair: tuple[str, str]) -> None:
    texts = encode_texts({"word": pa.array([word[:63] for word in pair], pa.string())})
    a, b = (int(code) for code in texts.codes["word"])
    apart = texts.prefixes[a] ^ texts.prefixes[b]
    same = min(((int(apart) & -int(apart)).bit_length() - 1) // 6, 4) if apart else 4
    shared = int(texts.masks[a] & texts.masks[b]).bit_count()
    lengths = int(texts.lengths[a]), int(texts.lengths[b])
    arguments = (texts.symbols, texts.starts[a], lengths[0], texts.starts[b], lengths[1], POSITIONS)
    score = kernel.jaro_winkler(*arguments)
    for table, cut in TABLES:
        if score >= cut:
            assert shared >= table[(same * 64 + lengths[0]) * 64 + lengths[1]]
            assert shared >= table[(256 + lengths[0]) * 64 + lengths[1]]  # the common beginning is not looked at


def test_letters_in_common_do_rule_out_most_pairs() -> None:
    names = sorted(set(made_up_town(2000)["last_name"].dropna()))
    texts = encode_texts({"word": pa.array(names)})
    codes = texts.codes["word"]
    left, right = (codes[side] for side in np.triu_indices(len(codes), 1))
    shared = np.array([word.bit_count() for word in (texts.masks[left] & texts.masks[right]).tolist()])
    places = texts.lengths[left] * 64 + texts.lengths[right]
    assert (shared < kernel.OVERLAP_SIMILAR[places]).mean() > 0.5


@st.composite
def dates(draw: st.DrawFn) -> str:
    year, month, day = (
        draw(st.sampled_from([1980, 1981, 1890, 1908])),
        draw(st.integers(1, 12)),
        draw(st.integers(1, 28)),
    )
    return draw(st.sampled_from([f"{year}-{month:02d}-{day:02d}"] * 4 + [f"{year}-{month:02d}", f"{year}"]))


@st.composite
def near_dates(draw: st.DrawFn) -> tuple[str, str]:
    one = draw(dates())
    other = one
    parts = one.split("-")
    if len(parts) == 3:
        day = f"{draw(st.integers(1, 28)):02d}"
        swapped_years = f"{parts[0][0]}{parts[0][2]}{parts[0][1]}{parts[0][3]}-{parts[1]}-{parts[2]}"
        other = draw(st.sampled_from(["-".join(parts[:2]), parts[0], f"{parts[0]}-{parts[2]}-{parts[1]}", swapped_years,
                                      f"{parts[0]}-{parts[1]}-{day}", f"{int(parts[0]) + 1}-{parts[1]}-{parts[2]}", one,
                                      f"{int(parts[0]) + 1}"]))  # fmt: skip
        if len(other) == 10 and not 1 <= int(other[5:7]) <= 12:
            other = one
    return one, other


@settings(max_examples=1000)
@given(st.one_of(near_dates(), st.tuples(dates(), dates())))
@example(("1984-03-05", "1984-05-03"))
@example(("1984-12-11", "1984-11-12"))
@example(("1984-10-21", "1985-01-21"))
def test_birth_dates_agree_as_a_reader_would_say(pair: tuple[str, str]) -> None:
    one, other = encode_dates(column([*pair])).packed
    expected = reference.dates_agree(*pair)
    assert kernel.birth_date_level(one, other) - 1 == expected
    assert kernel.birth_date_level(other, one) - 1 == expected


def test_a_missing_birth_date_says_nothing() -> None:
    known, unknown = encode_dates(column(["1984-03-05", None])).packed
    assert kernel.birth_date_level(known, unknown) == kernel.birth_date_level(unknown, unknown) == 0


SSNS = st.text("0189", min_size=9, max_size=9)


@given(SSNS, SSNS, st.booleans(), st.booleans(), st.integers(0, 8), st.booleans())
def test_ssn_levels(one: str, other: str, short: bool, also_short: bool, at: int, near: bool) -> None:
    if near:
        other = one[:at] + "9" + one[at + 1 :]
    one, other = one[-4:] if short else one, other[-4:] if also_short else other
    packed = pack_identifiers(column([one, other]))
    expected = reference.ssn({"ssn": one}, {"ssn": other})
    assert kernel.ssn_level(packed[0], packed[1]) - 1 == expected
    assert kernel.ssn_level(packed[1], packed[0]) - 1 == expected


def rich_town(record_count: int, seed: int) -> pd.DataFrame:
    """A made-up town whose records hold every field, and the oddities the comparisons speak of."""
    random = np.random.default_rng(seed)
    town = made_up_town(record_count, seed).drop(columns="person_truth")
    pick = lambda values: random.choice(np.array(values, dtype=object), record_count)  # noqa: E731
    chance = lambda share: random.random(record_count) < share  # noqa: E731
    other = town["last_name"].to_numpy()[random.permutation(record_count)]
    town.loc[chance(0.05), "last_name"] += "-" + pd.Series(other)
    town.loc[chance(0.03), "last_name"] = "DE LA " + pd.Series(other)
    town["other_last_names"] = np.where(chance(0.15), other, None)
    town.loc[chance(0.03), "other_last_names"] += "|" + town["last_name"]
    town.loc[chance(0.02), "first_name"] = None
    town.loc[chance(0.02), "last_name"] = None
    town.loc[chance(0.04), "first_name"] = town["first_name"].str[0]
    town.loc[chance(0.03), "last_name"] = town["last_name"].str[0]
    town.loc[chance(0.03), "first_name"] += " " + town["middle_name"].fillna("ANN")
    crossed = chance(0.06)
    town.loc[crossed, ["first_name", "last_name"]] = town.loc[crossed, ["last_name", "first_name"]].to_numpy()
    swaps = chance(0.1) & town["middle_name"].notna()
    town.loc[swaps, ["first_name", "middle_name"]] = town.loc[swaps, ["middle_name", "first_name"]].to_numpy()
    local = (
        town["first_name"].str.lower().str.replace(" ", "")
        + pick([".", "_", ""])
        + town["last_name"].str[:4].str.lower()
    )
    local = local.fillna("nobody")
    town["email"] = np.where(chance(0.6), local + "@" + pick(["example.org", "example.com"]), None)
    town["city"] = pick(["OLATHE", "OLATHE", "OLATHEE", "LENEXA", "OVERLAND PARK", "OVERLAND", None])
    town["state"] = pick(["KS", "KS", "MO", None])
    lettered = pick(["AB8 3QZ", "AB8 6BN", "AB9 6BN", "TQ13 8DF", "TQ13 8DE", "SW1A 1AA", "W1A 1AA"])
    if seed % 2:
        town["postcode"] = np.where(chance(0.9), lettered, None)
    town["birth_date"] = np.where(chance(0.04), town["birth_date"].str[:4], town["birth_date"])
    town["birth_date"] = np.where(chance(0.04), town["birth_date"].str[:7], town["birth_date"])
    town["phone"] = np.where(chance(0.3), "91382912" + pd.Series(pick(["34", "43", "35", "99"])), town["phone"])
    line = pd.Series(
        pick(["PO BOX 12", "OAK RIDGE FARM", "OAK RIDGE FARMS", "SHELTER", "HWY 50", "12 N OAK ST APT 4", "12 OAKS ST"])
    )
    town["street_address"] = np.where(chance(0.15), line, town["street_address"])
    return town


@pytest.mark.parametrize("seed", [4, 5])
def test_a_pattern_is_what_slow_code_says(seed: int) -> None:
    town = rich_town(1200, seed)
    rows = reference.normal_rows(town)
    table = encode_table(normalize_table(town))
    assert not table.dates.new_year_means_unknown
    random = np.random.default_rng(seed)
    left, right = (random.integers(0, len(rows), 5000) for _ in range(2))
    apart = left != right
    found = list(scan(table, plan_blocks(table), NO_BITS, -np.inf, lambda chunk: chunk, lambda share: None))
    candidates = random.permutation(sum(len(chunk.left) for chunk in found))[:25_000]
    there, back, pattern = (
        np.concatenate([getattr(chunk, name) for chunk in found])[candidates] for name in ("left", "right", "pattern")
    )
    left, right = np.concatenate([left[apart], there]), np.concatenate([right[apart], back])
    levels = levels_of(compare_pairs(table, left, right))
    np.testing.assert_array_equal(levels[apart.sum() :], levels_of(pattern))
    np.testing.assert_array_equal(levels, levels_of(compare_pairs(table, right, left)))
    pairs = [(rows[a], rows[b]) for a, b in zip(left, right, strict=True)]
    for place, comparison in enumerate(COMPARISONS):
        expected = np.array([reference.REFERENCE[place](*pair) for pair in pairs])
        wrong = np.flatnonzero(expected != levels[:, place])
        shown = [([{f: row[f] for f in comparison.fields} for row in pairs[at]], expected[at], levels[at, place])
                 for at in wrong[:5]]  # fmt: skip
        assert not len(wrong), (comparison.name, len(wrong), shown)
        reached = set(range(-1, len(comparison.labels))) - set(levels[:, place].tolist())
        assert not reached, f"{comparison.name}: levels {reached} are never reached, so nothing is proven of them"


TAILS = st.text("AB1", min_size=3, max_size=4)


@settings(max_examples=300)
@given(st.text("AB1", min_size=2, max_size=3), TAILS, TAILS, st.booleans())
@example("11", "111", "1AA", True)
def test_postcodes_of_any_country_are_compared_alike_from_both_sides(
    area: str, tail: str, other_tail: str, of_one_area: bool
) -> None:
    one, other = area + tail, (area if of_one_area else area[::-1]) + other_tail
    rows = [{"postcode": value, "city": None, "state": None} for value in (one, other)]
    columns = {"postcode": pa.array([one, other]).dictionary_encode()}
    table = encode_table(pa.table(columns))
    first, second = np.array([0, 1]), np.array([1, 0])
    found = levels_of(compare_pairs(table, first, second))[:, -1]
    assert found.tolist() == [reference.place(*rows)] * 2


def test_who_is_left_changes_no_weight() -> None:
    table = encode_table(normalize_table(rich_town(400, 6)))
    left, right = np.triu_indices(table.size, 1)
    scorer = make_scorer(table, starting_model(table.size))
    for there, back in zip(scorer.score(left, right), scorer.score(right, left), strict=True):
        np.testing.assert_array_equal(there, back)


@given(st.lists(st.tuples(*(st.integers(-1, len(c.labels) - 1) for c in COMPARISONS)), min_size=1, max_size=20))
def test_patterns_hold_levels(levels: list[tuple[int, ...]]) -> None:
    np.testing.assert_array_equal(levels_of(patterns_of(np.array(levels))), levels)


ROW = {
    "first_name": "ANA", "middle_name": "M", "last_name": "LOPEZ", "suffix": "JR", "birth_date": "1984-03-05",
    "sex": "F", "ssn": "512341234", "phone": "9138291234", "email": "ana@example.org", "street_address": "12 OAK ST",
    "city": "OLATHE", "state": "KS", "postcode": "66061", "other_last_names": "GARCIA|RUIZ",
}  # fmt: skip


def nasty_tables() -> list[pd.DataFrame]:
    """Tables that would be read beyond their ends, if any were: empty, of one row, all missing, endless, unreadable."""
    empty, missing = dict.fromkeys(ROW, ""), dict.fromkeys(ROW)
    endless = {
        **ROW, "first_name": "A" * 10_000, "last_name": "B C " * 2_500, "email": "e" * 9_000 + "@example.org",
        "street_address": "OAK " * 2_000, "city": "CITY " * 100, "postcode": "9" * 50, "phone": "1" * 40,
    }  # fmt: skip
    unreadable = {
        **ROW,
        "first_name": "\U0001f600\U0001f601",
        "last_name": "\u674e\u738b",
        "city": "\u041c\u043e\u0441",
    }
    as_long = [{**endless, "first_name": "A" * length} for length in (62, 63, 64)]
    growing = [{**ROW, "first_name": "ANA " * size, "ssn": "1" * size, "postcode": "B" * size} for size in range(30)]
    tables = (
        [], [ROW], [empty], [empty] * 5, [missing] * 5, [ROW] * 3, [{}] * 3, [{"first_name": word} for word in "AAB"],
        [endless, ROW, endless, *as_long, unreadable, unreadable, empty], growing,
    )  # fmt: skip
    numbered = [[{"record_id": f"N{place:03d}", **row} for place, row in enumerate(rows)] for rows in tables]
    return [
        *(pd.DataFrame(rows, columns=["record_id", *ROW]) for rows in numbered),
        rich_town(700, 1),
        rich_town(700, 2),
    ]


def link_nasty_tables() -> None:
    """Are they all linked, on one thread and on two, with decisions and without?"""
    for table in nasty_tables():
        ids = table["record_id"].tolist()
        for threads, decided in ((1, []), (2, list(itertools.pairwise(ids[:4])))):
            found = linkage.dedupe(table, threads=threads, must_not_link=decided, must_link=decided[::-1])
            assert found.clusters["record_id"].tolist() == sorted(ids)
            assert (found.clusters["cluster_id"] <= found.clusters["record_id"]).all()


def test_nasty_tables_are_linked() -> None:
    link_nasty_tables()


@pytest.mark.long
def test_no_loop_reads_beyond_its_arrays(tmp_path: Path) -> None:
    """Compiled anew, with every index checked."""
    root = Path(__file__).parents[2]
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(root)}
    words = "from tests.linkage.test_kernel import link_nasty_tables; link_nasty_tables()"
    done = subprocess.run([sys.executable, "-c", words], cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    assert list(tmp_path.rglob("kernel.compare_blocks*.nbi"))
