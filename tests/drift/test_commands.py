"""Do the commands tell drift, against the history that the database keeps, and never a value?"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline import cli
from pipeline.settings import read_settings
from pipeline.store import Store
from tests.dags.deliveries import CANARY
from tests.drift import road
from tests.drift.months import BOOKINGS, JAIL, swapped, unchanged


@pytest.fixture
def known(store: Store, tmp_path: Path, bookings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A database that knows all months but the last, and is the one that commands open."""
    for month in bookings[:-1]:
        road.deliver(tmp_path / "in", BOOKINGS, month)
    road.take_in(store, tmp_path / "in", BOOKINGS)
    monkeypatch.setenv("OUTREACH_DATABASE_URL", store._url)
    monkeypatch.setenv("OUTREACH_HOME", str(tmp_path / "home"))
    read_settings.cache_clear()
    yield store
    read_settings.cache_clear()


def typed(*words):
    return CliRunner().invoke(cli.app, ["agency", *map(str, words)])


def as_json(*words):
    done = typed(*words, "--json")
    assert done.exception is None, repr(done.exception)
    return json.loads(done.stdout)


def test_a_file_is_held_against_the_history_only_where_it_is_asked_for(known, tmp_path, bookings):
    path = road.deliver(tmp_path / "new", BOOKINGS, bookings[-1], swapped("FIRST_NAME", "LAST_NAME"))
    alone = typed("check", path, "--agency", JAIL.name, "--json")
    assert (alone.exit_code, json.loads(alone.stdout)[0]["drift"]) == (0, [])
    told = typed("check", path, "--agency", JAIL.name, "--history", "--json")
    [finding] = json.loads(told.stdout)[0]["drift"]
    assert (told.exit_code, finding["kind"], finding["is_refusing"]) == (1, "swapped_columns", True)
    as_text = typed("check", path, "--agency", JAIL.name, "--history")
    assert "it would be refused: [LAST_NAME] looks as [FIRST_NAME] always did" in " ".join(as_text.output.split())
    assert len(road.history(known, BOOKINGS)) == len(bookings) - 1, "nothing is kept"


def test_drift_is_told_let_in_and_no_value_is_kept_or_shown(known, tmp_path, bookings):
    def with_canaries(rows):
        return [row | {"ADDRESS": CANARY, CANARY: CANARY} for row in swapped("FIRST_NAME", "LAST_NAME")(rows)]

    path = road.deliver(tmp_path / "in", BOOKINGS, bookings[-1], with_canaries)
    lines = road.take_in(known, tmp_path / "in", BOOKINGS)
    assert len(lines) == 1
    shown = typed("drift", "--agency", JAIL.name)
    told = as_json("drift", "--agency", JAIL.name)
    [finding] = [one for one in told[0]["files"][-1]["findings"] if one["is_refusing"]]
    assert (finding["kind"], told[0]["files"][-1]["is_refused"]) == ("swapped_columns", True)
    passed = typed("let-in", path.name, "--agency", JAIL.name, "--because", "They are right")
    assert (passed.exit_code, "the next run takes it in" in passed.output) == (0, True)
    assert road.take_in(known, tmp_path / "in", BOOKINGS) == []
    kept = known.read("profiles_of_feed", agency=JAIL.name, feed=BOOKINGS.name, most=99, from_delivery_id=2**62)
    assert len(kept) == len(bookings)
    everything = [*lines, shown.output, json.dumps(told), passed.output, *map(json.dumps, kept["profile"])]
    assert not any(CANARY in text for text in everything)


def test_a_file_like_those_before_it_says_nothing(known, tmp_path, bookings):
    road.deliver(tmp_path / "in", BOOKINGS, bookings[-1], unchanged)
    assert road.take_in(known, tmp_path / "in", BOOKINGS) == []
    assert road.history(known, BOOKINGS)[-1].findings == ()
    assert "0 findings in 11 files" in typed("drift").output


@pytest.mark.parametrize("words", [("drift", "--agency", "the_moon"), ("let-in", "a.csv", "--agency", "the_moon")])
def test_what_is_typed_wrongly_is_told(words):
    because = ("--because", "x") if words[0] == "let-in" else ()
    assert "riverton_county_jail" in str(typed(*words, *because).exception)
