"""Which columns do the tables that rooms hand each other have, in which order?

Each constant lists the columns of one table; a table is a pandas DataFrame with exactly these columns. Text columns
hold str or None, `_at` columns are moments in UTC, `_date` columns ISO days as text (`YYYY-MM-DD`), `is_` columns bool.
"""

RECORD_ID_SEPARATOR = "/"
"""record_id = agency/feed/record key: readable, and steady from one delivery to the next."""

KEY_SEPARATOR = "|"
"""A record key is the values of the feed's key columns joined by this."""

EVIDENCE = (
    *("first_name", "middle_name", "last_name", "suffix", "other_last_names", "birth_date", "sex", "ssn"),
    *("phone", "email", "street_address", "city", "state", "postcode"),
)
"""What a person record says about who it is: the fields linkage compares, already normalized."""

_VERSION = ("delivery_id", "line_number")

SNAPSHOT = ("delivery_id", "named_for", "observed_on", "earliest_at", "latest_at")
"""One row per roster: which day its name says, which day it is of, and between which moments its list was true."""

PERSON_RECORD = (
    *("record_id", "agency", "feed", "record_key", "display_name", *EVIDENCE),
    *("death_date", "is_dead", "consent_from", "consent_until", "is_part2", "is_held", "recorded_at", *_VERSION),
)
"""One row per version of a person record.

`display_name` is the name as delivered. `is_dead` with no `death_date` means died on an unknown day. `is_held` rows
lack consent and are used for nothing; `consent_from`/`consent_until` bound the days on which a consented row may be
used; `is_part2` rows need a matching consent of their own. `recorded_at` is the row's own first moment.
"""

ENCOUNTER = (
    *("encounter_id", "record_id", "agency", "feed", "record_key", "kind", "occurred_at", "occurred_text", "ended_at"),
    *("is_crisis", "is_follow_up_requested", "is_suicide_watch"),
    *("setting_code", "release_code", "screen_code", "outcome_code", "urgency_code"),
    *("consent_until", "is_part2", "is_held", *_VERSION),
)
"""One row per version of an encounter. `record_id` is the person record it is about; `occurred_text` its text."""

TOLD_END = (
    *("end_id", "encounter_id", "encounter_feed", "encounter_key", "agency", "feed", "record_key"),
    *("ended_at", "latest_at", "release_code", "consent_until", "is_part2", "is_held", *_VERSION),
)
"""One row per version of a row that tells the end of an encounter of another row: that of `encounter_key`.

No encounter that began after `latest_at` ended so: the end itself, or the last moment of its day where either feed
tells the day alone.
"""

CONDITION = (
    *("condition_id", "record_id", "agency", "feed", "record_key", "condition_code", "recorded_at", "ended_at"),
    *("is_part2", *_VERSION),
)
"""One row per version of a lasting condition a provider knows of."""

CONSENT = (
    "consent_id",
    "record_id",
    "agency",
    "feed",
    "record_key",
    "is_granted",
    "starts_date",
    "ends_date",
    *_VERSION,
)
"""One row per version of a consent to use rows with a 42 CFR Part 2 label."""

SENDER_MERGE = ("record_id", "into_record_id", "agency", "feed", "record_key", *_VERSION)
"""One row per version of a row by which a sender says that one record (`record_id`) is another by now."""

SAID = ("person_records", "encounters", "told_ends", "conditions", "consents")
"""What rows may say, as it is counted wherever somebody is told what became of them."""

ROW_FAULT = ("delivery_id", "line_number", "row_count", "column_name", "fault_code", "message")
"""One row per quarantined row (`row_count` 1) or refused file (line 0). `message` never holds a value."""

LINK = ("record_id", "cluster_id", "person_id")
"""One row per person record that was linked."""
