import pytest

from tests.warehouse.company import CUSTOMERS, INVOICE_COLUMNS, write_company
from warehouse.load import load
from warehouse.workspace import Workspace

RATES = "currency,month,to_reporting\n"
USD_INVOICES = INVOICE_COLUMNS + (
    "I-1,C-1,2024-01-15,2024-02-15,100,USD\n"
    "I-2,C-1,2024-03-15,2024-04-15,100,USD\n"
    "I-3,C-1,2024-03-15,2024-04-15,100,EUR\n"
)


@pytest.fixture
def load_in(tmp_path):
    def run(*, currency=None, before=None, **texts):
        workspace = Workspace.create(tmp_path / "workspace")
        if before:
            workspace.settings.set(reporting_currency=before)
        texts = {"payments": None, "invoices": USD_INVOICES, **texts}
        return load(write_company(tmp_path / "files", **texts), workspace, currency=currency)

    return run


def test_currency_stated_goes_before_all_else(load_in):
    assert load_in(currency="EUR", before="USD").currency == "EUR"


def test_currency_of_the_settings_goes_before_the_data(load_in):
    assert load_in(before="EUR").currency == "EUR"


def test_currency_whose_rate_is_always_one_is_the_reporting_currency(load_in):
    report = load_in(fx_rates=RATES + "EUR,2024-01-01,1\nEUR,2024-02-01,1\nUSD,2024-01-01,0.9\n")
    assert report.currency == "EUR"
    assert any("its rate is 1 in every month" in note for note in report.notes)


def test_currency_of_most_invoices_is_taken_where_there_are_no_rates(load_in):
    report = load_in(customers=CUSTOMERS.replace("EUR", "USD"))
    assert report.currency == "USD"
    assert any("2 of the amounts are in it" in note for note in report.notes)


def test_currency_with_a_rate_other_than_one_is_not_what_rates_convert_to(load_in):
    report = load_in(fx_rates=RATES + "USD,2024-01-01,0.9\n")
    assert report.currency == "EUR"


def test_rate_of_a_later_month_does_not_reach_back(load_in):
    rates = RATES + "EUR,2024-01-01,1\nUSD,2024-02-01,0.9\n"
    invoices = load_in(fx_rates=rates).tables["invoices"]
    assert invoices.refused_by_rule == {"currency_has_rate": 1}
    assert invoices.accepted == 2


def test_customer_needs_a_rate_in_any_month(load_in):
    customers = CUSTOMERS.replace("2020-06-01,14", "2020-06-01,14").replace(
        "energy,EUR", "energy,CHF"
    )
    rates = RATES + "EUR,2024-01-01,1\nUSD,2024-01-01,0.9\n"
    assert load_in(customers=customers, fx_rates=rates).tables["customers"].refused_by_rule == {
        "currency_has_rate": 1
    }
    more = rates + "CHF,2029-01-01,1.1\n"
    assert load_in(customers=customers, fx_rates=more).tables["customers"].refused == 0


def test_invoices_loaded_earlier_are_checked_again_when_the_currency_changes(load_in):
    customers = CUSTOMERS.replace("EUR", "USD")
    first = load_in(customers=customers, currency="USD", invoices=USD_INVOICES)
    assert first.tables["invoices"].refused_by_rule == {"currency_has_rate": 1}
    second = load_in(
        customers=None,
        invoices=None,
        currency="EUR",
        products="product_id,name,family\nP,P,goods\n",
    )
    assert second.tables["customers"].withdrawn_by_rule == {"currency_has_rate": 2}


def test_rates_that_do_not_fit_the_reporting_currency_are_a_warning(load_in):
    report = load_in(currency="USD", fx_rates=RATES + "USD,2024-01-01,0.9\nEUR,2024-01-01,1\n")
    assert any("gives USD a rate other than 1" in warning for warning in report.warnings)
