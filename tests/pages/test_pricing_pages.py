"""The pricing pages from app.py."""

import pytest

from tests.shown import show, text_of


def test_price_reaction_page_shows_estimates_assumptions_and_both_results(in_sample_workspace):
    at = show("pages/pricing/price_reaction.py", change="-20", outcome="enquiries")
    effects, totals = at.dataframe[0].value, at.dataframe[1].value
    assert {"estimated", "assumed"} == set(effects["Source"])
    assert totals["Change"].iloc[0] == "Revenue"
    assert "20 % below" in text_of(at)
    # No price was ever lowered in the sample company.
    assert "No price in this data changed that far" in text_of(at)
    assert "0 % to +12 %" in at.warning[0].value.replace("\\", "")
    assert any(slider.label.startswith("Billing enquiries: Lower price") for slider in at.slider)


def test_assumption_in_the_link_is_the_one_simulated(in_sample_workspace):
    page = "pages/pricing/price_reaction.py"
    usual, dreaded = (show(page, **said) for said in ({}, {"a_leave_price_change_up": "60"}))
    lost = [at.dataframe[1].value.set_index("Change")["With the reaction"]["Customers lost"]
            for at in (usual, dreaded)]  # fmt: skip
    assert int(lost[1]) > int(lost[0])
    assert not usual.warning


def test_elasticity_page_shows_the_result_and_calls_it_what_it_is(
    in_sample_workspace, sample_review
):
    found = sample_review.elasticity
    at = show("pages/pricing/elasticity.py")
    assert at.metric[0].value == f"{found.value:.2f}"
    assert "Observational, endogenous" in text_of(at)
    # Nobody was asked for prices in the sample company.
    assert "0 customers named four prices" in text_of(at)
    # The truth of the sample company.
    assert found.low <= -0.4 <= found.high


def test_billing_fit_page_shows_models_and_what_suits_each_persona(in_sample_workspace):
    at = show("pages/pricing/billing_fit.py", measure="late")
    assert "Paid more than ten days late" in text_of(at)
    assert "were its customers like all in size of bill, terms" in text_of(at)
    equal = next(d.value for d in at.dataframe if "revenue_then" in d.value)
    assert equal["revenue_then"].to_numpy() == pytest.approx(equal["revenue"].to_numpy(), rel=1e-3)
    assert equal["best"].any()
    personas = at.dataframe[0].value
    assert personas.groupby("persona")["best"].sum().min() >= 1
    assert personas["n_customers"].min() >= 30
