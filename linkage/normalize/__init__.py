"""How is a value written so that it can be compared? Value in, value out; missing, placeholder and invalid are None."""

from linkage.normalize.dates import birth_date_bounds, is_within, normalize_birth_date
from linkage.normalize.facts import STRICT, TableFacts
from linkage.normalize.names import (
    PersonName,
    comparable_name,
    is_placeholder_name,
    name_words,
    normalize_middle_name,
    normalize_suffix,
    parse_full_name,
)
from linkage.normalize.numbers import normalize_email, normalize_phone, normalize_sex, normalize_ssn
from linkage.normalize.places import (
    Address,
    normalize_city,
    normalize_postcode,
    normalize_state,
    normalize_street_address,
    parse_address_line,
)
from linkage.normalize.records import FIELDS, normalize_records, normalize_table, table_facts
from linkage.normalize.streets import email_local, street_parts

__all__ = [
    "FIELDS",
    "STRICT",
    "Address",
    "PersonName",
    "TableFacts",
    "birth_date_bounds",
    "comparable_name",
    "email_local",
    "is_placeholder_name",
    "is_within",
    "name_words",
    "normalize_birth_date",
    "normalize_city",
    "normalize_email",
    "normalize_middle_name",
    "normalize_phone",
    "normalize_postcode",
    "normalize_records",
    "normalize_sex",
    "normalize_ssn",
    "normalize_state",
    "normalize_street_address",
    "normalize_suffix",
    "normalize_table",
    "parse_address_line",
    "parse_full_name",
    "street_parts",
    "table_facts",
]
