"""Personas against the truth of the simulated company, and against one that has none."""

import datetime as dt

import numpy as np
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
