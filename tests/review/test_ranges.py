"""Does an entry say how much of it hangs on answers nobody has given yet?"""

import pandas as pd
import pytest

from pipeline.contract.outreach_list import from_json, to_json
from pipeline.publish import view, workbook
from pipeline.review.ranges import with_ranges
from pipeline.store import Store
from tests.publish.example_lists import entry, example_list
from tests.review import county

LINK, DIFFERENCE = "uncertain link", "uncertain difference"
COLUMNS = ["kind", "role", "person_id", "points_now", "is_listed_now", "points_then", "place_then", "is_listed_then"]


def effects(*rows):
    return pd.DataFrame(rows, columns=COLUMNS).astype(object)


def told(*rows):
    """What the entry of P-000002, of rank 2 and 20 points, says under these open answers."""
    plain = entry(2, points=20, points_low=20, points_high=20)
    [found] = with_ranges((plain,), effects(*rows))
    return (found.points_low, found.points_high, found.rank_best, found.rank_worst, found.rests_on_unreviewed_link)


ME = "P-000002"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], (20, 20, 2, 2, False)),
        ([(LINK, "stays", ME, 20, True, 11, 3, True)], (11, 20, 2, 3, False)),
        ([(LINK, "stays", ME, 20, True, 11, 30, False)], (11, 20, 2, 30, True)),
        ([("conflicting identifiers", "stays", ME, 20, True, 11, 30, False)], (11, 20, 2, 30, True)),
        ([(DIFFERENCE, "stays", ME, 20, True, 31, 1, True)], (20, 31, 1, 2, False)),
        ([(DIFFERENCE, "joins", ME, 20, True, 31, 1, True)], (20, 31, 1, 2, False)),
        ([(DIFFERENCE, "stays", ME, 20, True, 31, None, False)], (20, 31, 2, 2, False)),
        (
            [(LINK, "stays", ME, 20, True, 11, 30, False), (DIFFERENCE, "stays", ME, 20, True, 31, 1, True)],
            (11, 31, 1, 30, True),
        ),
        (
            [(LINK, "stays", "P-9", 20, True, 1, 30, False), (LINK, "leaves", ME, 20, True, 20, 3, False)],
            (20, 20, 2, 2, False),
        ),
    ],
)
def test_the_range_of_an_entry_is_that_of_its_open_answers_one_at_a_time(rows, found):
    assert told(*rows) == found


def test_a_row_that_rests_on_an_unreviewed_link_says_so_and_none_shows_a_probability():
    resting, ranging, plain = entry(5), entry(3), entry(1)
    assert view.open_answers_text(resting) == (
        "On the list only because of a link between records that nobody has reviewed yet."
    )
    assert view.open_answers_text(ranging) == (
        "Some links between records are not reviewed yet: 22 to 25 points, place 3, by the answer."
    )
    assert view.open_answers_text(plain) is None
    assert view.open_answers_text(resting) in "\n".join(workbook.cells(resting))


def test_the_published_list_tells_what_hangs_on_open_answers(store: Store, folder):
    first, second = county.run(store, folder)["entries"]
    ids = county.people(store)
    assert second["person_id"] == ids[county.LEFT]
    assert (second["points"], second["points_low"], second["points_high"]) == (22, 11, 22)
    assert (second["rank_best"], second["rests_on_unreviewed_link"]) == (2, True)
    assert second["rank_worst"] > county.LIST_SIZE
    assert (first["points_low"], first["points_high"], first["rank_worst"]) == (33, 33, 1)
    assert first["rests_on_unreviewed_link"] is False


def test_a_list_kept_before_open_answers_were_told_is_read_as_certain():
    kept = to_json(example_list())
    for one in kept["entries"]:
        for name in ("points_low", "points_high", "rank_best", "rank_worst", "rests_on_unreviewed_link"):
            del one[name]
    for one in from_json(kept).entries:
        assert (one.points_low, one.points_high, one.rank_best, one.rank_worst) == (one.points,) * 2 + (one.rank,) * 2
        assert one.rests_on_unreviewed_link is False
