"""How good are linkage and list, where the truth is known? For made-up counties and labelled samples.

The true ranking is the same ranking over true persons: the only thing that can part the two lists is the linkage.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

import pandas as pd

from linkage.evaluation import evaluate_clusters
from pipeline.contract import tables
from pipeline.contract.declaration import Agency
from pipeline.contract.errors import SettingError
from pipeline.listing import Known, basis_of, persons_of, read_known, stand
from pipeline.plan import ListPlan
from pipeline.store import Work

TRUTH_KEY = ("agency", "feed", "record_key")


@dataclass(frozen=True)
class ListEvaluation:
    """How many of the people who should be on the list are?

    Attributes:
        list_size: k. on_list: how many of the true top k have an entry. share: of k, from 0 to 1.
        records_without_truth: linked records that the truth file does not name; left out of everything.
    """

    list_size: int
    on_list: int
    share: float
    records_without_truth: int


def read_truth(path: Path) -> pd.DataFrame:
    """Who is who in truth? record_id, person_truth. Raises SettingError where the file is no truth file."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError):
        raise SettingError(f"the truth file cannot be read as CSV; give one with --truth [{path}]") from None
    truth_column = next((name for name in ("person_truth", "person_id") if name in table), None)
    missing = [name for name in TRUTH_KEY if name not in table]
    if missing or truth_column is None:
        raise SettingError(
            f"a truth file has columns agency, feed, record_key, person_truth; missing {missing or '[person_truth]'}"
        )
    ids = (
        table["agency"] + tables.RECORD_ID_SEPARATOR + table["feed"] + tables.RECORD_ID_SEPARATOR + table["record_key"]
    )
    truth = pd.DataFrame({"record_id": ids, "person_truth": table[truth_column]})
    return truth.drop_duplicates("record_id").reset_index(drop=True)


def evaluate(work: Work, plan: ListPlan, agencies: tuple[Agency, ...], truth: pd.DataFrame) -> dict[str, object]:
    """How good are the linkage and the list of the plan's day? Plain numbers, by name."""
    known = read_known(work, plan, basis_of(work, plan, int(str(work.ask("run_of_current_list")))))
    clusters = known.records[["record_id", "person_id"]].rename(columns={"person_id": "cluster_id"})
    labelled = clusters[clusters["record_id"].isin(truth["record_id"])]
    if labelled.empty:
        raise SettingError("the truth file names none of the linked records: is it of this county?")
    of_linkage = evaluate_clusters(labelled, truth[truth["record_id"].isin(labelled["record_id"])])
    of_list = _evaluate_list(known, plan, agencies, truth.set_index("record_id")["person_truth"])
    return {"linkage": asdict(of_linkage), "list": asdict(of_list)}


def _evaluate_list(known: Known, plan: ListPlan, agencies: tuple[Agency, ...], truth: pd.Series) -> ListEvaluation:
    chosen = stand(known, plan, agencies).line.chosen
    true_chosen = stand(_with_true_persons(known, truth), plan, agencies).line.chosen
    numbers = _true_person_ids(truth)
    records = known.records.assign(true_id=known.records["record_id"].map(truth).map(numbers))
    held = records[records["person_id"].isin(chosen)].groupby("person_id")["true_id"].agg(lambda ids: ids.mode().min())
    on_list = len(set(true_chosen) & set(held))
    size = len(true_chosen)
    without = int(records["true_id"].isna().sum())
    return ListEvaluation(size, on_list, on_list / size if size else 1.0, without)


def _true_person_ids(truth: pd.Series) -> dict[str, str]:
    """Give true persons ids of the form the ranking knows, in the order of their names."""
    return {name: f"P-{number}" for number, name in enumerate(sorted(truth.unique()), start=1)}


def _with_true_persons(known: Known, truth: pd.Series) -> Known:
    """What would be known if every record were linked to its true person?"""
    true_id = truth.map(_true_person_ids(truth))

    def relabel(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(person_id=table["record_id"].map(true_id)).dropna(subset=["person_id"])

    records = relabel(known.records)
    facts = type(known.facts)(relabel(known.facts.encounters), relabel(known.facts.conditions), known.facts.until)
    known_since = pd.Series(pd.Timestamp(0, tz="UTC"), index=sorted(records["person_id"].unique()))
    return Known(facts, records, records, persons_of(records, known_since))
