"""Which patients does a Patient say are one person with it?"""

import json

import pytest

from pipeline.readers import read
from tests.readers.samples import PATIENT, faults, flat, provider_feed


def linked(link_type, *references):
    return [{"other": {"reference": reference}, "type": link_type} for reference in references]


@pytest.mark.parametrize(
    ("links", "told"),
    [
        ([], {}),
        (linked("replaced-by", "Patient/p2"), {"replaced_by": "p2"}),
        (linked("replaces", "Patient/p3", "urn:uuid:p2", "Patient/p3/_history/4"), {"replaces": "p2 p3"}),
        (linked("refer", "Patient/p2") + linked("seealso", "Patient/p3"), {}),
        (linked("replaces", "RelatedPerson/r1"), {}),
    ],
    ids=["none", "another took its place", "it took the place of two", "other links", "no patient"],
)
def test_links_that_say_two_patients_are_one_person_are_read(links, told):
    found = flat(PATIENT | {"link": links} if links else PATIENT)
    assert {name: value for name, value in found.items() if name in ("replaced_by", "replaces")} == told


def test_a_link_of_another_shape_costs_the_resource_alone():
    content = b"\n".join(json.dumps(PATIENT | {"link": link}).encode() for link in ([{"to": "p2"}], ["p2"], []))
    reading = read(provider_feed("patients"), content)
    assert faults(reading) == [(1, "unknown_element"), (2, "unknown_element")]
