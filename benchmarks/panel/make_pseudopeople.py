"""Which records would a census, the social security office and employers hold of the same simulated people?

    python benchmarks/panel/make_pseudopeople.py PEOPLE.parquet

Needs the package pseudopeople, which is none of this project's: run it in an environment of its own, and name the file
written in OUTREACH_PSEUDOPEOPLE. Its sample of simulated people, year 2020, with the package's own usual noise.
"""

from __future__ import annotations

import sys

import pandas as pd

YEAR = 2020


def street_line(table: pd.DataFrame, prefix: str = "") -> pd.Series:
    """How is an address written in one line? Missing where no part of it is known."""
    parts = [table[prefix + name].astype(object) for name in ("street_number", "street_name", "unit_number")]
    joined = pd.concat(parts, axis=1).apply(lambda row: " ".join(str(part) for part in row if pd.notna(part)), axis=1)
    return joined.where(joined != "", None)


def people() -> pd.DataFrame:
    """Which person records are there? Dates as each office writes them: MM/DD/YYYY, or YYYYMMDD."""
    import pseudopeople as made  # pyright: ignore[reportMissingImports]

    census = made.generate_decennial_census(year=YEAR)
    office = made.generate_social_security(year=YEAR)
    employers = made.generate_taxes_w2_and_1099(year=YEAR)
    places = {"city": "city", "state": "state", "postcode": "zipcode"}
    names = {"first_name": "first_name", "last_name": "last_name"}
    born = {"birth_date": "date_of_birth", "sex": "sex"}
    wanted = {
        "census": (census, {**names, **born, "middle_name": "middle_initial"}),
        "office": (office, {**names, **born, "middle_name": "middle_name", "ssn": "ssn"}),
        "employers": (employers, {**names, "middle_name": "middle_initial", "ssn": "ssn"}),
    }
    prefixes = {"census": "", "employers": "mailing_address_"}
    tables = []
    for source, (raw, columns) in wanted.items():
        table = pd.DataFrame({field: raw[column].astype(object) for field, column in columns.items()})
        if source in prefixes:
            table["street_address"] = street_line(raw, prefixes[source])
            for field, column in places.items():
                table[field] = raw[prefixes[source] + column].astype(object)
        tables.append(table.assign(source=source, person_truth=raw["simulant_id"].astype(str)))
    records = pd.concat(tables, ignore_index=True).sample(frac=1.0, random_state=7).reset_index(drop=True)
    records.insert(0, "record_id", [f"R{place:06d}" for place in range(len(records))])
    return records.astype(object).where(records.notna(), None)


if __name__ == "__main__":
    people().to_parquet(sys.argv[1], index=False)
