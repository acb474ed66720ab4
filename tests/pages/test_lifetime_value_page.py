"""The page of lifetime value from app.py: it prints what the analysis returns."""

import pytest
from streamlit.testing.v1 import AppTest

from charts.wording import in_unit, money
from tests.served import ROOT
from tests.shown import app_at


@pytest.fixture(scope="module")
def page(sample_workspace):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOODWILL_WORKSPACE", str(sample_workspace))
        patch.chdir(ROOT)
        yield app_at("pages/customers/lifetime_value.py").run()


def said(at: AppTest) -> str:
    return " ".join(element.value for element in [*at.markdown, *at.caption]).replace("\\", "")


def table_with(at: AppTest, column: str):
    return next(d.value for d in at.dataframe if column in d.value)


def test_page_shows_the_value_and_what_it_rests_on(page):
    assert not page.exception
    assert not page.error
    customers = table_with(page, "cltv_baseline")
    # Fewer customers are shown than there are; the sum is in the card and in the groups.
    groups = table_with(page, "mean_low")
    shown = {metric.label: metric.value.replace("\\", "") for metric in page.metric}
    assert shown["Lifetime value of all customers"] == in_unit(
        groups["value"].sum(), "money", "EUR"
    )
    assert customers["cltv"].is_monotonic_decreasing
    for words in ("36 months ahead", "discounted at 10.0 % a year", "simple baseline",
                  "If nobody left", "chance on top of it"):  # fmt: skip
        assert words in said(page)


def test_one_customer_opens_into_months_and_invoices(page):
    flows = table_with(page, "staying")
    best = table_with(page, "cltv_baseline").iloc[0]
    assert flows["value"].sum() == pytest.approx(best["cltv"])
    terms = flows[["revenue", "costs", "bad_debt", "financing"]].sum(axis=1)
    assert (terms * flows["staying"] / 100 * flows["discount"]).to_numpy() == pytest.approx(
        flows["value"].to_numpy()
    )
    invoices = table_with(page, "cost_of_goods")
    assert len(invoices)
    assert (invoices["revenue"] > 0).all()


def test_terms_and_customer_in_the_link_are_the_ones_shown(page):
    before = table_with(page, "cltv_baseline")
    worst = before.iloc[-1]["customer_id"]
    for name, word in {"horizon": "12", "discount": "20", "customer": worst}.items():
        page.query_params[name] = word
    page.run()
    assert not page.error
    assert "12 months ahead, discounted at 20.0 % a year" in said(page)
    flows = table_with(page, "staying")
    assert len(flows) == 12
    after = table_with(page, "cltv_baseline").set_index("customer_id")["cltv"]
    if worst in after:
        assert flows["value"].sum() == pytest.approx(after[worst])
    assert money(flows["value"].sum(), "EUR")


def test_few_customers_without_a_contract_are_refused_in_words(page):
    # The sample has second accounts only, which is too few to tell how they buy.
    assert any("without a contract" in w.value and "too few" in w.value for w in page.warning)


def test_unknown_customer_is_named_and_the_page_goes_on(page):
    page.query_params["customer"] = "C-NOBODY"
    page.run()
    assert not page.exception
    assert any("C-NOBODY is not valued on this view" in error.value.replace("\\", "")
               for error in [*page.error, *page.warning])  # fmt: skip
