"""Do the examples of the how-tos work as they stand on the page?"""

import json
import re
import sys
from datetime import UTC, date, datetime

import pandas as pd
import pytest
import typer

from pipeline import agencies, dry_run, flow, synthetic
from pipeline.audit import Act
from pipeline.cli import app
from pipeline.contract.codes import EncounterKind
from pipeline.contract.errors import DeclarationError
from pipeline.fetch.sources import read_sources
from pipeline.ranking import factors, measures, rank
from pipeline.store import Store
from tests.docs.pages import code_block, page_text

AS_OF = date(2026, 11, 16)
NEW_AGENCY = "maple_falls_sheriff"
NIEM_JAIL = "cedar_county_jail"
PAGE_OF = {
    NEW_AGENCY: "how-to/add-an-agency.md",
    NIEM_JAIL: "how-to/read-niem-and-ndex.md",
    "cedar_hospital": "how-to/read-hl7-messages.md",
}
"""Agency → the page that shows its file in full."""


@pytest.fixture(params=PAGE_OF)
def new_agency(request, tmp_path, monkeypatch):
    """The agency of a page, dropped beside the others as the page says."""
    name = request.param
    (tmp_path / f"{name}.py").write_text(code_block(PAGE_OF[name], f"agency={name}"), encoding="utf-8")
    monkeypatch.setattr(agencies, "__path__", [*agencies.__path__, str(tmp_path)])
    yield next(agency for agency in agencies.load_agencies() if agency.name == name)
    sys.modules.pop(f"{agencies.__name__}.{name}", None)
    if hasattr(agencies, name):
        delattr(agencies, name)


def test_an_agency_reaches_the_published_list_from_its_one_file(new_agency, settings, tmp_path):
    deliveries, out = tmp_path / "county", tmp_path / "out"
    synthetic.synthesize((new_agency,), persons=300, years=1, seed=7, as_of=AS_OF, out=deliveries)
    store = Store.open(settings)
    try:
        act = Act("test", datetime(2026, 11, 17, tzinfo=UTC))
        result = flow.run(store, act, (new_agency,), settings, deliveries=deliveries, as_of=AS_OF, out=out)
        accounts = store.read("agency_accounting").iloc[0]
    finally:
        store.close()
    published = json.loads((out / "outreach_list.json").read_text(encoding="utf-8"))
    assert result.refusals == []
    assert published["sources"][0]["agency"] == new_agency.name
    assert published["entries"]
    assert {key.split("/")[0] for entry in published["entries"] for key in entry["record_keys"]} == {new_agency.name}
    assert {entry["team"] for entry in published["entries"]} == {new_agency.area or "County"}
    assert accounts["delivered"] == accounts["accepted"] + accounts["quarantined"] + accounts["retracted"] > 0


@pytest.mark.parametrize("is_release_first", [False, True])
@pytest.mark.parametrize("new_agency", [NIEM_JAIL], indirect=True)
def test_the_niem_documents_of_the_page_are_a_booking_and_its_end(new_agency, settings, tmp_path, is_release_first):
    booking, release = re.findall(r"^```xml\n(.*?)^```$", page_text(PAGE_OF[NIEM_JAIL]), re.MULTILINE | re.DOTALL)
    told = dry_run.check_file(new_agency, new_agency.feed("bookings"), "bookings_20261103.xml", booking.encode())
    assert (told.rows, told.accepted, told.refused) == (1, 1, None)
    assert {column.column for column in told.columns if column.share == 1} == {
        "booking", "booked_at", "status", "charges", "first_name", "last_name", "born", "sent_at",
    }  # fmt: skip
    folder = tmp_path / "county" / new_agency.name
    folder.mkdir(parents=True)
    sent = [("bookings_20261103.xml", booking), ("releases_20261105.xml", release)]
    store = Store.open(settings)
    try:
        for name, content in sent[::-1] if is_release_first else sent:
            (folder / name).write_text(content, encoding="utf-8")
            act = Act("test", datetime(2026, 11, 17, tzinfo=UTC))
            flow.take_in_agency(store, act, new_agency, folder.parent, settings, lambda step, share: None)
        until = {"as_of": AS_OF, "until": act.at, "taken_in_number": None}
        [stay] = store.read("usable_encounters", **until).itertuples()
    finally:
        store.close()
    assert (stay.kind, stay.release_code) == (EncounterKind.BOOKING, "community")
    assert stay.ended_at == datetime(2026, 11, 5, 13, 40, tzinfo=UTC)


def test_the_refusal_that_the_page_quotes_is_the_one_given():
    block = code_block("how-to/add-an-agency.md", f"agency={NEW_AGENCY}").replace(
        'birth_date="dob"', 'birth_date="date_of_birth"'
    )
    with pytest.raises(DeclarationError) as refused:
        exec(compile(block, "page", "exec"), {})
    assert f"DeclarationError: {refused.value}" in page_text("how-to/add-an-agency.md")


def test_a_factor_gives_points_and_a_sentence():
    factor = eval(code_block("how-to/add-a-factor.md", "factor"), vars(factors))
    moments = [datetime(2026, 11, 3, 12, tzinfo=UTC), datetime(2026, 11, 10, 12, tzinfo=UTC)]
    encounters = pd.DataFrame(
        {
            "person_id": "P-1",
            "agency": "co_responder_team",
            "kind": EncounterKind.CO_RESPONSE.value,
            "occurred_at": pd.to_datetime([*moments, datetime(2026, 1, 1, tzinfo=UTC)], utc=True),
            "is_crisis": True,
        }
    )
    calendar = rank.Calendar(AS_OF, "America/Denver")
    facts = measures.Facts(encounters, pd.DataFrame(), calendar.until())
    points = rank.points_by_factor(facts, calendar, (*factors.FACTORS[:2], factor))
    row = points.set_index("factor").loc[factor.name]
    told = rank.sentence(factor, int(row["amount"]), row["latest_at"], ("Co-responder teams",), calendar)
    page = " ".join(line.removeprefix(">").strip() for line in page_text("how-to/add-a-factor.md").splitlines())
    assert row["points"] == 10
    assert told in page


def test_the_tutorial_quotes_the_refusal_of_a_file_as_it_is_told():
    from expectations.feeds import check_deliveries

    jail = agencies.agency_named("riverton_county_jail").feed("bookings")
    counts = {"row_count": 177, "missing_required_count": 1, "wrong_width_count": 0, "quarantined_count": 0}
    findings = check_deliveries(jail, pd.DataFrame([{"delivery_id": 1, **counts}])).findings
    told = f"[bookings_20261116_b.csv]: {findings[0].message} (missing: [REL_DT])"
    assert told in " ".join(page_text("tutorial.md").split())


def test_the_commands_of_the_page_on_backups_are_there():
    def known(group, words):
        command = group.commands.get(words[0]) if words else None
        return command is not None and (not hasattr(command, "commands") or known(command, words[1:]))

    typed = re.findall(r"^\.venv/bin/outreach (.+)$", page_text("how-to/back-up-and-restore.md"), re.MULTILINE)
    assert len(typed) == 4
    assert [line for line in typed if not known(typer.main.get_command(app), line.split())] == []


def test_every_source_on_the_page_can_be_declared_as_it_stands(tmp_path):
    page = page_text("how-to/fetch-from-elsewhere.md")
    blocks = re.findall(r"^```toml source\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    [decrypt] = re.findall(r"^```toml decrypt\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    file = tmp_path / "sources.toml"
    file.write_text("\n".join([*blocks, decrypt]), encoding="utf-8")
    sources = read_sources(file, agencies.load_agencies())
    assert {source.kind for source in sources.values()} == {"folder", "sftp", "s3", "https", "sql", "fhir"}
    assert sources["community_partners"].decrypt.signed_by
