from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from pyarrow.parquet import read_metadata

from sample_data import MECHANISMS, generate
from sample_data.book import HAPPENS_LATER, KNOWN_FROM, LAST_DAY
from sample_data.rating import BILLING_MODELS
from warehouse.tables import TABLES
from warehouse.workspace import Workspace


def test_every_table_of_the_schema_is_there_and_has_rows(small_company):
    assert set(small_company.tables) == set(TABLES)
    assert [name for name, table in small_company.tables.items() if table.empty] == []


def test_importer_accepts_every_row(sample_workspace):
    stored = Workspace.open(sample_workspace).current().manifest.tables
    books = sample_workspace.parent / "files"
    written = {path.stem: read_metadata(path).num_rows for path in books.glob("*.parquet")}
    assert written.keys() == set(TABLES)
    assert {name: table.rows for name, table in stored.items()} == written


def test_same_seed_gives_the_same_company_to_the_last_cent():
    one, two = (generate(seed=3, n_customers=80, months=14) for _ in range(2))
    for name, table in one.tables.items():
        pd.testing.assert_frame_equal(table, two.tables[name])
    assert one.truth.summary() == two.truth.summary()


def test_another_seed_gives_another_company():
    one, two = (generate(seed=seed, n_customers=80, months=14).tables for seed in (3, 4))
    assert not one["invoices"]["amount"].equals(two["invoices"]["amount"])


def test_nothing_in_the_books_has_yet_to_happen(small_company):
    for name, table in small_company.tables.items():
        dates = [KNOWN_FROM[name]] if name in KNOWN_FROM else []
        for column in [*dates, *HAPPENS_LATER.get(name, {})]:
            assert not (table[column] > LAST_DAY).any(), f"{name}.{column}"


@pytest.mark.parametrize(
    ("table", "date"),
    [("tickets", "opened_on"), ("surveys", "answered_on"), ("orders", "ordered_on")],
)
def test_nothing_is_heard_of_a_customer_before_or_after_its_time(small_company, table, date):
    customers = small_company.tables["customers"][["customer_id", "acquired_on", "churned_on"]]
    rows = small_company.tables[table].merge(customers, on="customer_id")
    assert not (rows[date] < rows["acquired_on"]).any()
    assert not (rows[date] > rows["churned_on"]).any()


def test_claims_belong_to_the_year_of_the_programme(small_company):
    projects = small_company.tables["projects"]
    claims = small_company.tables["expenses"].merge(projects, on="project_id")
    assert len(claims) == len(small_company.tables["expenses"])
    assert not (claims["submitted_on"] < claims["started_on"]).any()
    # Handed in up to three days after the last visit.
    assert not (claims["submitted_on"] > claims["ended_on"] + pd.Timedelta(days=3)).any()


def test_lines_add_up_to_their_invoice(small_company):
    lines = small_company.tables["invoice_lines"].groupby("invoice_id")["amount"].sum()
    invoices = small_company.tables["invoices"].set_index("invoice_id")["amount"]
    assert set(lines.index) == set(invoices.index)
    assert (lines - invoices).abs().max() < 0.005


def test_invoices_are_paid_at_most_once_but_for_those_paid_twice(small_company):
    tables = small_company.tables
    paid = tables["payments"].groupby("invoice_id")["amount"].sum()
    owed = tables["invoices"].set_index("invoice_id")["amount"].reindex(paid.index)
    assert (paid > owed + 0.005).mean() < 0.01


def test_ten_billing_models_four_timings_and_three_currencies_are_in_use(company):
    contracts = company.tables["contracts"]
    assert set(contracts["billing_model"]) == set(BILLING_MODELS)
    assert set(contracts["billing_timing"]) == {
        "one_time", "in_advance", "in_arrears", "every_invoice",
    }  # fmt: skip
    assert set(company.tables["invoices"]["currency"]) == {"EUR", "GBP", "USD"}


def test_five_kinds_of_stock_move_never_take_stock_below_zero(company):
    moves = company.tables["stock_moves"]
    assert set(moves["kind"]) == {"receipt", "transfer", "fulfilment", "adjustment", "disposal"}
    daily = moves.groupby(["product_id", "warehouse", "moved_on"])["quantity"].sum()
    assert daily.groupby(level=[0, 1]).cumsum().min() >= 0


# --- re-rating: a second implementation, in decimals, from the tariffs alone -----------------

CENT = Decimal("0.01")


def to_the_cent(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def price_of_use(tariff, units: int, share: Decimal) -> Decimal:
    """What a month's use costs, written from the description of the billing models."""
    price, usual = Decimal(str(tariff["price"])), int(tariff["usual_units"])
    model, units = tariff["billing_model"], Decimal(units)
    half, more = Decimal(usual * 50 // 100), Decimal(usual * 125 // 100)
    if model == "tiered":
        bands = (
            (min(units, half), Decimal("1.25")),
            (max(Decimal(0), min(units, more) - half), Decimal("0.85")),
            (max(Decimal(0), units - more), Decimal("0.60")),
        )
        cut = Decimal("0.000001")
        return sum(
            to_the_cent((price * relative).quantize(cut, rounding="ROUND_DOWN") * part)
            for part, relative in bands
        )
    if model == "per_thousand":
        return to_the_cent(price * 1000 * -(-int(units) // 1000))
    if model == "discount_tiers":
        gross = to_the_cent(price * units)
        steps = ((usual * 60 // 100, "0"), (usual * 120 // 100, "0.08"))
        rebate = next((r for end, r in steps if units <= end), "0.15")
        return gross - to_the_cent(gross * Decimal(rebate))
    if model == "minimum_fee":
        floor = to_the_cent(Decimal(str(tariff["fee"])) * share)
        return max(floor, to_the_cent(price * units))
    if model == "included_units":
        dear = (price * 3 / 2).quantize(Decimal("0.000001"), rounding="ROUND_DOWN")
        return to_the_cent(dear * max(Decimal(0), units - int(tariff["included_units"])))
    if model == "overage":
        return to_the_cent(price * 2 * max(Decimal(0), units - int(tariff["included_units"])))
    return to_the_cent(price * units)


def test_every_line_of_use_can_be_rated_again_from_its_tariff(small_company):
    tables, tariffs = small_company.tables, small_company.truth.tariffs
    lines = tables["invoice_lines"].merge(
        tables["invoices"][["invoice_id", "contract_id", "issued_on"]], on="invoice_id"
    )
    lines = lines.merge(tables["contracts"][["contract_id", "tariff_id", "started_on", "ended_on"]])
    metered = lines[lines["product_id"].isin(["P-11", "P-12", "P-13", "P-14"])]
    month = (metered["issued_on"].dt.to_period("M") - 1).dt.to_timestamp()
    begins = metered["started_on"].where(metered["started_on"] > month, month)
    last = month + pd.offsets.MonthEnd(0)
    ends = metered["ended_on"].where(metered["ended_on"] < last, last)
    days = (ends - begins).dt.days + 1
    metered = metered.assign(month=month, days=days, length=month.dt.days_in_month)
    versions = {key: rows.to_dict("records") for key, rows in tariffs.groupby("tariff_id")}
    wrong = 0
    sample = metered.sample(3_000, random_state=1)
    for row in sample.itertuples():
        valid = [t for t in versions[row.tariff_id] if t["valid_from"] <= row.month]
        tariff = max(valid or versions[row.tariff_id][:1], key=lambda t: t["valid_from"])
        share = Decimal(int(row.days) * 1_000_000 // int(row.length)) / 1_000_000
        again = price_of_use(tariff, int(row.quantity), share)
        wrong += again != Decimal(str(row.amount)).quantize(CENT)
    assert set(sample["charge"]) >= set(BILLING_MODELS) - {"fixed"}
    assert wrong == 0


# --- common random numbers ---------------------------------------------------------------------


def test_switching_off_reminders_changes_no_customer_and_no_draw_of_others(small_company):
    without = small_company.without("reminders")
    kept = ["customer_id", "name", "industry", "country", "acquired_on", "acquisition_cost"]
    pd.testing.assert_frame_equal(
        small_company.tables["customers"][kept].head(300),
        without.tables["customers"][kept].head(300),
    )
    # In the first month nothing else can differ yet: every invoice is paid no sooner.
    invoices = small_company.tables["invoices"]
    opening = invoices["issued_on"] < invoices["issued_on"].min() + pd.Timedelta(days=28)
    first = invoices.loc[opening, "invoice_id"]
    soon, late = (
        c.truth.invoices.set_index("invoice_id")["days_to_pay"].loc[first]
        for c in (small_company, without)
    )
    assert (late >= soon).all()
    assert (late > soon).mean() > 0.02


def test_unknown_mechanism_is_refused_by_name():
    with pytest.raises(ValueError, match=r"weather is not a mechanism .* Known are: personas"):
        generate(seed=1, n_customers=50, months=12, off=["weather"])


@pytest.mark.parametrize("size", [{"n_customers": 5}, {"months": 3}])
def test_too_small_a_company_is_refused(size):
    with pytest.raises(ValueError, match="Ask for at least 20 customers and 12 months"):
        generate(**{"seed": 1, "n_customers": 50, "months": 12, **size})


def test_everything_can_be_switched_off_at_once():
    bare = generate(seed=1, n_customers=60, months=14, off=MECHANISMS)
    assert len(bare.tables["invoices"]) > 100
    assert bare.truth.invoices["state"].eq("on_time").all()
