"""A whole made-up county, its truth known: are the right people on the list?"""

from datetime import date
from pathlib import Path

from pipeline import evaluate, flow, synthetic
from pipeline.agencies import load_agencies
from pipeline.settings import Settings
from pipeline.store import Store
from tests.road import county

AS_OF = date(2026, 11, 16)


def test_linkage_and_list_come_close_to_the_truth(store: Store, tmp_path: Path):
    agencies = load_agencies()
    made = synthetic.synthesize(agencies, persons=4000, years=2, seed=11, as_of=AS_OF, out=tmp_path / "in")
    county.run(store, tmp_path / "in", tmp_path / "out", as_of=AS_OF)
    with store.transaction() as work:
        plan = flow.plan_for(AS_OF, Settings())
        found = evaluate.evaluate(work, plan, agencies, evaluate.read_truth(made.truth))
    assert found["linkage"]["f1"] >= 0.95
    assert found["linkage"]["precision"] >= 0.98
    assert found["linkage"]["largest_cluster"] <= 2 * found["linkage"]["largest_true_person"]
    assert found["list"]["share"] >= 0.9
    assert found["list"]["records_without_truth"] == 0
    for agency, row in county.accounting(store).items():
        assert row["accepted"] + row["quarantined"] + row["retracted"] == row["delivered"], agency
