"""What does a feed of Bundles look like? One that no agency of the sample county has: two feeds of one kind of file."""

import json
from dataclasses import replace

from pipeline.contract.codes import EncounterKind
from pipeline.contract.declaration import Agency, Column, Feed, FhirBundle, OneOf
from tests.readers.samples import provider_feed

DELETED = Column(name="is_deleted", meaning="Whether the entry deletes the resource.")


def of_bundles(name: str) -> Feed:
    """The provider's feed of this name, read from Bundles, entries that delete among them."""
    feed = provider_feed(name)
    return replace(
        feed,
        file_pattern=r"bundle_(?P<date>\d{8})\.json",
        date_format="%Y%m%d",
        format=FhirBundle(feed.format.resource_type),
        columns=(*feed.columns, DELETED),
        never_happened=OneOf("is_deleted", ("true",)),
        fewest_rows=0,
    )


PATIENTS, ENCOUNTERS, CONDITIONS, CONSENTS = (
    of_bundles(name) for name in ("patients", "encounters", "conditions", "consents")
)
CLINIC = Agency(
    name="bundle_clinic",
    title="Bundle Clinic",
    zone="America/Denver",
    owner="clerk",
    feeds=(PATIENTS, ENCOUNTERS, CONDITIONS, CONSENTS),
)
assert all(rule.kind is EncounterKind.VISIT for rule in ENCOUNTERS.encounters)


def deletion(kind: str, key: str) -> dict:
    """An entry that deletes a resource."""
    return {"request": {"method": "DELETE", "url": f"{kind}/{key}"}}


def bundle(*entries, **elements) -> bytes:
    """A Bundle of entries; a resource stands for an entry of its own."""
    wrapped = [
        {"resource": entry} if isinstance(entry, dict) and "resourceType" in entry else entry for entry in entries
    ]
    return json.dumps({"resourceType": "Bundle", "type": "collection", **elements, "entry": wrapped}).encode()
