"""Is there one word per idea, and does a person come first in every word we write?"""

import re

import pytest

from tests.house.source import texts

FORBIDDEN = re.compile(
    r"(?<![a-z])(frequent[ _-]?fl[iy]\w+|super[ _-]?utili[sz]er\w*|inmates?|offenders?|prisoners?|convicts?|felons?"
    r"|criminals|perpetrators?|arrestees?|suspects?(?= )|addicts?|abusers?|mentally[ _]ill"
    r"|the homeless|suffer(s|ing)? from|committed suicide|golden[ _]record\w*|adjudicat\w+"
    r"|risk[ _]scor\w+|dummy|dummies|master[ _]person)(?![a-z])",
    re.IGNORECASE,
)
CODES_OF_OTHERS = {
    "pipeline/agencies/larkspur_police.py": {"SUSPECT", "ARRESTEE"},
    "linkage/normalize/names.py": {"DUMMY"},
    "docs/reference/agencies.md": {"SUSPECT", "ARRESTEE"},
}
"""Place → words in capitals that an agency writes into its files: told apart there, and no words of ours."""
LISTS_THE_WORDS = "docs/reference/glossary.md"
NOT_IN_LINKAGE = re.compile(r"police|jail|agenc(y|ies)|booking", re.IGNORECASE)


def forbidden_words(place, text):
    for number, line in enumerate(text.splitlines(), start=1):
        for match in FORBIDDEN.finditer(line):
            if match[0] not in CODES_OF_OTHERS.get(place, ()):
                yield f"{place}:{number}: {match[0]}"


def test_no_forbidden_word_is_written_anywhere():
    found = texts(".py", ".sql", ".j2", ".html", ".css", ".md")
    lines = [line for place, text in found.items() for line in forbidden_words(place, text)]
    assert [line for line in lines if not line.startswith(LISTS_THE_WORDS)] == []


@pytest.mark.parametrize(
    "line",
    [
        "people called frequent flyers",
        "inmate_count = 3",
        "Offender history",
        "the suspect was met",
        "golden_record",
        "the adjudication of a pair",
        "a risk score of 3",
        "SUSPECT somebody",
        "she suffers from",
    ],
)
def test_a_planted_word_is_seen(line):
    assert list(forbidden_words("pipeline/publish/view.py", line))


def test_linkage_knows_no_police_jail_agency_or_booking():
    found = texts(".py", ".csv", ".json", ".j2")
    lines = [
        f"{place}:{number}: {match[0]}"
        for place, text in found.items()
        for number, line in enumerate(text.splitlines(), start=1)
        for match in NOT_IN_LINKAGE.finditer(line)
        if place.startswith("linkage/")
    ]
    assert lines == []
