"""Is a bulk export fetched whole or not at all, with a verified assertion, and as patiently as the server wants?"""

import shutil
from datetime import timedelta

import pytest

from pipeline import readers, receive
from pipeline.contract.errors import SourceRefused
from pipeline.fetch.exports import read_manifest
from tests.fetch.killing import every_step
from tests.fetch.local_fhir import CLIENT, KEY_ID, LocalFhir, key_pair
from tests.fetch.local_web import Answer, serving
from tests.fetch.made_up import CANARY, PROVIDER, counts

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")

PATIENTS = [{"resourceType": "Patient", "id": f"P{n}"} for n in range(3)]
ENCOUNTERS = [{"resourceType": "Encounter", "id": f"E{n}", "status": "finished"} for n in range(2)]
NAMES = [
    "Encounter.20261116T060000.000.ndjson",
    "Patient.20261116T060000.001.ndjson",
    "Patient.20261116T060000.002.ndjson",
]
PRIVATE, PUBLIC = key_pair("RS384")
PRIVATE_EC, PUBLIC_EC = key_pair("ES384")


@pytest.fixture
def fhir(monkeypatch):
    monkeypatch.setenv("FHIR_KEY", PRIVATE)
    server = LocalFhir(PUBLIC)
    server.files = {"Patient.1": PATIENTS[:2], "Patient.2": PATIENTS[2:], "Encounter.1": ENCOUNTERS}
    server.counted = {"Patient.1": 2, "Encounter.1": 2}
    with serving(server.answer) as web:
        server.url = web.url
        yield server


def declare(county, fhir, more: str = "") -> None:
    county.declare(
        f'[{PROVIDER.name}]\nkind = "fhir"\nurl = "{fhir.url}/fhir"\nclient_id = "{CLIENT}"\nkey_id = "{KEY_ID}"\n'
        f'private_key = {{ env = "FHIR_KEY" }}\n{more}\n'
    )


def test_an_export_is_waited_for_and_delivered_whole(county, fhir):
    declare(county, fhir)
    told = county.fetch()
    assert counts(told) == (3, 0, 0, 0, 0)
    assert told.notes == ()
    assert county.time.pauses == [120], "as long as the server said"
    assert fhir.exports == [
        {
            "path": ["/fhir/Patient/$export"],
            "_type": ["Patient,Encounter"],
            "_outputFormat": ["application/fhir+ndjson"],
        }
    ]
    assert list(county.delivered(PROVIDER)) == NAMES
    found = receive.find_files(PROVIDER, county.deliveries)
    assert sum(readers.read(one.feed, one.place.path.read_bytes()).row_count for one in found.files) == 5
    assert found.unknown_count == 0
    assert fhir.deleted_exports == 1, "the server may forget it"
    assert county.left_over(PROVIDER) == []


def test_the_assertion_lives_for_minutes_and_a_token_that_ends_is_renewed(county, fhir):
    declare(county, fhir)
    fhir.token_seconds = 100
    fhir.polls *= 3
    county.fetch()
    assert len(fhir.assertions) > 2
    first = fhir.assertions[0]
    assert (first["iss"], first["sub"], first["aud"]) == (CLIENT, CLIENT, f"{fhir.url}/token")
    assert first["exp"] - county.time.at.timestamp() <= 300


def test_an_elliptic_key_and_a_group(county, fhir, monkeypatch):
    monkeypatch.setenv("FHIR_KEY", PRIVATE_EC)
    fhir.public_key, fhir.algorithm = PUBLIC_EC, "ES384"
    declare(county, fhir, 'algorithm = "ES384"\ngroup = "county-42"')
    assert county.fetch().fetched == 3
    assert fhir.exports[0]["path"] == ["/fhir/Group/county-42/$export"]


def test_files_that_need_no_token_get_none_and_it_is_noted(county, fhir):
    declare(county, fhir)
    fhir.needs_token = False
    told = county.fetch()
    assert told.fetched == 3
    assert "need no access token" in told.notes[0]
    assert fhir.tokens_shown_to_files == [None] * 3


def test_an_incremental_export_asks_from_the_last_one_on(county, fhir):
    declare(county, fhir, "is_incremental = true")
    county.fetch()
    fhir.files = {"Patient.1": [PATIENTS[0] | {"active": True}]}
    fhir.counted, fhir.manifest = {}, {"transactionTime": "2026-11-17T06:00:00.000Z"}
    assert counts(county.fetch()) == (1, 0, 0, 0, 0)
    assert "_since" not in fhir.exports[0]
    assert fhir.exports[1]["_since"] == ["2026-11-16T06:00:00.000Z"]


def test_a_server_that_is_busy_is_asked_again(county, fhir):
    declare(county, fhir)
    fhir.kick_offs = [Answer(429), Answer(503)]
    fhir.polls = [Answer(429, headers={"Retry-After": "7"}), Answer(202), Answer(500)]
    fhir.faults = {"Patient.1": [Answer(502), Answer(body=b'{"resourceType"', is_cut=True)]}
    assert county.fetch().fetched == 3
    assert county.time.pauses == [2, 4, 7, 10, 2, 2, 4]


# --- what is not whole -----------------------------------------------------------------------------------------------


def outcome(severity: str, code: str = "exception") -> dict:
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": code, "diagnostics": f"Patient {CANARY}"}],
    }


def missing_type(fhir) -> None:
    del fhir.files["Encounter.1"]


def errors(fhir) -> None:
    fhir.errors = [outcome("warning"), outcome("error", "timeout"), outcome("error", "timeout"), outcome("fatal")]


def unreadable_errors(fhir) -> None:
    fhir.errors = [{"text": CANARY}]


def fewer_lines(fhir) -> None:
    fhir.counted["Patient.1"] = 3


def file_that_is_gone(fhir) -> None:
    gone = f"{fhir.url}/files/x"
    fhir.manifest = {"output": [{"type": name, "url": gone} for name in ("Patient", "Encounter")]}


def no_manifest(fhir) -> None:
    fhir.polls = [Answer(200, f"<html>{CANARY}".encode())]


def never_ending(fhir) -> None:
    fhir.polls = [Answer(202, headers={"Retry-After": "3600"})] * 10


def files_elsewhere(fhir) -> None:
    fhir.manifest = {
        "output": [{"type": name, "url": f"https://files.example.org/{CANARY}"} for name in ("Patient", "Encounter")]
    }


NOT_WHOLE = {
    missing_type: "resource types are missing; ask the provider, or declare may_be_absent ['Encounter']",
    errors: "ask the provider [exception: 1], [timeout: 2]",
    unreadable_errors: "[unreadable: 1]",
    fewer_lines: "has not as many resources as its manifest says",
    file_that_is_gone: "knows no such address [HTTP 404]",
    no_manifest: "without a manifest that can be read",
    never_ending: "has not ended in time",
    files_elsewhere: "declare it in file_hosts [files.example.org]",
}


@pytest.mark.parametrize("spoil", NOT_WHOLE, ids=lambda spoil: spoil.__name__)
def test_nothing_is_delivered_of_an_export_that_is_not_whole(county, fhir, spoil):
    declare(county, fhir)
    spoil(fhir)
    told = county.fetch()
    assert counts(told) == (0, 0, 0, 1, 0)
    assert NOT_WHOLE[spoil] in told.problems[0]
    assert CANARY not in str(told)
    assert county.delivered(PROVIDER) == {}
    assert county.left_over(PROVIDER) == []
    assert fhir.deleted_exports == 1


def test_warnings_alone_do_not_stop_an_export(county, fhir):
    declare(county, fhir)
    fhir.errors = [outcome("warning"), outcome("information")]
    assert county.fetch().fetched == 3


def test_a_type_that_may_be_absent(county, fhir):
    declare(county, fhir, 'may_be_absent = ["Encounter"]')
    missing_type(fhir)
    assert county.fetch().fetched == 2


def test_a_key_that_is_not_registered_or_is_none(county, fhir, monkeypatch):
    declare(county, fhir)
    monkeypatch.setenv("FHIR_KEY", key_pair("RS384")[0])
    assert "gives no access token [HTTP 401]" in county.fetch().problems[0]
    monkeypatch.setenv("FHIR_KEY", CANARY)
    told = county.fetch()
    assert "the private key cannot sign" in told.problems[0]
    assert CANARY not in str(told)


@pytest.mark.parametrize("told", [None, [], {}, {"transactionTime": "2026-11-16", "requiresAccessToken": True}])
def test_what_is_no_manifest(told):
    with pytest.raises(SourceRefused, match="without a manifest"):
        read_manifest(told)


def test_killed_at_any_step_the_export_is_there_whole_or_not_at_all(county, fhir, monkeypatch):
    monkeypatch.setenv("FHIR_KEY", PRIVATE_EC)  # quicker to sign with
    fhir.public_key, fhir.algorithm, fhir.polls = PUBLIC_EC, "ES384", []
    declare(county, fhir, 'algorithm = "ES384"')

    def check() -> None:
        assert set(county.delivered(PROVIDER)) <= set(NAMES)
        county.time.at += timedelta(days=1)
        assert county.fetch().failed == 0
        assert list(county.delivered(PROVIDER)) == NAMES
        assert county.left_over(PROVIDER) == []

    def prepare() -> None:
        shutil.rmtree(county.deliveries, ignore_errors=True)

    assert every_step(county.fetch, prepare, check, stride=3) > 30
