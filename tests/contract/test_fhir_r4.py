"""Are the elements we know those of FHIR R4? Compared with the models of `fhir.resources`, so the list cannot drift."""

import pytest
from fhir.resources.R4B import get_fhir_model_class

from pipeline.contract.fhir_r4 import DATA_TYPES, ELEMENTS, FLAT_COLUMNS, TYPE_OF


def elements_of(model_name):
    return set(get_fhir_model_class(model_name).elements_sequence())


@pytest.mark.parametrize("resource", ELEMENTS)
def test_a_resource_has_the_elements_of_the_standard(resource):
    assert set(ELEMENTS[resource]) == elements_of(resource) | {"resourceType"}


@pytest.mark.parametrize("data_type", DATA_TYPES)
def test_a_data_type_has_the_elements_of_the_standard(data_type):
    assert set(DATA_TYPES[data_type]) == elements_of(data_type)


@pytest.mark.parametrize("resource", TYPE_OF)
def test_the_elements_looked_into_have_the_data_types_of_the_standard(resource):
    fields = get_fhir_model_class(resource).model_fields
    by_name = {field.alias or name: str(field.annotation) for name, field in fields.items()}
    assert all(f"{data_type}Type" in by_name[element] for element, data_type in TYPE_OF[resource].items())


def test_every_resource_read_is_described_in_full():
    assert set(ELEMENTS) == set(TYPE_OF) == set(FLAT_COLUMNS)
