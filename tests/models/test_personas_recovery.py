"""Personas against the truth of the simulated company, and against one that has none."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score

from models.behaviour import prepare
from models.personas import fit_personas
from sample_data import generate
from tests.warehouse.frame_tables import FrameTables
from warehouse.customers import customer_features

AS_OF = dt.date(2026, 9, 30)
NEEDED = ("customers", "invoices", "payments", "invoice_lines", "orders", "usage", "tickets",
          "contracts", "fx_rates", "adjustments")  # fmt: skip

pytestmark = pytest.mark.verify


def features(company):
    tables = FrameTables({name: company.tables[name] for name in NEEDED})
    return customer_features(tables, AS_OF).to_pandas()


@pytest.mark.parametrize("seed", [3, 4])
def test_personas_are_found_nearly_as_well_as_can_be(seed):
    company = generate(seed=seed, n_customers=1_500, months=48)
    found = fit_personas(features(company), AS_OF)
    true = company.truth.customers[["customer_id", "persona", "oracle_persona"]]
    both = found.membership.merge(true, on="customer_id", suffixes=("", "_true"))
    agreement = adjusted_rand_score(both["persona_true"], both["persona"])
    oracle = adjusted_rand_score(both["persona_true"], both["oracle_persona"])
    assert found.count == 5
    assert agreement >= 0.90
    assert agreement >= 0.97 * oracle
    assert (found.table["verdict"] == "stable").all()


@pytest.mark.parametrize("seed", [1, 2])
def test_a_company_without_personas_has_none_though_a_silhouette_finds_some(seed):
    rows = features(generate(seed=seed, n_customers=1_500, months=48, off=["personas"]))
    found = fit_personas(rows, AS_OF)
    assert found.count == 0
    # The careless way always finds at least two: the silhouette knows no single group.
    scores = prepare(rows).scores.to_numpy()
    by_count = [
        silhouette_score(scores, KMeans(k, n_init=3, random_state=0).fit_predict(scores))
        for k in range(2, 6)
    ]
    assert np.max(by_count) > 0


def skewed_cloud(seed, n=800):
    """Customers of one kind whose behaviours hang together and are far from symmetric."""
    rng = np.random.default_rng(seed)
    together = 0.3 * np.ones((8, 8)) + 0.7 * np.eye(8)
    x = np.exp(1.2 * rng.multivariate_normal(np.zeros(8), together, n))
    month = np.full(n, 24.0)
    columns = {
        "revenue": 2_000 * x[:, 0] * month, "usage_per_month": 900 * x[:, 1],
        "n_orders": np.round(40 * x[:, 2]), "units_per_order": 6 * x[:, 3],
        "discount_share": 0.05 * x[:, 4], "onboarding_cost": 900 * x[:, 5],
        "acquisition_cost": 1_500 * x[:, 6], "n_tickets": np.round(30 * x[:, 7]),
    }  # fmt: skip
    ids = [f"C{i}" for i in range(n)]
    return pd.DataFrame({"customer_id": ids, "watched_months": month, **columns})


def test_skewed_and_correlated_customers_of_one_kind_have_no_personas():
    # Raw, such amounts make the criterion invent four or five groups.
    none = [fit_personas(skewed_cloud(seed), AS_OF).count == 0 for seed in range(20)]
    assert np.mean(none) >= 0.9


def test_number_of_personas_is_right_in_nine_companies_of_ten():
    counts = [
        fit_personas(features(generate(seed=seed, n_customers=1_000, months=36)), AS_OF).count
        for seed in range(20, 30)
    ]
    assert np.mean(np.array(counts) == 5) >= 0.9
