"""A small company that sells on credit, with behaviour that is known because it is written here."""

import numpy as np
import pandas as pd

START = np.datetime64("2022-01-01")


def simulated_invoices(
    rng, n=4_000, *, customers=80, days=1_200, spread=0.4, currencies=("EUR",), never=0.02
):
    """Invoices of customers who differ in pace; some end void or written off, some never do."""
    customer = rng.integers(0, customers, n)
    pace = rng.normal(0, spread, customers)
    terms = rng.choice([30, 45, 60], n)
    issued = rng.integers(0, days, n)
    delay = np.round(0.8 * terms + rng.gamma(2, 8, n) * np.exp(pace[customer])).astype(int)
    ends = rng.choice(["paid", "void", "written_off"], n, p=[0.95, 0.03, 0.02])
    lasting = rng.random(n) < never
    amount = np.round(rng.lognormal(7, 0.8, n), 2)
    dates = {
        "issued_on": START + issued.astype("timedelta64[D]"),
        "due_on": START + (issued + terms).astype("timedelta64[D]"),
        "settled_on": np.where(
            lasting, np.datetime64("NaT"), START + (issued + delay).astype("timedelta64[D]")
        ),
    }
    return pd.DataFrame(
        {
            "invoice_id": np.arange(n).astype(str),
            "customer_id": customer.astype(str),
            "segment": np.array(["north", "south"])[customer % 2],
            **{name: days.astype("datetime64[ns]") for name, days in dates.items()},
            "terms": terms,
            "currency": np.array(currencies)[customer % len(currencies)],
            "amount": amount,
            "open_amount": amount,
            "outcome": np.where(lasting, "open", ends),
        }
    )


def flows_of(invoices):
    """The flows cube of whole invoices: billed once, settled once."""
    kinds = {"paid": "paid", "void": "credited", "written_off": "written_off"}
    billed = invoices.assign(happened_on=invoices["issued_on"], kind="billed")
    settled = invoices[invoices["settled_on"].notna()]
    settled = settled.assign(happened_on=settled["settled_on"], kind=settled["outcome"].map(kinds))
    columns = ["issued_on", "due_on", "happened_on", "currency", "kind", "amount", "segment"]
    return pd.concat([billed[columns], settled[columns]], ignore_index=True).assign(n=1)


def rates_of(*currencies, months=60, drift=0.0):
    """Monthly rates: the first currency is the reporting one, others move by `drift` a month."""
    month = pd.date_range("2022-01-01", periods=months, freq="MS")
    parts = [
        pd.DataFrame(
            {
                "currency": name,
                "month": month,
                "to_reporting": 1.0 if i == 0 else 0.5 * (1 + drift) ** np.arange(months),
            }
        )
        for i, name in enumerate(currencies)
    ]
    return pd.concat(parts, ignore_index=True)


def steady_flows(monthly_sales, days_to_pay, *, first="2022-01-31", terms=30):
    """Months of sales billed evenly by day and paid after a fixed number of days."""
    parts = []
    for k, sales in enumerate(monthly_sales):
        month = np.datetime64(first, "M") + k
        issued = np.arange(month, month + 1, dtype="datetime64[D]")
        parts.append(pd.DataFrame({"issued_on": issued, "amount": sales / issued.size}))
    billed = pd.concat(parts, ignore_index=True)
    billed["due_on"] = billed["issued_on"] + pd.Timedelta(days=terms)
    billed = billed.assign(happened_on=billed["issued_on"], kind="billed", currency="EUR", n=1)
    whole = int(np.floor(days_to_pay))
    flows = [billed]
    # A payment time of 45.5 days is half the money after 45 days and half after 46.
    for day, share in ((whole, 1 - (days_to_pay - whole)), (whole + 1, days_to_pay - whole)):
        if share:
            flows.append(
                billed.assign(
                    happened_on=billed["issued_on"] + pd.Timedelta(days=day),
                    kind="paid",
                    amount=billed["amount"] * share,
                )
            )
    table = pd.concat(flows, ignore_index=True)
    for name in ("issued_on", "due_on", "happened_on"):
        table[name] = table[name].astype("datetime64[ns]")
    return table
