"""Which list do these tests publish? One of people who never lived, with every kind of entry and agency state on it."""

from dataclasses import replace
from datetime import UTC, datetime

from pipeline.contract.outreach_list import AgencyCounts, AgencyState, Entry, OutreachList, Reason, RunFigures

# Values no output without names may hold. The birth date is looked for as it is stored and as it is shown.
CANARIES = ("CANARYNAME", "555-0199-77", "77 Canary Perch Lane", "1903-02-01", "1 Feb 1903")

REASONS = (
    ("crisis_calls", 9, "3 crisis calls in the past 90 days, latest 12 Nov 2026, from Riverton Police."),
    ("bookings", 6, "4 bookings into jail in the past 12 months, latest 2 Nov 2026, from Riverton County Jail."),
    ("release", 5, "Released from jail to the community on 9 Nov 2026, from Riverton County Jail."),
    ("partner_referral", 2, "1 urgent referral in the past 30 days, latest 5 Nov 2026, from Community Partners."),
    ("screen", 1, "1 positive jail mental health screen in the past 12 months, latest 2 Nov 2026."),
)

NAMES = (
    "CANARYNAME, Marisol Ines",
    "Žáková, Jiřina",
    "Αλεξίου, Ελένη",
    "O'BRIEN-SMITH, Thaddeus Bartholomew Jr",
    "Ковальчук, Олена",
    "NGUYỄN, Thị Hương",
)


def reason(row: tuple[str, int, str]) -> Reason:
    """What is one reason made of?"""
    return Reason(factor=row[0], points=row[1], sentence=row[2], latest_at="2026-11-12T20:15:00+00:00")


def entry(rank: int, **changes: object) -> Entry:
    """Who is the made-up person at a rank? Every third is new; the higher the rank number, the fewer reasons."""
    reasons = tuple(reason(row) for row in REASONS[: max(5 - rank // 2, 1)])
    made = Entry(
        rank=rank,
        person_id=f"P-{rank:06}",
        team=f"Team {1 + rank % 3}",
        points=sum(r.points for r in reasons),
        reasons=reasons,
        is_new=rank % 3 == 0,
        previous_rank=None if rank % 3 == 0 else rank + (rank % 5) - 1,
        record_keys=(f"larkspur_police/persons/26-{rank:05}|1", f"riverton_county_jail/bookings/B{rank:06}"),
        display_name=NAMES[(rank - 1) % len(NAMES)],
        birth_date="1903-02-01" if rank == 1 else None if rank == 4 else f"19{60 + rank % 40}-07-2{rank % 9}",
        alias_count=rank % 4,
        phone="555-0199-77" if rank == 1 else None,
        address="77 Canary Perch Lane, Riverton" if rank in (1, 2) else None,
        last_contact="Call for service on 14 Nov 2026, from Larkspur Police.",
        points_low=sum(r.points for r in reasons),
        points_high=sum(r.points for r in reasons) + (3 if rank == 3 else 0),
        rank_best=rank,
        rank_worst=40 if rank == 5 else rank,
        rests_on_unreviewed_link=rank == 5,
    )
    return replace(made, **changes)


def example_list(*entries: Entry) -> OutreachList:
    """Which list is published? The entries given, or eleven made-up people."""
    return OutreachList(
        list_id="0123456789abcdef",
        as_of="2026-11-16",
        zone="America/Denver",
        code_version="0.1.0",
        model_id="model-7f3a",
        sources=(
            AgencyState(agency="community_partners", title="Community Partners", complete_to=None, status="missing"),
            AgencyState(agency="co_responders", title="Co-Responders", complete_to="2026-11-16", status="complete"),
            AgencyState(agency="larkspur_police", title="Larkspur Police", complete_to="2026-11-09", status="late"),
            AgencyState(
                agency="riverton_jail", title="Riverton County Jail", complete_to="2026-11-08", status="stopped"
            ),
        ),
        entries=entries or tuple(entry(rank) for rank in range(1, 12)),
        excluded_counts={"deceased": 4, "in_custody": 31, "minor": 12, "a_new_reason": 2},
        below_line_count=212,
    )


def agency_counts(agency: str, accepted: int, quarantined: int, retracted: int, lost: int = 0) -> AgencyCounts:
    """Where did an agency's rows go? `lost` rows are in no column, which must show."""
    return AgencyCounts(
        agency=agency,
        delivered=accepted + quarantined + retracted + lost,
        accepted=accepted,
        quarantined=quarantined,
        retracted=retracted,
        held=3,
        not_about_person=accepted // 4,
        files=12,
        files_refused=1,
        files_repeated=2,
        dropped_values=17,
    )


def example_figures() -> RunFigures:
    """What did the run do? Figures of about the size a county's first run has."""
    return RunFigures(
        counts=(
            agency_counts("co_responders", 1204, 3, 0),
            agency_counts("larkspur_police", 18_240, 57, 112),
            agency_counts("riverton_jail", 9_415, 803, 1_377),
        ),
        stages={
            "rows_delivered": 31_211,
            "rows_accepted": 28_859,
            "person_records": 21_630,
            "people": 9_388,
            "people_with_points": 1_020,
            "on_the_list": 68,
        },
        quarantine=(
            ("riverton_jail", "bookings", "file_refused", 790),
            ("larkspur_police", "persons", "bad_date", 41),
            ("larkspur_police", "persons", "wrong_width", 16),
            ("riverton_jail", "bookings", "unknown_code", 13),
            ("co_responders", "responses", "missing_value", 3),
        ),
        refusals=(
            "[riverton_jail] [bookings] [bookings_20261109.csv]: the column [BOOK_DT] is missing: send the file again.",
        ),
        weight_histogram=tuple(
            (
                float(low),
                float(low + 2),
                int(90_000 * 2 ** (-((low + 16) ** 2) / 40) + 2_600 * 2 ** (-((low - 21) ** 2) / 30)),
            )
            for low in range(-30, 34, 2)
        ),
        threshold_weight=6.6,
        threshold_probability=0.9897,
        cluster_sizes={1: 5120, 2: 2210, 3: 1010, 4: 515, 5: 240, 6: 131, 7: 70, 8: 38, 9: 21, 12: 25, 23: 7, 61: 1},
        blocking=(
            ("ssn", "the same social security number", 3_120, 0),
            ("birth_date_and_surname_sound", "the same birth date and a surname that sounds alike", 14_872, 2),
            ("phone", "the same phone number", 5_461, 11),
        ),
        points={n: int(260 * 0.83**n) + 1 for n in range(1, 41)},
        line_points=15,
        notes=("2 groups were too large to compare by phone.", "The model was trained on 14,000 pairs."),
    )


PRINTED_AT = datetime(2026, 11, 17, 14, 8, tzinfo=UTC)
