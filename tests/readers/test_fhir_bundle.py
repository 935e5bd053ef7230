"""Are the entries of a Bundle read one by one, faulty ones set aside, deletions told, and half a Bundle refused?"""

import json
import tracemalloc
from io import BytesIO

import pytest

from pipeline.readers import About, FileUnreadable, blanked, flatten, read, rows_of, salvage
from tests.readers.bundles import CONDITIONS, ENCOUNTERS, PATIENTS, bundle, deletion
from tests.readers.samples import CONDITION, ENCOUNTER, PATIENT, columns, faults

CANARY = "Zzyzxcanary"
LABELLED = CONDITION | {"id": "c2", "meta": {"security": [{"code": "42CFRPart2"}]}}


@pytest.mark.parametrize("kind", ["collection", "transaction", "searchset", "batch", "history"])
def test_each_feed_reads_its_own_type_from_one_file(kind):
    content = bundle(PATIENT, {"resourceType": "Organization", "id": "o"}, ENCOUNTER, CONDITION, type=kind)
    assert [row["id"] for feed in (PATIENTS, ENCOUNTERS, CONDITIONS) for row in columns(feed, content)] == [
        "p1",
        "e1",
        "c1",
    ]
    assert read(ENCOUNTERS, content).rows[0][0] == 3  # the number of its entry


def test_a_bundle_a_line_is_read_as_the_files_of_deletions_have_it():
    content = (
        bundle(deletion("Patient", "p7")) + b"\n" + bundle(deletion("Patient", "p8"), timestamp="2026-11-02T00:00:00Z")
    )
    assert columns(PATIENTS, content) == [
        {"id": "p7", "is_deleted": "true"},
        {"id": "p8", "is_deleted": "true", "last_updated": "2026-11-02T00:00:00Z"},
    ]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (PATIENT | {"mood": CANARY}, "unknown_element"),
        (PATIENT | {"gender": ""}, "empty_text"),
        (ENCOUNTER | {"resourceType": "Patient"}, "unknown_element"),
        (PATIENT | {"name": CANARY}, "unknown_element"),
        ({"fullUrl": CANARY}, "wrong_resource"),
        ({"resource": {"id": CANARY}}, "wrong_resource"),
        ({"request": {"method": "DELETE", "url": CANARY}}, "wrong_resource"),
        (CANARY, "wrong_resource"),
        (None, "wrong_resource"),
    ],
)
def test_a_faulty_entry_is_set_aside_alone_and_its_fault_holds_no_value(entry, fault):
    reading = read(PATIENTS, bundle(PATIENT, entry, PATIENT | {"id": "p2"}))
    assert faults(reading) == [(2, fault)]
    assert reading.row_count == 3
    assert CANARY not in str(reading.faults)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'"Bundle"',
        b"{}",
        json.dumps(PATIENT).encode(),
        bundle(PATIENT)[:-20],
        bundle(PATIENT) + b"}",
        bundle(PATIENT).replace(b"Lee", b"\xff"),
        bundle(PATIENT, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "diagnostics": CANARY}]}),
    ],
    ids=["nothing", "a list", "a text", "an object", "a Patient", "half", "more", "no UTF-8", "a server that failed"],
)
def test_what_is_no_whole_bundle_is_refused_in_one_line_without_a_value(content):
    with pytest.raises(FileUnreadable) as refused:
        read(PATIENTS, content)
    assert "ask the agency" in str(refused.value)
    assert CANARY not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_warning_of_the_server_is_no_failure():
    warned = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning"}]}
    assert len(columns(PATIENTS, bundle(PATIENT, warned))) == 1


def test_an_entrys_own_labels_decide_and_a_label_no_entry_carries_is_taken_to_be_every_ones():
    security = {"security": [{"code": "42CFRPart2"}, {"code": "R"}]}
    placed = columns(CONDITIONS, bundle(CONDITION, LABELLED, meta=security))
    assert [row["security_labels"].split() for row in placed] == [["R"], ["42CFRPart2", "R"]]
    unplaced = columns(CONDITIONS, bundle(CONDITION, meta=security))
    assert [row["security_labels"].split() for row in unplaced] == [["42CFRPart2", "R"]]


def test_what_the_bundle_says_at_its_end_counts_for_its_first_entry():
    text = json.loads(bundle(CONDITION))
    late = text | {"timestamp": "2026-11-02T00:00:00Z", "meta": {"security": [{"code": "ETH"}]}}
    [row] = columns(CONDITIONS, json.dumps(late).encode())
    assert (row["last_updated"], row["security_labels"]) == ("2026-11-02T00:00:00Z", "ETH")


def test_entries_taken_out_leave_the_others_where_they_were():
    content = bundle(PATIENT, PATIENT | {"id": "p2"}) + b"\n" + bundle(PATIENT | {"id": "p3"})
    without = blanked(PATIENTS, content, {2})
    assert b"p2" not in without
    assert [line for line, _ in read(PATIENTS, without).rows] == [1, 3]


def test_an_entry_that_was_set_aside_is_still_known_by_its_id():
    content = bundle(PATIENT | {"mood": "x"}, deletion("Patient", "p9"))
    found = [salvage(PATIENTS, json.loads(payload))["id"] for _, payload in read(PATIENTS, content).rows]
    assert found == ["p1", "p9"]


def test_one_entry_is_in_memory_at_a_time():
    entries = [PATIENT | {"id": f"p{n}", "text": {"div": "x" * 10_000}} for n in range(1_000)]
    stream = BytesIO(bundle(*entries))
    del entries
    tracemalloc.start()
    count = sum(bool(flatten(PATIENTS, json.loads(row.payload))) for row in rows_of(PATIENTS, stream, About()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 1_000
    assert peak < 2_000_000  # bytes; the file has ten million
