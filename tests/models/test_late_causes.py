"""Why late: against the known truth, and what is said where the evidence does not suffice."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from models.late_causes import CAUSES, fit_late_causes
from models.noisy_labels import fit_noisy_logit
from models.refusal import Refusal
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from warehouse.late_causes import late_facts
from warehouse.late_signals import invoice_signals

AS_OF = dt.date(2026, 9, 30)
CHANCES = [f"cause_{cause}" for cause in CAUSES]


@pytest.fixture(scope="module")
def known():
    """Rows of a company, and what truly lies behind each invoice."""
    company = generate(seed=5, n_customers=500, months=30)
    tables = FrameTables(company.tables)
    signals = invoice_signals(tables, AS_OF).to_pandas().sort_values("invoice_id")
    rows = signals.merge(late_facts(tables, AS_OF).to_pandas(), on="invoice_id")
    truth = company.truth.invoices.set_index("invoice_id")["state"]
    return rows, truth.loc[rows["invoice_id"]].to_numpy()


@pytest.fixture(scope="module")
def causes(known):
    return fit_late_causes(known[0], AS_OF)


def test_true_causes_are_told_and_chances_come_true(known, causes):
    rows, truth = known
    late = (rows["late"].eq(True) & (truth != "on_time")).to_numpy(dtype=bool)
    chance, truth = causes.invoices.loc[late, CHANCES].to_numpy(), truth[late]
    areas = [roc_auc_score(truth == cause, chance[:, k]) for k, cause in enumerate(CAUSES)]
    assert np.mean(areas) > 0.86
    for k, cause in enumerate(CAUSES):
        tenth = pd.qcut(chance[:, k], 10, labels=False, duplicates="drop")
        off = pd.Series(chance[:, k] - (truth == cause)).groupby(tenth).agg(["mean", "size"])
        assert (off["mean"].abs() * off["size"]).sum() / late.sum() < 0.06, cause
    named = causes.invoices.loc[late, "cause"].to_numpy()
    sure = named != "unclear"
    assert 0.3 < sure.mean() < 0.9
    assert (named[sure] == truth[sure]).mean() > 0.75


def test_what_an_invoice_shows_by_its_end_tells_more_than_what_is_known_while_it_is_open(causes):
    area = causes.stages.set_index("stage")["auc"]
    assert area["not due"] < area["overdue"] < area["ended"]
    assert area["not due"] > 0.6


def test_chances_add_up_and_money_is_shared_out_whole(causes):
    invoices = causes.invoices
    np.testing.assert_allclose(invoices[CHANCES].sum(axis=1), 1.0)
    mix = causes.invoices.assign(money=10.0)
    shared = causes.mix("days_late")
    assert shared["share"].sum() == pytest.approx(1.0)
    assert shared["amount"].sum() == pytest.approx(invoices["days_late"].sum())
    assert (shared["named"] >= 0).all() or (mix["days_late"] < 0).any()


def test_evidence_is_said_in_few_sentences(causes):
    noted = causes.invoices[causes.invoices["noted"].notna()]
    assert noted["evidence"].str.startswith("A collector noted: ").all()
    disputed = causes.invoices[causes.invoices["dispute_reason"] == "quality"]
    assert disputed["evidence"].str.contains("Disputed for the quality: ").all()
    assert causes.invoices["evidence"].str.count(r"\.( |$)").max() <= 4


def test_those_late_again_and_again_have_their_reason(causes):
    table = causes.persistent(fewest=4)
    assert (table["n_late"] >= 4).all()
    assert table["n_late"].is_monotonic_decreasing
    assert set(table["cause"]) <= {*CAUSES, "unclear"}
    assert table["action"].notna().all()


def test_without_notes_causes_are_refused_and_the_way_to_them_is_told(known):
    rows = known[0].assign(noted=None)
    with pytest.raises(Refusal, match="noted why an invoice is late on 0 invoices"):
        fit_late_causes(rows, AS_OF)


def test_rate_of_wrong_labels_is_found_and_chances_are_of_the_true_class():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((4_000, 2)) * 3
    true = x.argmax(axis=1)
    wrong = rng.random(4_000) < 0.15
    label = np.where(wrong, 1 - true, true)
    model = fit_noisy_logit(x, label, np.ones(4_000), 2)
    assert model.wrong == pytest.approx(0.15, abs=0.02)
    # Far from the border there is no doubt, though one label in seven says otherwise.
    assert model.chances(np.array([[4.0, -4.0]]))[0, 0] > 0.97
