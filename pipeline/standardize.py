"""What do an agency's rows say, in our words? Raw rows → person records, encounters, ends, conditions, consents.

Everything follows from the agency's declaration; nothing here knows an agency. Pure: tables in, tables out.
"""

from dataclasses import asdict, dataclass
from functools import reduce

import pandas as pd

from linkage import normalize
from pipeline import known_in_part
from pipeline.births import births, possible_births
from pipeline.contract import tables
from pipeline.contract.codes import EncounterKind, Release
from pipeline.contract.declaration import (
    Agency,
    Coded,
    ConditionRule,
    ConsentRule,
    EncounterRule,
    EndRule,
    Feed,
    Kind,
    Matches,
    PersonFields,
    PersonRule,
)
from pipeline.contract.moments import ISO, parse_moment
from pipeline.row_values import coded, days, holds, moments, over_distinct
from pipeline.row_versions import joined, record_keys, versions
from pipeline.whole_names import is_organisation, read_whole_name

ROW = ("delivery_id", "line_number")


@dataclass(frozen=True)
class Standardized:
    """What did one feed's rows become? Each table has the columns that `contract/tables.py` names.

    `accepted_rows` has one row per row given: where it stands and whether it counts.
    """

    accepted_rows: pd.DataFrame
    person_records: pd.DataFrame
    encounters: pd.DataFrame
    told_ends: pd.DataFrame
    conditions: pd.DataFrame
    consents: pd.DataFrame
    sender_merges: pd.DataFrame


def standardize(agency: Agency, feed: Feed, rows: pd.DataFrame) -> Standardized:
    """What do the rows of one feed say?

    Args:
        agency: who sent them.
        feed: which of its feeds.
        rows: text columns as declared (blank for missing), and `delivery_id`, `line_number`, `business_date`.
    """
    rows = _with_every_column(feed, rows).reset_index(drop=True)
    rows["record_key"] = record_keys(feed, rows)
    accepted = _accepted_rows(agency, feed, rows)
    counting = rows[~accepted["is_never_happened"].to_numpy()]
    return Standardized(
        accepted_rows=accepted,
        person_records=_person_records(agency, feed, counting),
        encounters=_stack(tables.ENCOUNTER, [_encounters(agency, feed, rule, counting) for rule in feed.encounters]),
        told_ends=_stack(tables.TOLD_END, [_told_ends(agency, feed, rule, counting) for rule in feed.ends]),
        conditions=_stack(tables.CONDITION, [_conditions(agency, feed, rule, counting) for rule in feed.conditions]),
        consents=_consents(agency, feed, feed.consent, counting),
        sender_merges=_sender_merges(agency, feed, counting),
    )


def _with_every_column(feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    missing = {column.name: "" for column in feed.columns if column.name not in rows}
    return rows.assign(**missing)


def _stack(columns: tuple[str, ...], parts: list[pd.DataFrame]) -> pd.DataFrame:
    parts = [part for part in parts if not part.empty]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(columns))


def _record_ids(agency: Agency, feed_name: str, keys: pd.Series) -> pd.Series:
    return tables.RECORD_ID_SEPARATOR.join((agency.name, feed_name, "")) + keys


def _encounter_ids(agency: Agency, feed: Feed, kind: EncounterKind, keys: pd.Series) -> pd.Series:
    return _record_ids(agency, feed.name, keys) + "#" + kind.value


def _named(agency: Agency, feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    """Start a table: whose row each is, and which version."""
    return pd.DataFrame(
        {
            "agency": agency.name,
            "feed": feed.name,
            "record_key": rows["record_key"],
            **{name: rows[name] for name in ROW},
        }
    )


# --- which rows count --------------------------------------------------------------------------------------------


def _accepted_rows(agency: Agency, feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    table = _named(agency, feed, rows)
    table["business_date"] = rows["business_date"]
    table["version"] = versions(feed, rows, agency.zone)
    table["is_never_happened"] = holds(feed.never_happened, rows, otherwise=False)
    table["is_held"] = _is_held(feed, rows)
    table["is_about_person"] = _is_about_person(feed, rows)
    table["is_yielding"] = _is_yielding(agency, feed, rows) & ~table["is_never_happened"]
    return table


def _is_yielding(agency: Agency, feed: Feed, rows: pd.DataFrame) -> pd.Series:
    """Which rows give way to any other of their record? Those that end nothing, and name nobody or no longer list them.

    A blank twin of a booking, written at intake, must not put the full row aside; and who is on a roster as let out,
    without a moment, was last seen by the row before.
    """
    rules = (*feed.encounters, *feed.ends)
    ends = [moments(rule.ended_at, agency, feed, rows).notna() for rule in rules if rule.ended_at]
    if not ends and feed.snapshot is None:
        return pd.Series(False, index=rows.index)
    has_ended = reduce(lambda left, right: left | right, ends, pd.Series(False, index=rows.index))
    listed = feed.snapshot.listed if feed.snapshot else None
    says_nothing = ~holds(listed, rows, otherwise=True)
    if said := [rows[name] != "" for name in feed.person.fields.columns()] if feed.person else []:
        says_nothing |= ~reduce(lambda left, right: left | right, said)
    return says_nothing & ~has_ended


def _is_about_person(feed: Feed, rows: pd.DataFrame) -> pd.Series:
    """Which rows are about a person? A shop or an office in the place of a name is nobody."""
    is_about = holds(feed.person.about if feed.person else None, rows, otherwise=True)
    fields = feed.person.fields if feed.person else None
    column = fields and (fields.full_name.column if fields.full_name else fields.last_name)
    return is_about & ~over_distinct(rows[column], is_organisation).astype(bool) if column else is_about


def _is_held(feed: Feed, rows: pd.DataFrame) -> pd.Series:
    """Which rows lack the consent that their own feed asks for? They are used for nothing."""
    if feed.consent is None or feed.consent.is_about:
        return pd.Series(False, index=rows.index)
    return ~_is_granted(feed.consent, rows)


def _is_granted(consent: ConsentRule, rows: pd.DataFrame) -> pd.Series:
    granted = pd.Series(True, index=rows.index)
    for condition in consent.granted:
        granted &= holds(condition, rows, otherwise=False)
    if consent.needs_period:
        bounds = [rows[name] != "" for name in (consent.starts, consent.ends) if name]
        granted &= reduce(lambda left, right: left | right, bounds, pd.Series(False, index=rows.index))
    return granted


def _is_part2(feed: Feed, rows: pd.DataFrame) -> pd.Series:
    """Which rows carry a 42 CFR Part 2 label?"""
    if feed.part2_column is None:
        return pd.Series(False, index=rows.index)
    labels = set(feed.part2_labels)
    return over_distinct(rows[feed.part2_column], lambda text: not labels.isdisjoint(text.split())).astype(bool)


# --- people ----------------------------------------------------------------------------------------------------------


def _person_records(agency: Agency, feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    if feed.person is None:
        return pd.DataFrame(columns=list(tables.PERSON_RECORD))
    rows = rows.loc[_is_about_person(feed, rows)]
    table = _named(agency, feed, rows)
    table["record_id"] = _record_ids(agency, feed.name, rows["record_key"])
    table["recorded_at"] = moments(feed.encounters[0].occurred_at if feed.encounters else None, agency, feed, rows)
    known_by = _known_by(agency, feed, rows, table["recorded_at"])
    evidence = normalize.normalize_records(_evidence(feed, feed.person.fields, rows, table["record_id"], known_by))
    for name in tables.EVIDENCE:
        table[name] = evidence[name].to_numpy()
    table["display_name"] = _display_names(feed.person.fields, rows)
    death = feed.person.death
    table["death_date"] = None
    table["is_dead"] = False
    if death:
        said = holds(death.when, rows, otherwise=False)
        day = days(death.date, agency, feed, rows)
        table["is_dead"] = said if death.when else day.notna()
        table["death_date"] = day.where(table["is_dead"], None)
    table["consent_from"] = _own_consent(feed, feed.consent and feed.consent.starts, agency, rows)
    table["consent_until"] = _own_consent(feed, feed.consent and feed.consent.ends, agency, rows)
    table["is_part2"] = _is_part2(feed, rows)
    table["is_held"] = _is_held(feed, rows)
    table["birth_date"] = possible_births(table["birth_date"], known_by)
    return table[list(tables.PERSON_RECORD)]


def _own_consent(feed: Feed, column: str | None, agency: Agency, rows: pd.DataFrame) -> pd.Series:
    is_own = feed.consent is not None and feed.consent.is_about is None
    return days(column if is_own else None, agency, feed, rows)


def _known_by(agency: Agency, feed: Feed, rows: pd.DataFrame, recorded_at: pd.Series) -> pd.Series:
    """By which local day did the agency know of the person? The row's own moment, else when it was last changed."""
    if feed.encounters or feed.version_column is None:
        return recorded_at.dt.tz_convert(agency.zone).dt.date
    formats = feed.column(feed.version_column).formats or (ISO,)
    changed = over_distinct(rows[feed.version_column], lambda text: parse_moment(text, formats, agency.zone))
    return pd.to_datetime(changed, utc=True).dt.tz_convert(agency.zone).dt.date


def _evidence(
    feed: Feed, fields: PersonFields, rows: pd.DataFrame, record_ids: pd.Series, known_by: pd.Series
) -> pd.DataFrame:
    """What do the rows say about who they are about?

    Text as delivered, in our columns; whole names and addresses taken apart, dates in ISO form.
    """
    evidence = pd.DataFrame({"record_id": record_ids})
    for name in tables.EVIDENCE:
        column = fields.by_field().get(name)
        evidence[name] = rows[column].replace("", None) if column else None
    if fields.full_name:
        full_name = fields.full_name
        _take_apart(evidence, rows[full_name.column], lambda text: read_whole_name(text, full_name))
    if fields.address_line:
        _take_apart(evidence, rows[fields.address_line], lambda text: asdict(normalize.parse_address_line(text)))
    if fields.birth_date:
        evidence["birth_date"] = births(rows[fields.birth_date], feed.column(fields.birth_date).formats, known_by)
    if fields.ssn:
        accepts_9xx = feed.column(fields.ssn).accepts_9xx
        evidence["ssn"] = over_distinct(rows[fields.ssn], lambda text: normalize.normalize_ssn(text, accepts_9xx))
    if isinstance(fields.sex, Coded):
        evidence["sex"] = coded(fields.sex, rows)
    return known_in_part.only_what_is_sure(fields, evidence, rows)


def _take_apart(evidence: pd.DataFrame, texts: pd.Series, parse) -> None:
    """Fill the evidence's columns from the parts of each text."""
    parts = pd.DataFrame(list(over_distinct(texts, parse)), index=texts.index)
    for name in parts.columns:
        evidence[name] = parts[name].astype(object).where(parts[name].notna(), None)


def _display_names(fields: PersonFields, rows: pd.DataFrame) -> pd.Series:
    """How was the person called, as delivered? "LAST, FIRST MIDDLE SUFFIX" where the parts came apart."""
    if fields.full_name:
        return rows[fields.full_name.column].replace("", None)
    if fields.last_name is None:
        return pd.Series(None, index=rows.index, dtype=object)
    parts = (fields.last_name, fields.first_name, fields.middle_name, fields.suffix)
    told = zip(*(rows[name] for name in parts if name), strict=True)
    called = [f"{last}, {' '.join(' '.join(given).split())}".strip(", ") or None for last, *given in told]
    return pd.Series(called, index=rows.index, dtype=object)


# --- what happened ---------------------------------------------------------------------------------------------------


def _encounters(agency: Agency, feed: Feed, rule: EncounterRule, rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.loc[holds(rule.only_if, rows, otherwise=True) & _is_about_person(feed, rows)]
    table = _named(agency, feed, rows)
    table["encounter_id"] = _encounter_ids(agency, feed, rule.kind, rows["record_key"])
    table["record_id"] = _about(agency, feed, rule, rows)
    table["kind"] = rule.kind.value
    table["occurred_at"] = moments(rule.occurred_at, agency, feed, rows)
    table["occurred_text"] = reduce(
        lambda left, right: left + " " + right, (rows[n] for n in rule.occurred_at.columns())
    )
    table["ended_at"] = moments(rule.ended_at, agency, feed, rows)
    for flag in EncounterRule.FLAGS:
        table[flag] = holds(getattr(rule, flag), rows, otherwise=False)
    for name in EncounterRule.CODE_LISTS:
        table[name] = coded(getattr(rule, name), rows)
    table["release_code"] = _release_codes(rule, rows, table["ended_at"])
    table["consent_until"] = _own_consent(feed, feed.consent and feed.consent.ends, agency, rows)
    table["is_part2"] = _is_part2(feed, rows)
    table["is_held"] = _is_held(feed, rows)
    return table.loc[table["occurred_at"].notna(), list(tables.ENCOUNTER)]


def _release_codes(rule: EncounterRule | EndRule, rows: pd.DataFrame, ended_at: pd.Series) -> pd.Series:
    """How did each end? Elsewhere, where the row says so, whatever else it gives as the reason but for a death."""
    codes = coded(rule.release_code, rows)
    went_elsewhere = holds(rule.held_elsewhere, rows, otherwise=False) & ended_at.notna()
    return codes.mask(went_elsewhere & (codes != Release.DEATH), Release.ELSEWHERE.value)


def _told_ends(agency: Agency, feed: Feed, rule: EndRule, rows: pd.DataFrame) -> pd.DataFrame:
    """Which ends do rows tell of encounters that stand elsewhere? Whose row that is need not be known yet."""
    rows = rows.loc[holds(rule.only_if, rows, otherwise=True)]
    table = _named(agency, feed, rows)
    encounters = agency.feed(rule.encounter_feed)
    table["encounter_feed"] = encounters.name
    table["encounter_key"] = joined(rows, rule.is_about)
    table["encounter_id"] = _encounter_ids(agency, encounters, rule.kind, table["encounter_key"])
    table["end_id"] = _record_ids(agency, feed.name, rows["record_key"]) + "#" + table["encounter_id"]
    table["ended_at"] = moments(rule.ended_at, agency, feed, rows)
    table["latest_at"] = (
        _last_of_day(table["ended_at"], agency) if _is_of_days(agency, feed, rule) else table["ended_at"]
    )
    table["release_code"] = _release_codes(rule, rows, table["ended_at"])
    table["consent_until"] = _own_consent(feed, feed.consent and feed.consent.ends, agency, rows)
    table["is_part2"] = _is_part2(feed, rows)
    table["is_held"] = _is_held(feed, rows)
    return table.loc[table["ended_at"].notna(), list(tables.TOLD_END)]


def _is_of_days(agency: Agency, feed: Feed, rule: EndRule) -> bool:
    """Are beginning and end held against each other by the day, as in one row: does either column tell no more?"""
    encounters = agency.feed(rule.encounter_feed)
    began = [encounters.column(one.occurred_at.column) for one in encounters.encounters if one.kind is rule.kind]
    return any(column.kind is Kind.DATE for column in (*began, feed.column(rule.ended_at.column)))


def _last_of_day(moments: pd.Series, agency: Agency) -> pd.Series:
    """Which is the last moment of the local day of each?"""
    midnights = moments.dt.tz_convert(agency.zone).dt.normalize() + pd.DateOffset(days=1)
    return (midnights - pd.Timedelta(microseconds=1)).dt.tz_convert("UTC").astype("datetime64[us, UTC]")


def _about(
    agency: Agency, feed: Feed, rule: EncounterRule | ConditionRule | ConsentRule | PersonRule, rows: pd.DataFrame
) -> pd.Series:
    """Which person record is each row about: its own, or the one its reference points to?"""
    if rule.is_about and rule.person_feed:
        return _record_ids(agency, rule.person_feed, rows[rule.is_about])
    return _record_ids(agency, feed.name, rows["record_key"])


def _conditions(agency: Agency, feed: Feed, rule: ConditionRule, rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.loc[holds(rule.only_if, rows, otherwise=True)]
    parts = []
    for condition, pattern in rule.patterns.items():
        matching = rows[holds(Matches(rule.code_column, pattern), rows, otherwise=False)]
        table = _named(agency, feed, matching)
        table["condition_id"] = _record_ids(agency, feed.name, matching["record_key"]) + "#" + condition.value
        table["record_id"] = _about(agency, feed, rule, matching)
        table["condition_code"] = condition.value
        table["recorded_at"] = moments(rule.recorded_at, agency, feed, matching)
        table["ended_at"] = moments(rule.ended_at, agency, feed, matching)
        table["is_part2"] = _is_part2(feed, matching)
        parts.append(table[list(tables.CONDITION)])
    return _stack(tables.CONDITION, parts)


def _consents(agency: Agency, feed: Feed, rule: ConsentRule | None, rows: pd.DataFrame) -> pd.DataFrame:
    if rule is None or rule.is_about is None:
        return pd.DataFrame(columns=list(tables.CONSENT))
    table = _named(agency, feed, rows)
    table["consent_id"] = _record_ids(agency, feed.name, rows["record_key"])
    table["record_id"] = _about(agency, feed, rule, rows)
    table["is_granted"] = _is_granted(rule, rows)
    table["starts_date"] = days(rule.starts, agency, feed, rows)
    table["ends_date"] = days(rule.ends, agency, feed, rows)
    return table[list(tables.CONSENT)]


def _sender_merges(agency: Agency, feed: Feed, rows: pd.DataFrame) -> pd.DataFrame:
    """Which records does the sender say are others by now? The row's own, or those it took the place of."""
    parts, people = [], feed.merges_of or feed.name
    own = _named(agency, feed, rows).assign(record_id=_record_ids(agency, people, rows["record_key"]))
    if feed.person and feed.person.is_about:
        told = own.assign(into_record_id=_about(agency, feed, feed.person, rows))
        parts.append(told.loc[_is_about_person(feed, rows), list(tables.SENDER_MERGE)])
    for column, is_own in ((feed.merged_into, True), (feed.merged_from, False)):
        if column is None:
            continue
        named = own.assign(other=rows[column].str.split()).explode("other").dropna(subset=["other"])
        other = _record_ids(agency, people, named["other"])
        pair = {"into_record_id": other} if is_own else {"record_id": other, "into_record_id": named["record_id"]}
        table = named.assign(**pair)
        parts.append(table.loc[table["record_id"] != table["into_record_id"], list(tables.SENDER_MERGE)])
    return _stack(tables.SENDER_MERGE, parts).drop_duplicates()
