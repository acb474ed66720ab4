"""The account of one customer: what the books hold of it, reading no other customer's rows."""

import datetime as dt

import ibis
import numpy as np
import pandas as pd

from analyses.scope import Scope
from models.account import Account, AccountMoney, account_money, build_account
from models.care import care_of
from models.churn_definitions import CHURN_CAUSES
from models.lifetime_value import LifetimeValue
from models.next_steps import Situation
from models.reminders import Reminders
from models.watchlist import Watchlist
from warehouse.account import OneCustomer, account_rows
from warehouse.credit import credit_customers, pipeline_orders
from warehouse.invoices import issued_invoices
from warehouse.late_payments import open_invoices
from warehouse.margins import customer_margins
from warehouse.watchlist import latest_answers, open_disputes, open_tickets
from warehouse.workspace import Tables

__all__ = ["MOST_FOUND", "care", "find", "history", "money", "situation"]

#: Customers that a search shows.
MOST_FOUND = 20


def find(tables: Tables, scope: Scope, *, words: str) -> pd.DataFrame:
    """Customers of the day whose name or number holds `words`, in whatever case.

    Returns
    -------
    DataFrame
        ``customer_id``, ``name``, ``industry`` and ``country`` of `MOST_FOUND` at most, those
        whose name or number begins so first.
    """
    sought = " ".join(words.split()).lower()
    rows = tables["customers"].filter(tables["customers"].acquired_on <= scope.as_of)
    id, name = rows.customer_id.lower(), rows.name.lower()
    rows = rows.filter(id.contains(sought) | name.contains(sought))
    place = ibis.cases(
        (id == sought, 0), (id.startswith(sought) | name.startswith(sought), 1), else_=2
    )
    rows = rows.mutate(place=place).order_by("place", "name", "customer_id")
    return rows.select("customer_id", "name", "industry", "country").limit(MOST_FOUND).to_pandas()


def history(tables: Tables, scope: Scope, *, customer_id: str) -> Account:
    """Everything that happened between a customer and us by the day.

    Raises
    ------
    ValueError
        If there is no such customer on that day.
    """
    rows = account_rows(OneCustomer(tables, customer_id), scope.as_of)
    if rows["customers"].empty:
        raise ValueError(
            f"No customer up to {scope.as_of} has the number '{customer_id[:60]}', so there is no "
            "account to show. Check the number, or search for the name."
        )
    return build_account(rows, scope.as_of)


def money(tables: Tables, scope: Scope, *, customer_id: str) -> AccountMoney:
    """What a customer of the day owes, may owe, and left over in twelve months."""
    own, as_of = OneCustomer(tables, customer_id), scope.as_of
    cost = tables.settings.staff_cost_per_hour
    columns = ["invoice_id", "due_on", "days_past_due", "open_amount"]
    owed = open_invoices(issued_invoices(own, as_of), own, as_of).select(*columns)
    return account_money(
        credit_customers(own, as_of).to_pandas(),
        pipeline_orders(own, as_of).to_pandas() if "orders" in own else None,
        customer_margins(own, as_of, staff_cost_per_hour=cost).to_pandas(),
        owed.to_pandas(),
    )


def care(tables: Tables, scope: Scope, *, customer_id: str) -> pd.DataFrame:
    """Whether the customer is unhappy, and why; see `models.care.care_of`."""
    own = OneCustomer(tables, customer_id)
    sources = {"surveys": latest_answers, "tickets": open_tickets, "disputes": open_disputes}
    read = [
        made(own, scope.as_of).to_pandas() if name in own else None
        for name, made in sources.items()
    ]
    return care_of(*read, scope.as_of)


def situation(
    customer_id: str,
    as_of: dt.date,
    money: AccountMoney,
    care: pd.DataFrame,
    notes: pd.DataFrame,
    *,
    watchlist: Watchlist | str,
    reminders: Reminders | str,
    scored: pd.DataFrame | str,
    value: LifetimeValue | str,
) -> Situation:
    """What the rules of the next step are asked about, from what other pages show.

    Parameters
    ----------
    customer_id, as_of, money, care
        `money` and `care` as the functions of this module give them.
    notes : DataFrame
        From `analyses.notes.kept_notes` on invoices.
    watchlist, reminders, scored, value
        Of the whole view, each a result or the reason why there is none; `scored` is what
        `analyses.churn.scored_customers` gives.
    """
    why = {}
    owed = money.open_invoices
    if isinstance(watchlist, str):
        why["causes"] = watchlist
    else:
        columns = ["invoice_id", "cause", "cause_chance", "evidence", "n_sent", "held_out",
                   "disputed"]  # fmt: skip
        owed = owed.merge(watchlist.invoices[columns], on="invoice_id", how="inner")
        if watchlist.no_causes:
            why["causes"] = watchlist.no_causes
    promised = notes[(notes["status"] == "promised") & (notes["promised_on"] >= str(as_of))]
    if isinstance(reminders, str) or reminders.trial is None:
        why["reminding"] = reminders if isinstance(reminders, str) else NOT_HELD_OUT
        measured, first_day = None, None
    else:
        measured, first_day = reminders.trial.averted, reminders.exposure.first_day
        why |= {"reminding": measured.reason} if measured.reason else {}
    return Situation(
        owed,
        promised.rename_axis("invoice_id").reset_index(),
        care.iloc[0] if len(care) else None,
        money.headroom,
        money.blocked,
        money.unapplied,
        money.contribution,
        reminding=measured,
        first_day=first_day,
        **of_leaving(customer_id, scored, why),
        **of_value(customer_id, value, why),
        why=why,
    )


NOT_HELD_OUT = (
    "No invoice was kept from reminders at random, so what a reminder changes is not known. Keep "
    "some from them and load `reminder_arm`."
)
NOT_SCORED = (
    "The customer is not among those of today, or came too lately to say how likely it leaves."
)


def of_leaving(
    customer_id: str, scored: pd.DataFrame | str, why: dict[str, str]
) -> dict[str, object]:
    """The chance of leaving, and what it rests on."""
    if isinstance(scored, str):
        why["risk"] = scored
        return {}
    row = scored[scored["customer_id"] == customer_id]
    if row.empty or pd.isna(row["churn_risk_12m_low"].item()):
        reason = None if row.empty else row["survival_reason"].item()
        why["risk"] = reason if isinstance(reason, str) else NOT_SCORED
        return {}
    found = row.iloc[0]
    known = {c: found[f"cif_{c}_12m"] for c in CHURN_CAUSES if c != "unknown"}
    likeliest = max(known, key=lambda cause: np.nan_to_num(known[cause]))
    return {
        "risk": float(found["churn_risk_12m"]),
        "risk_low": float(found["churn_risk_12m_low"]),
        "risk_mean": float(scored["churn_risk_12m"].mean()),
        "risk_cause": CHURN_CAUSES[likeliest] if known[likeliest] > 0 else None,
        "risk_driver": found["churn_driver_1"],
    }


def of_value(
    customer_id: str, value: LifetimeValue | str, why: dict[str, str]
) -> dict[str, object]:
    """What the customer is still to bring."""
    if isinstance(value, str):
        why["value"] = value
        return {}
    row = value.customers[value.customers["customer_id"] == customer_id]
    if row.empty:
        why["value"] = "The customer has left, so nothing is still to come."
        return {}
    return {"value": float(row["cltv"].item()), "value_low": float(row["cltv_low"].item())}
