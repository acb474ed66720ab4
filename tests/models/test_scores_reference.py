"""Scores of real reviews: a delivery later than promised costs the stars that were published."""

import datetime as dt

import pandas as pd
import pytest

from models.scores import fit_scores

AS_OF = dt.date(2018, 12, 31)


@pytest.fixture(scope="module")
def reviews(reference_data):
    folder = reference_data / "olist_b"
    orders = pd.read_parquet(folder / "orders.parquet").dropna(
        subset=["order_delivered_customer_date", "order_estimated_delivery_date"]
    )
    came, promised = (
        pd.to_datetime(orders[name], format="%m/%d/%Y %H:%M")
        for name in ("order_delivered_customer_date", "order_estimated_delivery_date")
    )
    orders = orders.assign(promise=(came > promised).map({True: "broken", False: "kept"}))
    given = pd.read_parquet(folder / "order_reviews.parquet").merge(orders, on="order_id")
    # All days are put into the year that is scored: what is held against it is of all years.
    return pd.DataFrame(
        {"customer_id": given["customer_id"], "measure": "csat", "touchpoint": "delivery",
         "answered_on": pd.Timestamp(AS_OF), "score": given["review_score"].astype(float),
         "promise": given["promise"]}
    )  # fmt: skip


@pytest.mark.reference
def test_stars_of_late_orders_are_those_published_and_lower_beyond_noise(reviews):
    customers = pd.DataFrame({"customer_id": reviews["customer_id"].unique()}).assign(
        revenue=1.0, n_invoices=1, tenure_days=100, employees=None
    )
    found = fit_scores(reviews, customers, AS_OF, cuts=("promise",))
    groups = found.cuts.set_index("group")
    # 4,988 reviews of 5,000 orders: 4.32 stars in time and 2.61 late.
    assert groups.loc["kept", "mean"] == pytest.approx(4.32, abs=0.015)
    assert groups.loc["broken", "mean"] == pytest.approx(2.61, abs=0.03)
    assert groups.loc["broken", "verdict"] == "lower"
    whole = found.score("csat")
    top_two = 100 * (reviews["score"] >= 4).mean()
    assert whole["low"] < (top_two if whole["value"] > 1 else top_two / 100) < whole["high"]
