"""From the simulation's book to the canonical tables: ids, dates, names and texts."""

import numpy as np
import pandas as pd

from sample_data.accounts import opened_twice, with_groups
from sample_data.billing import DISCOUNT, HANDLING, KINDS
from sample_data.book import Book, Calendar, closed_books, numbered
from sample_data.care import TROUBLES
from sample_data.churn import recorded_reason
from sample_data.contracts import ANNOUNCED_BEFORE, INVOICE_CHANNELS, tariff_rows
from sample_data.market import benchmarks, events, exchange_rates
from sample_data.population import CHANNELS, COUNTRIES, INDUSTRIES
from sample_data.price_list import tariff_definitions
from sample_data.projects import HOUR_COST, HOUR_PRICE
from sample_data.rating import BILLING_MODELS
from sample_data.words.catalogue import METERS, PRODUCTS, PROJECT_SCOPES, WAREHOUSES
from sample_data.words.comments import survey_comments
from sample_data.words.companies import company_names
from sample_data.words.tickets import ticket_texts
from sample_data.world import STAYS, World

__all__ = ["Numbers", "canonical_tables", "tariffs"]

BY_FAMILY = {
    family: [row for row in PRODUCTS if row[2] == family]
    for family in ("subscription", "usage", "goods")
}
DISCOUNT_PRODUCT, HANDLING_PRODUCT, PROJECT_PRODUCT = "P-91", "P-92", "P-31"
SIZES = ("small", "medium", "large")


class Numbers:
    """Ids of customers and invoices; an invoice is named by its key until it has its number."""

    def __init__(self, world: World) -> None:
        issued = world.book.frame("invoices").sort_values(["issued_on", "key"])
        self.customer = numbered("C", len(world.population))
        self.keys = np.sort(issued["key"].to_numpy())
        place = np.searchsorted(self.keys, issued["key"].to_numpy())
        names = np.empty(len(issued), dtype=object)
        names[place] = numbered("INV", len(issued))
        self.names = names

    def invoice(self, key: np.ndarray) -> np.ndarray:
        """Invoice ids of `key`."""
        return self.names[np.searchsorted(self.keys, key)]


def canonical_tables(world: World, numbers: Numbers) -> dict[str, pd.DataFrame]:
    """Return every canonical table as it stood at the close."""
    book, calendar = world.book, world.calendar
    contracts = contract_rows(world, numbers)
    tables = {
        "customers": customer_rows(world, numbers),
        "products": product_rows(),
        "contracts": contracts,
        "tariffs": tariff_rows_written(world, numbers),
        "price_changes": price_change_rows(world, numbers),
        "invoices": invoice_rows(world, numbers),
        "invoice_lines": line_rows(book, numbers),
        "payments": of_invoices(book.frame("payments"), numbers, calendar, "payment_id", "PAY"),
        "adjustments": of_invoices(
            book.frame("adjustments"), numbers, calendar, "adjustment_id", "ADJ"
        ),
        "disputes": of_invoices(book.frame("disputes"), numbers, calendar, "dispute_id", "DSP"),
        "reminders": of_invoices(book.frame("reminders"), numbers, calendar, "reminder_id", "REM"),
        "tickets": ticket_rows(world, numbers),
        "surveys": survey_rows(world, numbers),
        "usage": usage_rows(world, numbers),
        "orders": order_rows(world, numbers),
        "stock_moves": stock_rows(book, calendar),
        **project_rows(world, numbers),
        "events": events(calendar, world.off),
        "benchmarks": benchmarks(world.streams, calendar, world.window.slower_days, world.off),
        "fx_rates": exchange_rates(world.streams, calendar, world.off),
    }
    tables = with_groups(tables, world.streams, world.off)
    tables = opened_twice(tables, world.streams, world.off)
    return closed_books(tables)


def product_rows() -> pd.DataFrame:
    columns = ["product_id", "name", "family", "unit_price", "unit_cost"]
    return pd.DataFrame(PRODUCTS, columns=columns)


def customer_rows(world: World, numbers: Numbers) -> pd.DataFrame:
    people, calendar = world.population, world.calendar
    industry = np.array(INDUSTRIES, dtype=object)[people.industry]
    country = np.array(list(COUNTRIES), dtype=object)[people.country]
    joined = calendar.day_joined(people.acquired_month, people.acquired_day)
    left = world.left_day < STAYS
    u = world.streams("churn reason").random((people.slots, 2))[people.slot]
    last = np.minimum(world.left_month, world.months - 1)
    errors = world.wronged[np.arange(len(people)), last]
    reason = recorded_reason(np.maximum(world.cause, 0), u, errors)
    # What a usual month costs until it is paid, and a fifth more.
    monthly = people.monthly_value * world.contracts.list_rate * (1 - people.discount)
    return pd.DataFrame(
        {
            "customer_id": numbers.customer,
            "name": company_names(world.streams("names"), industry, country),
            "parent_id": None,
            "industry": industry,
            "employees": people.employees.astype(int),
            "country": country,
            "region": np.array([r for r, *_ in COUNTRIES.values()], dtype=object)[people.country],
            "currency": world.contracts.currency,
            "acquired_on": calendar.date(joined),
            "acquisition_channel": np.array(CHANNELS, dtype=object)[people.channel],
            "acquisition_cost": people.acquisition_cost.round(2),
            "onboarding_cost": people.onboarding_cost.round(2),
            "payment_terms_days": people.terms,
            "credit_limit": (np.ceil(1.2 * monthly * (people.terms + 15) / 30 / 500) * 500),
            "churned_on": calendar.date(np.where(left, world.left_day, np.nan)),
            "churn_reason": np.where(left, reason, None),
        }
    )


def contract_rows(world: World, numbers: Numbers) -> pd.DataFrame:
    """The main contract of each customer, its handling fee if it has one, and its projects."""
    people, contracts, calendar = world.population, world.contracts, world.calendar
    model = np.array(BILLING_MODELS, dtype=object)[contracts.model]
    joined = calendar.day_joined(people.acquired_month, people.acquired_day)
    ended = np.where(world.left_day < STAYS, world.left_day, np.nan)
    last = np.where(np.isnan(ended), calendar.last_day, ended)
    years = np.floor((last - joined) / 365.25) + 1
    subscription = np.array([row[0] for row in BY_FAMILY["subscription"]], dtype=object)
    meter = np.array([row[0] for row in BY_FAMILY["usage"]], dtype=object)
    value = people.monthly_value * contracts.list_rate * contracts.factor[:, -1]
    main = pd.DataFrame(
        {
            "contract_id": [f"K{name[1:]}" for name in numbers.customer],
            "customer_id": numbers.customer,
            "product_id": np.where(
                np.isin(model, ("fixed", "consolidated")),
                subscription[contracts.product],
                meter[contracts.meter],
            ),
            "started_on": calendar.date(joined),
            "ended_on": calendar.date(ended),
            "renews_on": calendar.date(joined + years * 365.25),
            "billing_model": model,
            "billing_timing": np.where(contracts.advance, "in_advance", "in_arrears"),
            "monthly_value": value.round(2),
            "tariff_id": [f"T{name[1:]}" for name in numbers.customer],
        }
    )
    fee = contracts.handling > 0
    handling = main[fee].assign(
        contract_id=[f"H{name[1:]}" for name in numbers.customer[fee]],
        product_id=HANDLING_PRODUCT,
        billing_model="fixed",
        billing_timing="every_invoice",
        monthly_value=contracts.handling[fee] / 100,
        tariff_id=None,
    )
    jobs = world.book.frame("projects")
    jobs = jobs[jobs["key"] >= 0] if len(jobs) else pd.DataFrame({"customer": [], "key": []})
    if len(jobs):
        once = pd.DataFrame(
            {
                "contract_id": [f"P-{key:08d}" for key in jobs["key"]],
                "customer_id": numbers.customer[jobs["customer"]],
                "product_id": PROJECT_PRODUCT,
                "started_on": calendar.date(jobs["started_on"]),
                "ended_on": calendar.date(jobs["ended_on"]),
                "billing_model": "fixed",
                "billing_timing": "one_time",
            }
        )
        return pd.concat([main, handling, once], ignore_index=True)
    return pd.concat([main, handling], ignore_index=True)


def tariffs(world: World, numbers: Numbers) -> pd.DataFrame:
    """Every version of every customer's tariff, named as in the contracts."""
    rows = tariff_rows(world.contracts, world.calendar)
    name = [f"T{numbers.customer[who][1:]}" for who in rows["customer"]]
    return rows.drop(columns="customer").assign(tariff_id=name)


def tariff_rows_written(world: World, numbers: Numbers) -> pd.DataFrame:
    """The tariffs as the books have them, named as in the contracts."""
    rows = tariff_definitions(world.contracts, world.calendar)
    name = [f"T{numbers.customer[who][1:]}" for who in rows["customer"]]
    return rows.drop(columns="customer").assign(tariff_id=name)


def price_change_rows(world: World, numbers: Numbers) -> pd.DataFrame:
    contracts, calendar = world.contracts, world.calendar
    who, month = np.nonzero(contracts.rise > 0)
    # Nobody is told of a new price after having left.
    told = calendar.first_days[month] - ANNOUNCED_BEFORE < world.left_day[who]
    who, month = who[told], month[told]
    value = (world.population.monthly_value * contracts.list_rate)[who]
    effective = calendar.first_days[month]
    return pd.DataFrame(
        {
            "change_id": numbered("PC", len(who)),
            "contract_id": [f"K{name[1:]}" for name in numbers.customer[who]],
            "announced_on": calendar.date(effective - ANNOUNCED_BEFORE),
            "effective_on": calendar.date(effective),
            "old_monthly_value": (value * contracts.factor[who, month - 1]).round(2),
            "new_monthly_value": (value * contracts.factor[who, month]).round(2),
        }
    )


def invoice_rows(world: World, numbers: Numbers) -> pd.DataFrame:
    book, calendar, people = world.book, world.calendar, world.population
    rows = book.frame("invoices").merge(book.frame("invoice_notes"), on="key")
    who = rows["customer"].to_numpy()
    kind = rows["kind"].to_numpy()
    contract = np.array([f"K{name[1:]}" for name in numbers.customer], dtype=object)[who]
    table = pd.DataFrame(
        {
            "invoice_id": numbers.invoice(rows["key"].to_numpy()),
            "customer_id": numbers.customer[who],
            "contract_id": np.where(kind < 3, contract, None),
            "issued_on": calendar.date(rows["issued_on"]),
            "due_on": calendar.date(rows["issued_on"] + people.terms[who]),
            "amount": rows["amount"],
            "currency": world.contracts.currency[who],
            "channel": np.array(INVOICE_CHANNELS, dtype=object)[world.contracts.channel[who]],
            "kind": np.array(KINDS, dtype=object)[kind],
            "late_reason": rows["late_reason"],
            "reminder_arm": rows["reminder_arm"],
        }
    )
    if "hold_out" in world.off:
        table["reminder_arm"] = None
    return table.sort_values("invoice_id", ignore_index=True)


def line_rows(book: Book, numbers: Numbers) -> pd.DataFrame:
    lines = book.frame("invoice_lines")
    subscription = {f"subscription:{i}": r[0] for i, r in enumerate(BY_FAMILY["subscription"])}
    meter = {f"meter:{i}": r[0] for i, r in enumerate(BY_FAMILY["usage"])}
    named = {**subscription, **meter, DISCOUNT: DISCOUNT_PRODUCT, HANDLING: HANDLING_PRODUCT}
    tables = [lines.assign(product_id=lines["product"].map(named)).drop(columns="product")]
    goods = book.frame("goods_lines")
    if len(goods):
        cost = np.array([row[4] / row[3] for row in BY_FAMILY["goods"]])
        names = np.array([row[0] for row in BY_FAMILY["goods"]], dtype=object)
        part = goods["product"].to_numpy()
        tables.append(
            goods.assign(
                place=0, product_id=names[part], charge=None,
                cost=(goods["amount"] * cost[part]).round(2),
            ).drop(columns="product")
        )  # fmt: skip
    jobs = book.frame("project_lines")
    if len(jobs):
        tables.append(
            jobs.assign(
                place=0, product_id=PROJECT_PRODUCT, charge="fixed",
                quantity=(jobs["amount"] / HOUR_PRICE).round(2),
                cost=(jobs["amount"] * HOUR_COST / HOUR_PRICE).round(2),
            )
        )  # fmt: skip
    table = pd.concat(tables, ignore_index=True).sort_values(["key", "place"], kind="stable")
    table.insert(0, "invoice_id", numbers.invoice(table["key"].to_numpy()))
    table.insert(1, "line_no", table.groupby("key").cumcount() + 1)
    columns = ["invoice_id", "line_no", "product_id", "charge", "quantity", "amount", "cost"]
    return table[columns].sort_values(["invoice_id", "line_no"], ignore_index=True)


def of_invoices(
    rows: pd.DataFrame, numbers: Numbers, calendar: Calendar, id_name: str, prefix: str
) -> pd.DataFrame:
    """Rows that point at an invoice, in the order they happened, with ids and dates."""
    if rows.empty:
        return rows
    dates = [name for name in rows if name.endswith("_on")]
    rows = rows.sort_values([dates[0], "key"], kind="stable", ignore_index=True)
    table = rows.drop(columns="key").assign(**{name: calendar.date(rows[name]) for name in dates})
    table.insert(0, id_name, numbered(prefix, len(rows)))
    table.insert(1, "invoice_id", numbers.invoice(rows["key"].to_numpy()))
    return table


def ticket_rows(world: World, numbers: Numbers) -> pd.DataFrame:
    rows = dated(world.book.frame("tickets"), world.calendar)
    if rows.empty:
        return rows
    text = ticket_texts(
        world.streams("ticket texts"), rows["topic"].to_numpy(), TROUBLES[rows["trouble"]]
    )
    table = rows.drop(columns=["customer", "trouble", "at_work"]).assign(text=text)
    table.insert(0, "ticket_id", numbered("TCK", len(rows)))
    table.insert(1, "customer_id", numbers.customer[rows["customer"]])
    return table


def survey_rows(world: World, numbers: Numbers) -> pd.DataFrame:
    rows = dated(world.book.frame("surveys"), world.calendar)
    if rows.empty:
        return rows
    comment = survey_comments(
        world.streams("survey comments"), rows["measure"].to_numpy(),
        rows["touchpoint"].to_numpy(), rows["score"].to_numpy(), TROUBLES[rows["trouble"]],
    )  # fmt: skip
    who = numbers.customer[rows["customer"]]
    table = rows.drop(columns=["customer", "trouble"]).assign(comment=comment)
    table["respondent"] = [f"{name}/{n}" for name, n in zip(who, rows["respondent"], strict=True)]
    table.insert(0, "survey_id", numbered("SRV", len(rows)))
    table.insert(1, "customer_id", who)
    return table


def usage_rows(world: World, numbers: Numbers) -> pd.DataFrame:
    rows = world.book.frame("usage")
    who = rows["customer"].to_numpy()
    names = np.array(list(METERS.values()), dtype=object)
    return pd.DataFrame(
        {
            "customer_id": numbers.customer[who],
            "meter": names[world.contracts.meter[who]],
            "month": world.calendar.date(world.calendar.first_days[rows["month"]]),
            "quantity": rows["quantity"],
        }
    )


def order_rows(world: World, numbers: Numbers) -> pd.DataFrame:
    rows = dated(world.book.frame("orders"), world.calendar)
    if rows.empty:
        return rows
    names = np.array([row[0] for row in BY_FAMILY["goods"]], dtype=object)
    table = pd.DataFrame(
        {
            "order_id": numbered("ORD", len(rows)),
            "customer_id": numbers.customer[rows["customer"]],
            "product_id": names[rows["product"]],
            "warehouse": np.array(WAREHOUSES, dtype=object)[rows["site"]],
        }
    )
    return table.join(rows.drop(columns=["customer", "product", "site"]))


def stock_rows(book: Book, calendar: Calendar) -> pd.DataFrame:
    rows = dated(book.frame("stock_moves"), calendar)
    if rows.empty:
        return rows
    names = np.array([row[0] for row in BY_FAMILY["goods"]], dtype=object)
    table = pd.DataFrame(
        {
            "move_id": numbered("MOV", len(rows)),
            "product_id": names[rows["product"]],
            "warehouse": np.array(WAREHOUSES, dtype=object)[rows["site"]],
        }
    )
    return table.join(rows.drop(columns=["product", "site"]))


def project_rows(world: World, numbers: Numbers) -> dict[str, pd.DataFrame]:
    """Projects with their scope in words, and the expense claims of visits."""
    rows = dated(world.book.frame("projects"), world.calendar)
    if rows.empty:
        return {"projects": rows, "expenses": rows}
    ids = pd.Series(numbered("PRJ", len(rows)), index=rows["key"])
    choice = rows["key"].abs().to_numpy()
    scope = []
    for kind, on_site, size, number in zip(
        rows["kind"], rows["on_site"], rows["size"], choice, strict=True
    ):
        if size == 3:
            scope.append("On-site care programme: regular visits and check-up")
            continue
        known = PROJECT_SCOPES[(kind, bool(on_site), SIZES[size])]
        scope.append(known[number % len(known)])
    table = rows.drop(columns=["customer", "key", "size"]).assign(scope=scope)
    table.insert(0, "project_id", ids.to_numpy())
    table.insert(1, "customer_id", numbers.customer[rows["customer"]])
    claims = dated(world.book.frame("expenses"), world.calendar)
    if len(claims):
        claims.insert(0, "expense_id", numbered("EXP", len(claims)))
        claims.insert(1, "project_id", ids.reindex(claims.pop("key")).to_numpy())
    return {"projects": table, "expenses": claims}


def dated(rows: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """Rows in the order of their first date, dates instead of day numbers."""
    dates = [name for name in rows if name.endswith("_on")]
    if rows.empty:
        return rows
    rows = rows.sort_values(dates[0], kind="stable", ignore_index=True)
    return rows.assign(**{name: calendar.date(rows[name]) for name in dates})
