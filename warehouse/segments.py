"""The ways invoices are cut: by who the customer is, and by what was agreed with them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import ibis
import ibis.expr.types as ir
from ibis import _

from warehouse.contract_prices import with_price
from warehouse.invoices import issued_invoices
from warehouse.workspace import Tables

__all__ = [
    "NOT_STATED",
    "SEGMENTS",
    "customer_segments",
    "first_contracts",
    "segment_values",
    "segmented_invoices",
    "segments_in",
    "size_band",
]

NOT_STATED = "not stated"

#: Name of each way to cut, in the words the pages show.
SEGMENTS: Mapping[str, str] = {
    "industry": "Industry",
    "country": "Country",
    "region": "Region",
    "size": "Company size",
    "terms": "Payment terms",
    "billing_model": "Billing model",
    "channel": "Invoice channel",
    "kind": "Kind of invoice",
    "disputed": "Disputed",
}

SIZE_BANDS = (
    (9, "1-9 people"),
    (49, "10-49 people"),
    (249, "50-249 people"),
    (999, "250-999 people"),
)
LARGEST = "1,000 people or more"
TERMS_BANDS = ((0, "due at once"), (14, "1-14 days"), (30, "15-30 days"), (45, "31-45 days"),
               (60, "46-60 days"))  # fmt: skip
LONGEST = "61 days or more"


def segments_in(tables: Tables) -> list[str]:
    """The ways to cut for which these tables hold something to cut by."""
    customers, invoices = tables["customers"], tables["invoices"]
    counts = {
        "industry": customers.industry.count(),
        "country": customers.country.count(),
        "region": customers.region.count(),
        "size": customers.employees.count(),
    }
    filled = customers.aggregate(**counts).to_pandas().iloc[0]
    invoiced = (
        invoices.aggregate(
            billing_model=_.contract_id.count(), channel=_.channel.count(), kind=_.kind.count()
        )
        .to_pandas()
        .iloc[0]
    )
    present = {name for name, n in {**filled, **invoiced}.items() if n} | {"terms"}
    if "contracts" not in tables:
        present.discard("billing_model")
    if "disputes" in tables:
        present.add("disputed")
    return [name for name in SEGMENTS if name in present]


def segmented_invoices(
    tables: Tables,
    as_of: dt.date,
    *,
    by: Iterable[str] = (),
    filters: Mapping[str, Sequence[str]] | None = None,
) -> ir.Table:
    """Invoices issued by `as_of`, cut to `filters`, with a text column for each name in `by`.

    Raises
    ------
    ValueError
        If a name is not one of `SEGMENTS`.
    """
    filters = {name: values for name, values in (filters or {}).items() if values}
    by = tuple(dict.fromkeys(by))
    wanted = [*by, *(name for name in filters if name not in by)]
    if unknown := [name for name in wanted if name not in SEGMENTS]:
        raise ValueError(
            f"There is no segment called {', '.join(unknown)}, so nothing can be cut by it. "
            f"Choose from {', '.join(SEGMENTS)}."
        )
    invoices = issued_invoices(tables, as_of)
    columns = invoices.columns
    for name in wanted:
        invoices = add_segment(invoices, tables, name, as_of)
    for name, values in filters.items():
        invoices = invoices.filter(invoices[f"by_{name}"].isin(list(values)))
    kept = (column for column in columns if column not in by)
    return invoices.select(*kept, **{name: invoices[f"by_{name}"] for name in by})


def customer_segments(tables: Tables, as_of: dt.date, *, by: Iterable[str]) -> ir.Table:
    """One row a customer acquired by `as_of`, with a text column for each segment in `by`.

    Only what is known of the customer as a whole: profile, payment terms, and the billing model
    of the contract it began with.

    Raises
    ------
    ValueError
        If a name is a segment of invoices only.
    """
    customers = tables["customers"].filter(_.acquired_on <= as_of)
    values = {
        **{name: customers[name] for name in ("industry", "country", "region")},
        "size": banded(customers.employees, SIZE_BANDS, LARGEST),
        "terms": banded(customers.payment_terms_days, TERMS_BANDS, LONGEST),
    }
    names = list(by)
    if unknown := [name for name in names if name not in values and name != "billing_model"]:
        raise ValueError(
            f"Customers have no segment called {', '.join(unknown)}, so they cannot be cut by it. "
            f"Choose from {', '.join([*values, 'billing_model'])}."
        )
    kept = {name: values[name].fill_null(NOT_STATED) for name in names if name in values}
    rows = customers.select("customer_id", **kept)
    if "billing_model" in names:
        model = ibis.null("string")
        if "contracts" in tables:
            first = first_contracts(tables, as_of).select("customer_id", "billing_model")
            rows = rows.left_join(first, "customer_id").drop("customer_id_right")
            model = rows.billing_model
        rows = rows.mutate(billing_model=model.fill_null(NOT_STATED))
    return rows.select("customer_id", *names)


def first_contracts(tables: Tables, as_of: dt.date) -> ir.Table:
    """The contract each customer began with: known as long as it is a customer.

    Of several begun on one day, the one of the highest price on that day.
    """
    contracts = tables["contracts"].filter(_.started_on <= as_of)
    contracts = with_price(contracts, tables, contracts.started_on)
    ranked = contracts.mutate(
        place=ibis.row_number().over(
            group_by="customer_id",
            order_by=[contracts.started_on, ibis.desc(contracts.price), contracts.contract_id],
        )
    )
    return ranked.filter(_.place == 0).drop("place", "price")


def segment_values(tables: Tables, name: str, as_of: dt.date) -> list[str]:
    """The values of segment `name` among the invoices issued by `as_of`, in reading order."""
    found = (
        segmented_invoices(tables, as_of, by=[name])[name].as_table().distinct().to_pandas()[name]
    )
    order = [label for _, label in (*SIZE_BANDS, *TERMS_BANDS)] + [LARGEST, LONGEST]
    rank = {label: n for n, label in enumerate(order)}
    return sorted(found, key=lambda v: (v == NOT_STATED, rank.get(v, 0), v))


def add_segment(invoices: ir.Table, tables: Tables, name: str, as_of: dt.date) -> ir.Table:
    """Add the text column ``by_<name>``."""
    if name in ("industry", "country", "region", "size"):
        customers = tables["customers"]
        value = size_band(customers.employees) if name == "size" else customers[name]
        looked_up = customers.select("customer_id", looked_up=value)
        return with_value(invoices, looked_up, "customer_id", name)
    if name == "billing_model":
        looked_up = tables.require("contracts")["contracts"].select(
            "contract_id", looked_up=_.billing_model
        )
        return with_value(invoices, looked_up, "contract_id", name)
    if name == "disputed":
        return with_disputed(invoices, tables, as_of)
    if name == "terms":
        terms = invoices.due_on.delta(invoices.issued_on, unit="day")
        return invoices.mutate(by_terms=banded(terms, TERMS_BANDS, LONGEST))
    return invoices.mutate(**{f"by_{name}": invoices[name].fill_null(NOT_STATED)})


def with_value(invoices: ir.Table, looked_up: ir.Table, key: str, name: str) -> ir.Table:
    joined = invoices.left_join(looked_up, key).drop(f"{key}_right")
    return joined.mutate(**{f"by_{name}": joined.looked_up.fill_null(NOT_STATED)}).drop("looked_up")


def with_disputed(invoices: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Disputed as far as was known by `as_of`.

    A dispute without an opening day became known at the latest when the invoice
    was settled, so it counts only once a payment has come in.
    """
    disputes = tables.require("disputes")["disputes"]
    paid = tables["payments"].filter(_.paid_on <= as_of).select("invoice_id").distinct()
    known = ibis.union(
        disputes.filter(_.opened_on <= as_of).select("invoice_id"),
        disputes.filter(_.opened_on.isnull()).semi_join(paid, "invoice_id").select("invoice_id"),
    ).distinct().mutate(looked_up=ibis.literal("disputed"))  # fmt: skip
    joined = invoices.left_join(known, "invoice_id").drop("invoice_id_right")
    return joined.mutate(by_disputed=joined.looked_up.fill_null("not disputed")).drop("looked_up")


def size_band(employees: ir.IntegerValue) -> ir.StringValue:
    """Company size by the number of people, in the words the pages show."""
    return banded(employees, SIZE_BANDS, LARGEST)


def banded(
    value: ir.IntegerValue, bands: tuple[tuple[int, str], ...], beyond: str
) -> ir.StringValue:
    return ibis.cases(
        (value.isnull(), NOT_STATED),
        *((value <= upper, label) for upper, label in bands),
        else_=beyond,
    )
