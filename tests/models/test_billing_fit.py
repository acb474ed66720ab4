"""How bills go: counted by hand, adjusted for who is billed, small cells hidden."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.billing_fit import FEWEST, fit_billing_fit, outcomes
from models.refusal import Refusal

AS_OF = dt.date(2025, 12, 31)
MONTHS = pd.date_range("2024-01-01", periods=14, freq="MS")


def bills(cells, *, seed=0):
    """Bills of {(model, timing): (customers, share paid 40 days late)}, a twentieth of noise."""
    rng = np.random.default_rng(seed)
    parts = []
    for (model, timing), (n, late) in cells.items():
        who = np.repeat([f"{model}-{timing}-{i}" for i in range(n)], len(MONTHS))
        issued = np.tile(MONTHS, n)
        days = 30 + 40 * (rng.random(len(who)) < late)
        parts.append(
            pd.DataFrame(
                {
                    "invoice_id": [f"{model}{timing}{i}" for i in range(len(who))],
                    "customer_id": who, "contract_id": who, "billing_model": model,
                    "billing_timing": timing, "issued_on": issued,
                    "due_on": issued + pd.Timedelta(days=30),
                    "amount": 100 * np.exp(0.02 * rng.standard_normal(len(who))),
                    "paid_on": issued + pd.to_timedelta(days, unit="D"), "disputed": False,
                }
            )
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def test_each_timing_is_held_against_its_own_expectation():
    # 100 five times, then 140 for good: of use the usual bill stays 100 for three bills more, so
    # that all are surprises; a fee is known to be 140 from the second on.
    kinds = {("usage", "in_arrears"): (1, 0.0), ("fixed", "in_advance"): (1, 0.0)}
    rows = bills(kinds)
    rows["amount"] = np.tile([100.0] * 5 + [140.0] * 9, 2)
    found = outcomes(rows, AS_OF, None).set_index("billing_timing")
    assert found.loc["in_arrears", "surprise"].tolist() == [0, 1, 1, 1, 0, 0, 0, 0, 0, 0]
    assert found.loc["in_advance", "surprise"].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    assert found.loc["in_advance", "expected"].tolist() == [100, 100] + [140] * 8
    assert found.loc["in_advance", "distance"].tolist() == pytest.approx([0, 0.4] + [0.0] * 8)


def test_what_became_of_each_bill_by_hand():
    rows = bills({("fixed", "in_advance"): (1, 0.0)})
    rows["amount"] = 100.0
    rows.loc[6, "amount"] = 140.0
    rows.loc[7, "disputed"] = True
    rows.loc[8, "paid_on"] += pd.Timedelta(days=10)
    rows.loc[9, "paid_on"] += pd.Timedelta(days=11)
    rows.loc[10, "paid_on"] = pd.NaT
    asked = pd.DataFrame({"customer_id": rows["customer_id"][:1], "begins": MONTHS[11:12],
                          "asked": 2.0})  # fmt: skip
    found = outcomes(rows, AS_OF, asked)
    # The first four have too few before them.
    assert found["issued_on"].tolist() == MONTHS[4:].tolist()
    assert found["smooth"].tolist() == [1, 1, 0, 0, 1, 0, 0, 0, 1, 1]
    assert found["surprise"].tolist() == [0, 0, 1] + [0] * 7
    assert found["enquiry"].sum() == found["enquiry"].iloc[7] == 1
    # Never paid counts as paid ninety days after it was due.
    assert found["days"].tolist()[4:7] == [40, 41, 120]
    young = outcomes(rows, (MONTHS[13] + pd.Timedelta(days=119)).date(), asked)
    assert len(young) == 9


def test_models_that_differ_are_called_and_small_ones_are_hidden():
    cells = {
        ("fixed", "in_advance"): (60, 0.05),
        ("usage", "in_arrears"): (60, 0.3),
        ("tiered", "in_arrears"): (FEWEST - 1, 0.9),
        ("overage", "in_arrears"): (60, 0.19),
    }
    fit = fit_billing_fit(bills(cells), AS_OF)
    late = fit.table[fit.table["measure"] == "late"].set_index("billing_model")
    assert late["verdict"].drop("overage").to_dict() == {
        "fixed": "less", "usage": "more", "tiered": "too few"
    }  # fmt: skip
    assert late.loc["usage", "low"] <= 0.3 <= late.loc["usage", "high"]
    assert late.loc["tiered", ["value", "adjusted", "q_value"]].isna().all()
    assert late.loc["tiered", "n_customers"] == FEWEST - 1
    # Without tickets nothing is said of enquiries.
    assert "enquiry" not in set(fit.table["measure"])
    assert fit.smooth == pytest.approx(fit.figures()[0].value)


def test_where_every_model_has_few_customers_all_are_hidden():
    few = {("fixed", "in_advance"): (20, 0.1), ("usage", "in_arrears"): (20, 0.1)}
    fit = fit_billing_fit(bills(few), AS_OF)
    assert set(fit.table["verdict"]) == {"too few"}
    assert fit.n_customers == 40


def test_difference_of_who_is_billed_is_taken_out_where_it_is_known():
    # Late by industry alone, and the industries have other models.
    rows = bills({("fixed", "late"): (80, 0.4), ("fixed", "prompt"): (20, 0.0),
                  ("usage", "late"): (20, 0.4), ("usage", "prompt"): (80, 0.0)})  # fmt: skip
    traits = rows[["customer_id"]].drop_duplicates()
    traits["industry"] = np.where(traits["customer_id"].str.contains("late"), "Trade", "Retail")
    rows["billing_timing"] = "in_arrears"
    plain = fit_billing_fit(rows, AS_OF).of("late").set_index("billing_model")
    assert plain.loc["fixed", "verdict"] == "more"
    adjusted = fit_billing_fit(rows, AS_OF, traits=traits).of("late").set_index("billing_model")
    assert set(adjusted["verdict"]) == {"no difference seen"}
    gap = adjusted["adjusted"]["fixed"] - adjusted["adjusted"]["usage"]
    assert abs(gap) < 0.05 < plain["value"]["fixed"] - plain["value"]["usage"]


def test_where_nothing_differs_hardly_anything_is_called():
    cells = {(f"model {k}", "in_arrears"): (40, 0.2) for k in range(5)}
    called = [
        (fit_billing_fit(bills(cells, seed=seed), AS_OF).table["verdict"] == "more").any()
        for seed in range(8)
    ]
    # At one in twenty each: four of eight come once in three thousand times.
    assert sum(called) <= 3


def test_each_persona_has_its_own_best_and_small_groups_are_left_out():
    rows = bills({("fixed", "in_advance"): (80, 0.1), ("usage", "in_arrears"): (80, 0.1)})
    customers = rows["customer_id"].drop_duplicates()
    place = customers.str.rsplit("-", n=1).str[1].astype(int)
    persona = pd.Series(np.where(place < 40, "Planners", "Growers"), index=customers)
    persona[customers[place >= 75].tolist()] = "Few"
    # Planners hate usage, growers the fixed fee.
    odd = rows["customer_id"].map(persona).map({"Planners": "usage", "Growers": "fixed"})
    hated = (odd == rows["billing_model"]) & (rows.index % 2 == 0)
    rows.loc[hated, "paid_on"] += pd.Timedelta(days=60)
    fit = fit_billing_fit(rows, AS_OF, persona=persona)
    best = fit.personas[fit.personas["best"]].set_index("persona")
    assert best["billing_model"].to_dict() == {"Planners": "fixed", "Growers": "usage"}
    assert (fit.personas["friction"] + fit.personas["smooth"] == 1).all()
    assert (fit.personas["low"] <= fit.personas["smooth"]).all()


def test_few_customers_are_refused():
    with pytest.raises(Refusal, match="29 customers have a bill with a contract"):
        fit_billing_fit(bills({("fixed", "in_advance"): (29, 0.1)}), AS_OF)
