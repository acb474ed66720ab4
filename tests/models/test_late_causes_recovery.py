"""Why late against the best that what is on record allows, and not against what nobody can see."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from models.cause_evidence import CAUSES, Neighbours, neighbour_evidence, own_evidence
from models.late_causes import fit_late_causes
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from warehouse.late_causes import late_facts
from warehouse.late_signals import invoice_signals

AS_OF = dt.date(2026, 9, 30)
CHANCES = [f"cause_{cause}" for cause in CAUSES]
#: Companies that the oracle learns from, and the one that both are asked of.
FRESH, ASKED = (21, 22, 23), 24

pytestmark = pytest.mark.verify


def company(seed):
    """Rows of a company, the true cause of each, and which are late for one."""
    made = generate(seed=seed, n_customers=2_000, months=48)
    tables = FrameTables(made.tables)
    signals = invoice_signals(tables, AS_OF).to_pandas().sort_values("invoice_id")
    rows = signals.merge(late_facts(tables, AS_OF).to_pandas(), on="invoice_id")
    truth = made.truth.invoices.set_index("invoice_id")["state"].loc[rows["invoice_id"]].to_numpy()
    return rows, truth, (rows["late"].eq(True) & (truth != "on_time")).to_numpy(dtype=bool)


def on_record(rows):
    """All that the model may see of each row, its own note and those of its neighbours."""
    noted = pd.Categorical(rows["noted"], categories=CAUSES).codes.astype(int)
    notes = np.where(noted[:, None] >= 0, np.eye(len(CAUSES))[np.maximum(noted, 0)], 0.0)
    near = Neighbours(rows["customer_id"], rows["due_on"])
    around = neighbour_evidence(rows, near, notes, (noted >= 0).astype(float))
    kinds = {name: sorted(rows[name].dropna().unique()) for name in ("kind", "channel")}
    own = own_evidence(rows, short=8.0, kinds=kinds)
    return np.column_stack([own, around, notes])


def macro_auc(chances, truth):
    return np.mean([roc_auc_score(truth == c, chances[:, k]) for k, c in enumerate(CAUSES)])


def test_causes_are_told_nearly_as_well_as_the_record_allows():
    features, causes = [], []
    for seed in FRESH:
        rows, truth, late = company(seed)
        features.append(on_record(rows)[late])
        causes.append(truth[late])
    # Taught the true causes of fresh companies, which no company knows of its own.
    oracle = HistGradientBoostingClassifier(random_state=0, learning_rate=0.1, max_iter=150)
    oracle.fit(np.vstack(features), np.concatenate(causes))
    rows, truth, late = company(ASKED)
    ours = fit_late_causes(rows, AS_OF).invoices.loc[late, CHANCES].to_numpy()
    best = oracle.predict_proba(on_record(rows)[late])
    best = best[:, [list(oracle.classes_).index(cause) for cause in CAUSES]]
    truth = truth[late]
    found, ceiling = macro_auc(ours, truth), macro_auc(best, truth)
    assert found >= 0.97 * ceiling
    for k, cause in enumerate(CAUSES):
        tenth = pd.qcut(ours[:, k], 10, labels=False, duplicates="drop")
        off = pd.Series(ours[:, k] - (truth == cause)).groupby(tenth).agg(["mean", "size"])
        assert (off["mean"].abs() * off["size"]).sum() / len(truth) <= 0.05, cause
