"""What does a person need to see to answer an item? The records asked about, and why the model said what it said."""

import json
from dataclasses import dataclass

import pandas as pd

from linkage import Explanation, Model, make_explainer
from pipeline.contract import tables
from pipeline.flow import plan_for
from pipeline.settings import Settings
from pipeline.store import Work


@dataclass(frozen=True)
class Dossier:
    """What is known of an item?

    Attributes:
        records: record_id, person_id, recorded_at and `tables.EVIDENCE` of everybody asked about. Personal.
        explanation: of the pair, levels and bits alone; None where the two were never compared as they are.
        decisions: of a contradiction.
    """

    records: pd.DataFrame
    explanation: Explanation | None
    decisions: list[dict]


def open_dossier(work: Work, settings: Settings, item: dict) -> Dossier:
    """What is known of this item, by what its run knew and the model it kept?"""
    run = work.read("run_by_number", run_number=item["run_number"]).iloc[0]
    plan = plan_for(run["as_of"], settings)
    everybody = work.read("usable_person_records", **plan.bounds(int(run["taken_in_number"])))
    links = work.read("links_of_run", run_number=item["run_number"])[["record_id", "person_id"]]
    records = everybody[["record_id", "recorded_at", *tables.EVIDENCE]].merge(links, on="record_id")
    asked = records[records["person_id"].isin([item["person_id_l"], item["person_id_r"]])]
    model = json.dumps(work.read("model_by_id", model_id=run["model_id"])["content"].iloc[0])
    decisions = work.read("decisions_of_numbers", decision_numbers=item["decision_numbers"])
    return Dossier(asked.reset_index(drop=True), _explained(records, model, item), decisions.to_dict("records"))


def _explained(records: pd.DataFrame, model: str, item: dict) -> Explanation | None:
    """Why did the model say what it said of this pair?

    None where one repeats a row too frequent to be compared, or the model is of another version of the program.
    """
    try:
        explain = make_explainer(records[["record_id", *tables.EVIDENCE]], Model.from_json(model))
        return explain(item["record_id_l"], item["record_id_r"])
    except ValueError:
        return None
