"""Which records are one person, if Splink is asked the way a competent user would?

    python -m benchmarks.peers.splink_peer PEOPLE.parquet --out CLUSTERS.parquet [--block-on a,b …] [--u-pairs 1e7]
        [--thresholds .5,.8,.9,.95,.99] [--model-json MODEL.json]

Splink 5 on DuckDB. The model follows from the fields present: what its documentation and tutorials advise for each,
with levels for swapped names, term frequencies, a prior from deterministic rules, u by random sampling, and EM in
sessions that block on different fields. Writes record_id and one cluster_id_<threshold> per threshold; prints counts
and seconds as JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable
from pathlib import Path

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

THRESHOLDS = (0.5, 0.8, 0.9, 0.95, 0.99)
U_PAIRS = 1e7
"""Pairs sampled for u: ten times Splink's default, "often adequate" by its documentation."""

RECALL_OF_RULES = 0.7
"""Which share of matches the deterministic rules are said to find: Splink asks for a guess; its tutorial says .7."""

LEAST_PROBABILITY = 0.01
"""Pairs below are not kept: no threshold asks for them."""

MOST_PAIRS_OF_A_SESSION = 5e6
"""Pairs of one EM session; of more, Splink takes a sample, so that sessions on skewed fields end in time."""

SEED = 7
TEXT_FIELDS = (
    *("first_name", "middle_name", "last_name", "suffix", "birth_date", "sex", "ssn", "phone", "email"),
    *("street_address", "city", "state", "postcode"),
)
BRITISH_POSTCODE = r"^[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}$"
NOT_KNOWN = "('UNKNOWN', 'UNK', 'N/A', 'NMN', 'NMI', 'NONE', 'NULL', 'NA', 'HOMELESS', 'TRANSIENT', 'GENERAL DELIVERY')"


# --- the table as Splink gets it -------------------------------------------------------------------------------------


def cleaned(field: str) -> str:
    """Which SQL cleans this field? Upper case, trimmed, ISO days, digits of numbers, placeholders to null."""
    plain = f"nullif(upper(trim(cast({field} as varchar))), '')"
    plain = f"case when {plain} in {NOT_KNOWN} then null else {plain} end"
    if field == "birth_date":
        formats = "['%Y-%m-%d', '%Y%m%d', '%m/%d/%Y', '%Y/%m/%d', '%d.%m.%Y']"
        day = f"strftime(try_strptime({plain}, {formats}), '%Y-%m-%d')"
        return f"case when {day} in ('1900-01-01', '1901-01-01') then null else {day} end"
    if field in ("ssn", "phone"):
        digits = f"nullif(regexp_replace({plain}, '[^0-9]', '', 'g'), '')"
        is_filler = f"{digits} in ('123456789') or length(replace({digits}, left({digits}, 1), '')) = 0"
        return f"case when {is_filler} then null else {digits} end"
    if field == "sex":
        return f"case when left({plain}, 1) in ('F', 'M') then left({plain}, 1) end"
    if field == "postcode":
        return f"case when {plain} in ('00000', '99999') then null else {plain} end"
    return plain


def read_people(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Which fields does the table hold? Leaves it cleaned as `people`; a field without two values is left out."""
    connection.execute("create table raw as select * from read_parquet(?)", [str(path)])
    named = {row[0] for row in connection.execute("describe raw").fetchall()}
    columns = ["cast(record_id as varchar) as record_id"]
    columns += [f"{cleaned(field)} as {field}" for field in TEXT_FIELDS if field in named]
    connection.table("raw").select(", ".join(columns)).create("people")
    return [field for field in TEXT_FIELDS if field in named and _distinct(connection, field) > 1]


def _distinct(connection: duckdb.DuckDBPyConnection, field: str) -> int:
    return connection.table("people").aggregate(f"count(distinct {field})").fetchall()[0][0]


def are_postcodes_british(connection: duckdb.DuckDBPyConnection) -> bool:
    """Do most postcodes have the form Splink's postcode comparison is made for?"""
    question = "select avg(regexp_matches(postcode, ?)::int) from people where postcode is not null"
    return (connection.execute(question, [BRITISH_POSTCODE]).fetchall()[0][0] or 0.0) > 0.5


# --- the model -------------------------------------------------------------------------------------------------------


def _names(fields: list[str]) -> Iterable:
    """How are names compared? Each by itself, with levels for swapped names, closeness, and term frequencies."""
    for field, other in (("first_name", "last_name"), ("last_name", "first_name")):
        if field not in fields:
            continue
        levels = [cll.NullLevel(field), cll.ExactMatchLevel(field, term_frequency_adjustments=True)]
        levels += [cll.JaroWinklerLevel(field, threshold) for threshold in (0.92, 0.88)]
        if other in fields:
            levels.append(cll.ColumnsReversedLevel(field, other, symmetrical=True))
        levels += [cll.JaroWinklerLevel(field, 0.7), cll.ElseLevel()]
        yield cl.CustomComparison(output_column_name=field, comparison_levels=levels)


def _middle_name() -> cl.CustomComparison:
    """How are middle names compared? The initial alone agrees with every name that begins with it."""
    initial = "left(middle_name_l, 1) = left(middle_name_r, 1)"
    either_is_short = "(length(middle_name_l) = 1 or length(middle_name_r) = 1)"
    return cl.CustomComparison(
        output_column_name="middle_name",
        comparison_levels=[
            cll.NullLevel("middle_name"),
            cll.CustomLevel(f"{initial} and {either_is_short}", label_for_charts="initial"),
            cll.ExactMatchLevel("middle_name", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("middle_name", 0.88),
            cll.ElseLevel(),
        ],
    )


def _number(field: str) -> object:
    """How are identifiers compared? Term frequencies tell a number that a whole house shares from one of a person."""
    return cl.DamerauLevenshteinAtThresholds(field, [1, 2]).configure(term_frequency_adjustments=True)


def _street_address() -> cl.CustomComparison:
    same_number = "regexp_extract(street_address_l, '^[0-9]+') = regexp_extract(street_address_r, '^[0-9]+')"
    return cl.CustomComparison(
        output_column_name="street_address",
        comparison_levels=[
            cll.NullLevel("street_address"),
            cll.ExactMatchLevel("street_address", term_frequency_adjustments=True),
            cll.And(
                cll.JaroWinklerLevel("street_address", 0.9),
                cll.CustomLevel(same_number, label_for_charts="same house number"),
            ),
            cll.JaroWinklerLevel("street_address", 0.9),
            cll.ElseLevel(),
        ],
    )


def _postcode(is_british: bool) -> object:
    if is_british:
        return cl.PostcodeComparison("postcode")
    near = cll.CustomLevel("left(postcode_l, 3) = left(postcode_r, 3)", label_for_charts="same area")
    levels = [cll.NullLevel("postcode"), cll.ExactMatchLevel("postcode", term_frequency_adjustments=True)]
    levels += [cll.DamerauLevenshteinLevel("postcode", 1), near, cll.ElseLevel()]
    return cl.CustomComparison(output_column_name="postcode", comparison_levels=levels)


def comparisons(fields: list[str], *, is_british: bool) -> list:
    """How are two records compared, field by field? The state is left out: it follows from the postcode or the town."""
    by_field = {
        "middle_name": _middle_name,
        "suffix": lambda: cl.ExactMatch("suffix"),
        "birth_date": lambda: cl.DateOfBirthComparison("birth_date", input_is_string=True),
        "sex": lambda: cl.ExactMatch("sex"),
        "ssn": lambda: _number("ssn"),
        "phone": lambda: _number("phone"),
        "email": lambda: cl.EmailComparison("email"),
        "street_address": _street_address,
        "city": lambda: cl.JaroWinklerAtThresholds("city", [0.88]).configure(term_frequency_adjustments=True),
        "postcode": lambda: _postcode(is_british),
    }
    return [*_names(fields), *(make() for field, make in by_field.items() if field in fields)]


WIDE_RULES = (
    "ssn", "email", "phone,substr(first_name,1,1)", "phone,last_name", "first_name,last_name",
    "last_name,birth_date", "first_name,birth_date", "birth_date,postcode", "birth_date,city",
    "substr(first_name,1,3),substr(last_name,1,4)",
    "substr(first_name,1,2),substr(last_name,1,2),substr(birth_date,1,4)",
    "postcode,first_name", "postcode,last_name", "street_address,first_name", "street_address,birth_date",
    "street_address,substr(first_name,1,1)", "substr(postcode,1,3),birth_date",
    "substr(postcode,1,3),first_name,last_name",
    "birth_date,substr(first_name,1,1)", "birth_date,substr(last_name,1,1)", "last_name,substr(birth_date,1,4),sex",
    "last_name,substr(birth_date,6,5)", "first_name,substr(birth_date,6,5)", "first_name,city,substr(birth_date,1,4)",
    "last_name,city,substr(birth_date,1,4)",
)  # fmt: skip
"""Rules for predicting, commas between their parts; each is used where its fields are present."""

SWAPPED = "l.first_name = r.last_name and l.last_name = r.first_name"
DETERMINISTIC_RULES = (
    "first_name,last_name,birth_date", "ssn,birth_date", "ssn,last_name,first_name", "email,birth_date",
    "phone,first_name,birth_date", "first_name,last_name,street_address",
)  # fmt: skip
SESSIONS = ("first_name,last_name", "birth_date", "ssn", "email", "postcode,substr(birth_date,1,4)")
"""Fields blocked on while EM learns the others; two or three sessions suffice, the first that are possible are run."""
MOST_SESSIONS = 3


def parts_of(rule: str) -> list[str]:
    """Which expressions must be equal by this rule? Split at commas outside of parentheses."""
    parts, depth = [""], 0
    for letter in rule:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def possible(rules: Iterable[str], fields: list[str]) -> list[str]:
    """Which of these rules speak of fields that are present only?"""
    absent = set(TEXT_FIELDS) - set(fields)
    return [rule for rule in rules if not any(name in rule for name in absent)]


def blocking(rules: list[str], fields: list[str], *, is_own_choice: bool) -> list:
    """Which pairs are compared? The rules given, or all wide ones that are possible."""
    made = [block_on(*parts_of(rule)) for rule in rules]
    if is_own_choice and {"first_name", "last_name"} <= set(fields):
        made.append(SWAPPED + " and substr(l.birth_date, 1, 4) = substr(r.birth_date, 1, 4)" * ("birth_date" in fields))
    return made


# --- the run ---------------------------------------------------------------------------------------------------------


def train(linker: Linker, fields: list[str], u_pairs: float) -> None:
    """Learn prior, u and m from the records themselves."""
    rules = possible(DETERMINISTIC_RULES, fields) or possible(WIDE_RULES, fields)[:1]
    linker.training.estimate_probability_two_random_records_match(
        [block_on(*parts_of(rule)) for rule in rules], recall=RECALL_OF_RULES
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=u_pairs, seed=SEED)
    for rule in possible(SESSIONS, fields)[:MOST_SESSIONS]:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*parts_of(rule)), max_pairs=MOST_PAIRS_OF_A_SESSION
        )


def link(
    people: Path, out: Path, rules: list[str], u_pairs: float, thresholds: list[float], model: Path | None
) -> dict:
    """Which records are one person? Writes the clusters and answers counts and seconds."""
    began = time.perf_counter()
    connection = duckdb.connect()
    connection.execute("set threads to 2")
    fields = read_people(connection, people)
    chosen = rules or possible(WIDE_RULES, fields)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        comparisons=comparisons(fields, is_british="postcode" in fields and are_postcodes_british(connection)),
        blocking_rules_to_generate_predictions=blocking(chosen, fields, is_own_choice=not rules),
        retain_matching_columns=False,
    )
    database = DuckDBAPI(connection=connection)
    linker = Linker(database.register(connection.table("people")), settings, log_level="ERROR")
    train(linker, fields, u_pairs)
    trained = time.perf_counter()
    pairs = linker.inference.compute_blocked_pairs_for_predict()
    pair_count = connection.table(pairs.physical_name).shape[0]
    predicted = linker.inference.predict(threshold_match_probability=LEAST_PROBABILITY)
    _write_clusters(connection, linker, predicted, thresholds, out)
    if model is not None:
        linker.misc.save_model_to_json(str(model), overwrite=True)
    ended = time.perf_counter()
    return {
        "candidate_pairs": pair_count,
        "training_seconds": round(trained - began, 2),
        "seconds": round(ended - began, 2),
        "fields": fields,
    }


def _write_clusters(
    connection: duckdb.DuckDBPyConnection, linker: Linker, predicted, thresholds: list[float], out: Path
) -> None:
    """Write record_id and the cluster of each record at every threshold; a record in no pair is its own cluster."""
    joins, columns = "", ["people.record_id"]
    for number, threshold in enumerate(thresholds):
        found = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predicted, threshold_match_probability=threshold
        )
        name = f"c{number}"
        connection.table(found.physical_name).select("record_id, cluster_id").create(name)
        joins += f" left join {name} on {name}.record_id = people.record_id"
        columns.append(f"coalesce({name}.cluster_id, people.record_id) as {column_of(threshold)}")
    question = f"select {', '.join(columns)} from people{joins} order by 1"  # noqa: S608  our own names
    out.parent.mkdir(parents=True, exist_ok=True)
    connection.sql(question).write_parquet(str(out))


def column_of(threshold: float) -> str:
    """Which column holds the clusters at this threshold?"""
    return f'"cluster_id_{threshold:g}"'


def main() -> None:
    """Read the arguments, link, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("people", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--block-on", nargs="+", default=[], help="rules such as first_name,birth_date")
    parser.add_argument("--u-pairs", type=float, default=U_PAIRS)
    parser.add_argument("--thresholds", default=",".join(map(str, THRESHOLDS)))
    parser.add_argument("--model-json", type=Path, help="where the trained model goes")
    told = parser.parse_args()
    thresholds = [float(text) for text in told.thresholds.split(",")]
    print(json.dumps(link(told.people, told.out, told.block_on, told.u_pairs, thresholds, told.model_json)))


if __name__ == "__main__":
    main()
