"""Bad input costs what it must and nothing more: a clear line, every row accounted for, the others go on."""

from pathlib import Path

import pytest

from pipeline import intake
from pipeline.agencies import agency_named
from pipeline.audit import Act
from pipeline.store import Store
from tests.road import county


def lines_of(store: Store) -> list[tuple]:
    """Which rows were set aside? agency, feed, file, line, reason."""
    table = store.read("quarantined_rows")
    return [(r.agency, r.feed, r.file, None if r.line != r.line else int(r.line), r.reason) for r in table.itertuples()]


def assert_adds_up(store: Store) -> None:
    for agency, row in county.accounting(store).items():
        assert row["accepted"] + row["quarantined"] + row["retracted"] == row["delivered"], agency


def test_a_bad_row_is_set_aside_with_its_line_and_the_batch_goes_on(store: Store, tmp_path: Path):
    path = county.calls(
        tmp_path / "in",
        {},
        {"IncidentNo": "26-2", "CallReceived": "11/31/2026 10:00"},
        {"IncidentNo": "26-3", "Role": "BYSTANDER"},
        {"IncidentNo": ""},
        {"IncidentNo": "26-5"},
    )
    with path.open("ab") as stream:
        stream.write(b"26-6,11/10/2026 10:00,TELEPHONE\r\n")
    result = county.run(store, tmp_path / "in", tmp_path / "out")
    assert result.refusals == []
    assert lines_of(store) == [
        ("riverton_police", "calls", "cad_20261115.csv", 3, "bad_date"),
        ("riverton_police", "calls", "cad_20261115.csv", 4, "unknown_code"),
        ("riverton_police", "calls", "cad_20261115.csv", 5, "empty_key"),
        ("riverton_police", "calls", "cad_20261115.csv", 7, "wrong_width"),
    ]
    counts = county.accounting(store)["riverton_police"]
    assert (counts["delivered"], counts["accepted"], counts["quarantined"]) == (6, 2, 4)
    assert len(county.published(tmp_path / "out")["entries"][0]["record_keys"]) == 2


def test_a_wrong_value_that_decides_nothing_is_left_out_and_the_row_goes_on(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {"CallCleared": "31.12.2026", "Source": "CARRIER PIGEON"})
    county.run(store, tmp_path / "in", tmp_path / "out")
    counts = county.accounting(store)["riverton_police"]
    assert (counts["accepted"], counts["quarantined"], counts["dropped_values"]) == (1, 0, 2)


def drop_column(text: str) -> str:
    return "\r\n".join(",".join(line.split(",")[1:]) for line in text.split("\r\n") if line)


BROKEN = {
    "a required column is missing": (drop_column, "missing: [IncidentNo]"),
    "it is empty": (lambda text: "", "empty"),
    "only the header came": (lambda text: text.split("\r\n")[0] + "\r\n", "fewer than 1"),
    "another delimiter": (lambda text: text.replace(",", ";"), "parted by a semicolon where a comma is declared"),
    "every row is too short": (
        lambda text: "\r\n".join([text.split("\r\n")[0], *["a,b"] * 3]),
        "too many or too few fields",
    ),
    "no text at all": (lambda text: "\x00\x01\x02" * 100, "no header of this layout"),
}


@pytest.mark.parametrize("case", list(BROKEN))
def test_a_bad_file_stops_its_agency_with_one_clear_line_and_the_others_go_on(store: Store, tmp_path: Path, case: str):
    spoil, expected = BROKEN[case]
    county.bookings(tmp_path / "in", {})
    good = county.calls(tmp_path / "in", {}, name="cad_20261114.csv")
    bad = good.with_name("cad_20261115.csv")
    bad.write_text(spoil(good.read_bytes().decode("utf-8-sig")), encoding="utf-8", newline="")
    result = county.run(store, tmp_path / "in", tmp_path / "out")
    [line] = result.refusals
    assert line.startswith("[riverton_police] [calls] [cad_20261115.csv]: ")
    assert expected in line
    assert "\n" not in line
    assert_adds_up(store)
    made = county.published(tmp_path / "out")
    assert made["entries"][0]["record_keys"] == ["riverton_county_jail/bookings/B1"]
    status = {state["agency"]: state["status"] for state in made["sources"]}
    assert (status["riverton_police"], status["riverton_county_jail"]) == ("stopped", "complete")


def test_once_the_file_is_sent_again_the_agency_goes_on_by_itself(store: Store, tmp_path: Path):
    good = county.calls(tmp_path / "in", {}, name="cad_20261114.csv")
    bad = good.with_name("cad_20261115.csv")
    bad.write_text("nothing of use\r\n", encoding="utf-8")
    county.bookings(tmp_path / "in", {})
    county.run(store, tmp_path / "in", tmp_path / "out")
    assert county.accounting(store)["riverton_police"]["accepted"] == 0
    county.calls(tmp_path / "in", {"IncidentNo": "26-2"}, name="cad_20261115.csv")
    result = county.run(store, tmp_path / "in", tmp_path / "out")
    assert result.refusals == []
    counts = county.accounting(store)["riverton_police"]
    assert (counts["accepted"], counts["files_refused"]) == (2, 1)
    assert_adds_up(store)
    states = {state["agency"]: state["status"] for state in county.published(tmp_path / "out")["sources"]}
    assert states["riverton_police"] == "complete"


def test_the_refused_bytes_are_kept_as_they_came(store: Store, tmp_path: Path):
    county.bookings(tmp_path / "in", {})
    bad = tmp_path / "in" / "riverton_police" / "cad_20261115.csv"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"\xff\xfe\x00nothing\x00")
    county.run(store, tmp_path / "in", tmp_path / "out")
    kept = {path.read_bytes() for path in (tmp_path / "home" / "deliveries").rglob("*") if path.is_file()}
    assert b"\xff\xfe\x00nothing\x00" in kept


def test_an_agency_that_is_stopped_keeps_what_it_sent_before(store: Store, tmp_path: Path):
    first = county.calls(tmp_path / "in", {}, name="cad_20261114.csv")
    county.run(store, tmp_path / "in", tmp_path / "out")
    first.with_name("cad_20261115.csv").write_text("nothing of use\r\n", encoding="utf-8")
    county.run(store, tmp_path / "in", tmp_path / "out")
    made = county.published(tmp_path / "out")
    assert made["entries"][0]["record_keys"] == ["riverton_police/calls/26-1|1"]


def test_a_faulty_resource_is_set_aside_and_not_its_file(store: Store, tmp_path: Path):
    county.resources(
        tmp_path / "in",
        county.patient(),
        county.patient("p2", favouriteColour="green"),
        county.visit(),
        county.visit("v2", start="2026-11-05T10:00:00"),
    )
    county.run(store, tmp_path / "in", tmp_path / "out")
    assert [(feed, line, reason) for _, feed, _, line, reason in lines_of(store)] == [
        ("encounters", 2, "bad_date"),
        ("patients", 2, "unknown_element"),
    ]


def test_files_of_no_feed_are_counted_and_left_alone(store: Store, tmp_path: Path):
    path = county.calls(tmp_path / "in", {})
    path.with_name("notes.docx").write_bytes(b"x")
    (tmp_path / "in" / "sheriff_of_nowhere").mkdir()
    result = county.run(store, tmp_path / "in", tmp_path / "out")
    assert (result.unknown_files, result.unknown_folders) == (1, 1)


def test_every_refused_file_of_an_agency_is_told(store: Store, tmp_path: Path):
    county.bookings(tmp_path / "in", {})
    folder = county.calls(tmp_path / "in", {}).parent
    for name in ("cad_20261101.csv", "cad_20261102.csv"):
        (folder / name).write_text(f"{name}\n", encoding="utf-8")
    assert len(county.run(store, tmp_path / "in", tmp_path / "out").refusals) == 2


@pytest.mark.parametrize("corrected_name", ["cad_20261115_corrected.csv", "cad_20261115.csv"])
def test_a_corrected_file_of_the_same_date_lets_the_agency_go_on(store: Store, tmp_path: Path, corrected_name: str):
    folder = county.calls(tmp_path / "in", {}, name="cad_20261114.csv").parent
    (folder / "cad_20261115.csv").write_text("nothing of use\r\n", encoding="utf-8")
    county.bookings(tmp_path / "in", {})
    county.run(store, tmp_path / "in", tmp_path / "out")
    county.calls(tmp_path / "in", {"IncidentNo": "26-2"}, name=corrected_name)
    again = county.run(store, tmp_path / "in", tmp_path / "out")
    assert len(again.refusals) == (tmp_path / "in" / "riverton_police" / "cad_20261115_corrected.csv").exists()
    counts = county.accounting(store)["riverton_police"]
    assert (counts["accepted"], counts["files_refused"]) == (2, 1)
    states = {state["agency"]: state["status"] for state in county.published(tmp_path / "out")["sources"]}
    assert states["riverton_police"] == "complete"
    assert_adds_up(store)


def test_running_a_step_again_changes_nothing(store: Store, tmp_path: Path):
    county.calls(tmp_path / "in", {"CallCleared": "never"}, {"IncidentNo": "26-2", "CallReceived": "never"})
    agency, act = agency_named("riverton_police"), Act("test", county.AT)
    received = intake.receive_agency(store, act, agency, tmp_path / "in", tmp_path / "vault", "key")
    for _ in range(2):
        intake.expect_agency(store, act, agency, received.delivery_ids)
    for _ in range(2):
        intake.standardize_agency(store, act, agency, received.delivery_ids)
        intake.expect_agency(store, act, agency, received.delivery_ids)
    counts = county.accounting(store)["riverton_police"]
    assert (counts["delivered"], counts["accepted"], counts["quarantined"], counts["dropped_values"]) == (2, 1, 1, 1)
