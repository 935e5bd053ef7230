"""What stands in the tables of the road now? Everything that counts, but for the numbers of readings and moments."""

from pipeline.store import Store
from tests.store.reading import answers

COUNTING = "core.accepted_row where until_number is null"
SAID = ("person_record", "encounter", "told_end", "condition", "consent", "sender_merge")
TABLES = {
    "files": "select delivery_id, feed, file_name, row_count, status, missing_columns, refused_code from raw.delivery",
    "rows": "select delivery_id, line_number, payload::text from raw.delivered_row",
    "faults": "select * from raw.row_fault",
    "dropped": "select * from raw.dropped_value",
    "profiles": "select delivery_id, profile::text from raw.file_profile",
    "accepted": f"select to_jsonb(accepted_row) - 'from_number' as row from {COUNTING}",
    "rosters": "select * from core.snapshots_known(null)",
    "stays": "select * from core.stays_known(null)",
    "unread": "select delivery_id, line_number, record_key from core.unread_listings_known(null)",
} | {
    table: f"select to_jsonb({table}) - 'from_number' as row from core.{table} "
    f"join (select delivery_id, line_number, from_number from {COUNTING}) as counting "
    "using (delivery_id, line_number, from_number)"
    for table in SAID
}


def tables(store: Store) -> dict[str, list[str]]:
    """What does each table hold, in order?"""
    return {name: sorted(answers(store, query)) for name, query in TABLES.items()}
