"""What lies ahead of personas: the results' own numbers, nothing of too few."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.lifetime_value import fit_lifetime_value
from models.outlook import ConstantOutlook
from models.persona_prospects import persona_prospects
from models.persona_sheet import EVERYONE, FEWEST, fit_persona_sheets
from models.personas import fit_personas
from models.price_sensitivity import PriceSensitivity
from tests.models.test_personas import AS_OF, customers, sheet_rows


@pytest.fixture(scope="module")
def personas():
    names = np.repeat(["Big", "Small", "Tiny"], [30, 20, FEWEST - 1])
    ids = np.array([f"C{i}" for i in range(len(names))])
    table = pd.DataFrame({"persona": ["Big", "Small", "Tiny"]})
    return SimpleNamespace(table=table, by_customer=pd.Series(names, index=ids, name="persona"))


def by(lines):
    return lines.set_index(["measure", "persona"])


def test_chance_to_leave_is_the_mean_of_todays_customers(personas):
    ids = personas.by_customer.index
    risk = np.linspace(0.1, 0.5, len(ids))
    scored = pd.DataFrame({"customer_id": ids, "churn_risk_12m": risk,
                           "churn_risk_12m_low": risk - 0.05,
                           "churn_risk_12m_high": risk + 0.05})  # fmt: skip
    stranger = scored.tail(1).assign(customer_id="X", churn_risk_12m=1.0)
    lines = by(persona_prospects(personas, scored=pd.concat([scored, stranger])))
    row = lines.loc[("churn_risk", "Big")]
    assert (row["value"], row["low"], row["n"]) == pytest.approx(
        (risk[:30].mean(), risk[:30].mean() - 0.05, 30)
    )
    assert lines.loc[("churn_risk", EVERYONE), "value"] == pytest.approx(risk.mean())
    assert np.isnan(lines.loc[("churn_risk", "Tiny"), "value"])


def test_worth_is_that_of_the_groups_of_lifetime_value(personas):
    ids = personas.by_customer.index.to_numpy()
    rows = pd.DataFrame({"customer_id": ids, "contribution": np.arange(len(ids)) + 50.0,
                         "std_err": 5.0, "revenue": 100.0, "days_to_pay": 0.0})  # fmt: skip
    value = fit_lifetime_value(
        rows, ConstantOutlook(ids, ("price",), np.full((len(ids), 1), 0.03)),
        as_of=dt.date(2025, 6, 30), horizon=24, discount_rate=0.1, financing_rate=0.1,
        churn_rate=0.03,
    )  # fmt: skip
    lines = by(persona_prospects(personas, value=value))
    groups = value.by(personas.by_customer.to_numpy()).set_index("group")
    row = lines.loc[("cltv", "Small")]
    assert (row["value"], row["low"], row["high"]) == pytest.approx(
        tuple(groups.loc["Small", ["mean", "mean_low", "mean_high"]])
    )
    assert lines.loc[("cltv", EVERYONE), "value"] == pytest.approx(value.portfolio / value.n)
    assert row["label"] == "Lifetime value, next 24 months"
    assert np.isnan(lines.loc[("cltv", "Tiny"), "value"])


def test_answer_to_a_price_is_left_out_where_it_cannot_be_told(personas):
    told = pd.DataFrame({"group": ["everyone", "Big"], "n_customers": [50, 31],
                         "elasticity": [-0.4, np.nan], "low": [-0.6, np.nan],
                         "high": [-0.2, np.nan]})  # fmt: skip
    lines = by(persona_prospects(personas, sensitivity=PriceSensitivity(told, 0.95)))
    assert tuple(lines.loc[("elasticity", EVERYONE), ["value", "low", "high"]]) == (
        -0.4,
        -0.6,
        -0.2,
    )
    assert lines.loc["elasticity"]["value"].isna().sum() == 3


def test_lines_stand_in_their_sections(personas):
    rows = sheet_rows(customers(apart=2.4)[0])
    found = fit_personas(rows, AS_OF)
    name = found.table["persona"].iloc[0]
    ids = found.membership["customer_id"]
    scored = pd.DataFrame({"customer_id": ids, "churn_risk_12m": 0.2, "churn_risk_12m_low": 0.1,
                           "churn_risk_12m_high": 0.3})  # fmt: skip
    plain = fit_persona_sheets(found, rows)
    sheets = plain.with_lines(persona_prospects(found, scored=scored))
    sheet = sheets.sheet(name)
    assert list(sheet["section"].drop_duplicates()) == list(plain.sheet(name)["section"].unique())
    assert sheet["section"].ne(sheet["section"].shift()).sum() == sheet["section"].nunique()
    own = sheet.set_index("measure").loc["churn_risk"]
    assert (own["value"], own["everyone"]) == pytest.approx((0.2, 0.2))
    assert len(sheet) == len(plain.sheet(name)) + 1
    assert plain.with_lines(persona_prospects(found)) is plain
