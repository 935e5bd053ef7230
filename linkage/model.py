"""What does agreement mean? The numbers of a linkage model: m, u and household shares of every level.

A candidate pair is one person (match), two people of one household, or two people brought together by chance. Surname,
phone, street and place belong to a household as much as to a person; the other fields belong to the person alone, so in
a household they agree hardly more often than by chance.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, replace
from datetime import date

from linkage.comparisons import COMPARISONS

FORMAT = 2
"""Of the JSON form. Raised when an older program could not read it, or would read it wrongly."""

LABELS = {comparison.name: comparison.labels for comparison in COMPARISONS}

HOUSEHOLD_COMPARISONS = frozenset({"last_name", "phone", "street_address", "place"})
"""Comparisons that belong to a household. Only these are learned for the household class."""

HOUSEHOLD_SURPLUS = {
    "first_name": 0.02,
    "middle_name": 0.04,
    "birth_date": 0.03,
    "sex": 0.0,
    "ssn": 0.002,
    "email": 0.05,
    "suffix": 0.0,
}
"""Share of household pairs that have a person's value in common beyond chance: namesakes, family middle names, twins,
one inbox for a family, a parent's SSN entered for a child. Fixed: if they were learned, the class would take in
matches."""


@dataclass(frozen=True)
class ComparisonParameters:
    """How often is each level reached? One share per level from disagreement to equality, missing values left out.

    Attributes:
        m: among pairs of one person.  u: among pairs by chance.  h: among pairs of one household.
    """

    m: tuple[float, ...]
    u: tuple[float, ...]
    h: tuple[float, ...]


@dataclass(frozen=True)
class Conflict:
    """Which contradiction says that two people are two, whatever else agrees?

    Attributes:
        levels: per comparison, the lowest and highest level at which the contradiction holds; all must hold.
        bits: how much it weighs.
        favours_household: the bits speak for "two people of one household", and so count only where the records show
            that households occur; otherwise they are taken from the match weight outright.
        separates: says that two people are two, and so keeps groups of records apart; otherwise it only says that the
            rest of the evidence does not name anybody.
    """

    name: str
    sentence: str
    levels: dict[str, tuple[int, int]]
    bits: float
    favours_household: bool
    separates: bool = True


CONFLICTS = (
    Conflict(
        "twins",
        "same birth date and surname, plainly different first names, SSN not the same: twins are more likely",
        {"first_name": (0, 1), "birth_date": (5, 5), "last_name": (2, 4), "ssn": (-1, 1)},
        bits=3.0,  # of household pairs like this one in four, not one in thirty, shares its birth date
        favours_household=True,
    ),
    Conflict(
        "neighbouring numbers",
        "twins by all else, and SSNs that differ by one digit: they were handed out one after the other",
        {"first_name": (0, 0), "birth_date": (5, 5), "last_name": (2, 4), "ssn": (2, 2)},
        bits=16.0,  # a third of twins born before 2011 have such numbers; as "one digit differs" it is 1 in 10,000
        favours_household=True,
    ),
    Conflict(
        "generations",
        "conflicting suffixes such as Jr and Sr, birth date not the same: parent and child are more likely",
        {"suffix": (0, 0), "birth_date": (-1, 1), "ssn": (-1, 2)},
        bits=10.0,  # undoes an agreeing street (8 to 10 bits), not an agreeing SSN
        favours_household=False,
    ),
    Conflict(
        "identity",
        "full SSN, birth date and sex all conflict",
        {"ssn": (0, 0), "birth_date": (0, 0), "sex": (0, 0)},
        bits=10.0,
        favours_household=False,
    ),
    Conflict(
        "name and number",
        "surname and SSN both conflict: a given name and a birth date are shared by two people in any large town",
        {"last_name": (0, 1), "ssn": (0, 0)},
        bits=4.0,  # as much as either conflict weighs alone: where both are wrong, it is rarely by two separate errors
        favours_household=False,
        separates=False,
    ),
    Conflict(
        "nobody named",
        "neither a name nor the birth date agrees: numbers and addresses alone do not say who somebody is",
        {"first_name": (-1, 0), "last_name": (-1, 0), "birth_date": (-1, 0)},
        bits=10.0,  # an SSN alone (20 bits) then stays below the prior of any table (10 to 30 bits)
        favours_household=False,
        separates=False,
    ),
)
"""Contradictions between fields that adding up single weights would miss, because fields are taken as independent."""


def _with_household(m: tuple[float, ...], u: tuple[float, ...], h: tuple[float, ...] = ()) -> ComparisonParameters:
    """Which parameters start a comparison? Without h, the household share is filled in by household_shares."""
    return ComparisonParameters(m, u, h or u)


PERSON_COMPARISONS = frozenset(HOUSEHOLD_SURPLUS) - {"suffix"}
"""Comparisons whose household shares follow from m and u."""


def household_shares(name: str, m: tuple[float, ...], u: tuple[float, ...]) -> tuple[float, ...]:
    """How often is each level of a person's field reached within a household?

    As by chance, but for the surplus: those share the value, written with the same slips as one person's. So a better
    level never speaks for a household more than for one person.
    """
    surplus = HOUSEHOLD_SURPLUS[name]
    return tuple(share * (1 - surplus) + same * surplus for same, share in zip(m, u, strict=True))


_START = {
    "first_name": _with_household(
        (0.012, 0.015, 0.003, 0.02, 0.04, 0.06, 0.85), (0.9418, 0.04, 0.003, 0.004, 0.006, 0.0022, 0.003)
    ),
    "middle_name": _with_household((0.05, 0.30, 0.05, 0.60), (0.915, 0.05, 0.005, 0.03)),
    "last_name": _with_household(
        (0.03, 0.015, 0.025, 0.065, 0.865),
        (0.966, 0.03, 0.001, 0.002, 0.001),
        (0.20, 0.02, 0.05, 0.05, 0.68),
    ),
    "suffix": _with_household((0.01, 0.99), (0.6, 0.4), (0.9, 0.1)),
    "birth_date": _with_household(
        (0.01, 0.03, 0.005, 0.05, 0.01, 0.895), (0.99474, 0.0045, 0.0001, 0.0006, 0.00002, 0.00004)
    ),
    "sex": _with_household((0.01, 0.99), (0.5, 0.5)),
    "ssn": _with_household((0.03, 0.03, 0.04, 0.90), (0.999987, 0.00001, 0.000002, 0.000001)),
    "phone": _with_household((0.35, 0.05, 0.60), (0.99994, 0.00001, 0.00005), (0.50, 0.01, 0.49)),
    "email": _with_household((0.30, 0.05, 0.65), (0.99899, 0.001, 0.00001)),
    "street_address": _with_household(
        (0.36, 0.04, 0.10, 0.50), (0.9959, 0.004, 0.00005, 0.00005), (0.31, 0.04, 0.15, 0.50)
    ),
    "place": _with_household((0.05, 0.15, 0.10, 0.70), (0.60, 0.30, 0.07, 0.03), (0.05, 0.10, 0.10, 0.75)),
}  # fmt: skip
"""What to believe before any record is seen. u: chance agreement of US names (Census 2010 surname and Social Security
given-name counts), of dates and digits (arithmetic); m: error rates published for administrative files (1 to 5 % per
field), half of people moving between records. They are also the shape a fit falls back on."""


def starting_parameters() -> dict[str, ComparisonParameters]:
    """What is believed of each comparison before any record is seen?"""
    return {
        name: replace(start, h=household_shares(name, start.m, start.u)) if name in PERSON_COMPARISONS else start
        for name, start in _START.items()
    }


@dataclass(frozen=True)
class Model:
    """What are the numbers that decide whether two records are one person? Holds no value of any record.

    Attributes:
        parameters: per comparison, the shares of its levels.
        match_share: probability that two records picked at random are one person.
        household_share: probability that two records picked at random are two people of one household.
        trained_on: number of distinct records it was learned from, 0 for the starting values.
        pair_count: number of candidate pairs it was learned from.
        trained_at: the day it was learned, as the caller says; None where nobody said.
        evaluation: figures of linkage.evaluation, where the truth was known.
    """

    parameters: dict[str, ComparisonParameters]
    match_share: float
    household_share: float
    trained_on: int = 0
    pair_count: int = 0
    trained_at: date | None = None
    evaluation: dict[str, float | int] | None = None

    @property
    def model_id(self) -> str:
        """Which name identifies exactly the numbers that decide? First 12 hex digits of the SHA-256 of their JSON.

        Neither the day nor the evaluation counts.
        """
        decisive = {"shares": [self.match_share, self.household_share], "levels": {
            name: [shares.m, shares.u, shares.h] for name, shares in self.parameters.items()
        }}  # fmt: skip
        return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:12]

    def to_json(self) -> str:
        """How is the model written down? JSON for readers and programs: the same model always gives the same text."""
        comparisons = [
            {"name": name, "levels": [
                {"label": label, "m": m, "u": u, "household": h, "bits": round(math.log2(m / u), 3)}
                for label, m, u, h in zip(LABELS[name], shares.m, shares.u, shares.h, strict=True)
            ]}
            for name, shares in self.parameters.items()
        ]  # fmt: skip
        content = {
            "format": FORMAT,
            "model_id": self.model_id,
            "match_share": self.match_share,
            "household_share": self.household_share,
            "trained": {
                "records": self.trained_on,
                "candidate_pairs": self.pair_count,
                "day": self.trained_at.isoformat() if self.trained_at else None,
            },
            "evaluation": self.evaluation,
            "comparisons": comparisons,
        }
        return json.dumps(content, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Model:
        """Which model does this JSON text hold?

        Raises:
            ValueError: the text is no model of this format.
        """
        try:
            content = json.loads(text)
            if content["format"] != FORMAT:
                raise ValueError(f"a linkage model of format [{content['format']}], this version reads {FORMAT}")
            labels = {
                found["name"]: tuple(level["label"] for level in found["levels"]) for found in content["comparisons"]
            }
            if labels != LABELS:
                raise ValueError("not a model of this version: its comparisons or levels are others; train it anew")
            parameters = {
                found["name"]: ComparisonParameters(
                    *(tuple(float(level[kind]) for level in found["levels"]) for kind in ("m", "u", "household"))
                )
                for found in content["comparisons"]
            }
            trained = content["trained"]
            model = cls(
                parameters,
                float(content["match_share"]),
                float(content["household_share"]),
                int(trained["records"]),
                int(trained["candidate_pairs"]),
                date.fromisoformat(trained["day"]) if trained["day"] else None,
                content["evaluation"],
            )
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError(f"not a linkage model ({type(error).__name__})") from None
        _check_model(model)
        return model


def _check_model(model: Model) -> None:
    """Does the model have the shape and the shares it must have? Raises ValueError if not."""
    start = starting_parameters()
    if list(model.parameters) != list(start):
        raise ValueError("not a linkage model (its comparisons are not the ones of this version)")
    for name, shares in model.parameters.items():
        for values, expected in zip((shares.m, shares.u, shares.h), (start[name].m,) * 3, strict=True):
            if len(values) != len(expected) or not all(0 < value <= 1 for value in values):
                raise ValueError(f"not a linkage model (comparison [{name}] has wrong shares)")
    if not (model.match_share > 0 and model.household_share >= 0 and model.match_share + model.household_share < 1):
        raise ValueError("not a linkage model (match and household share are no probabilities)")


FEWEST_RECORDS_ASSUMED = 1000
"""Records. For smaller tables the starting prior is that of a table of this size: in a handful of rows, two people of
one name are still two people of a whole town."""


def starting_model(record_count: int) -> Model:
    """Which model is used where nothing can be learned?

    One other record per record is assumed to be the same person.
    """
    share = 1.0 / max(record_count, FEWEST_RECORDS_ASSUMED)
    return Model(starting_parameters(), share, share / 2, 0)
