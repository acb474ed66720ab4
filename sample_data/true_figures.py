"""The headline figures as they truly are, counted from the simulation and not from the books."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from sample_data.book import LAST_DAY
from sample_data.effects import EFFECTS

__all__ = ["reminder_figures", "true_figures"]

FORECAST_DAYS = 13 * 7


def true_figures(
    tables: dict[str, pd.DataFrame], invoices: pd.DataFrame, later_payments: pd.DataFrame
) -> dict[str, float]:
    """Return figure id to its true value, at the close of the books.

    Parameters
    ----------
    tables : dict of str to DataFrame
        The books.
    invoices : DataFrame
        `Truth.invoices`: when each invoice is paid in the end is known.
    later_payments : DataFrame
        Payments after the close: ``invoice_id``, ``paid_on``, ``amount``.
    """
    owed = owing(tables)
    known = tables["invoices"].merge(invoices, on="invoice_id").merge(owed, on="invoice_id")
    rates = tables["fx_rates"].groupby("currency")["to_reporting"].last()
    rate = known["currency"].map(rates)
    open_amount = known["open_amount"] * rate
    overdue = known["due_on"] < LAST_DAY
    days = known["days_to_pay"]
    # What was cancelled owes nothing, so it can be neither late nor in time.
    real = ~known["void"]
    age = (LAST_DAY - known["issued_on"]).dt.days
    terms = (known["due_on"] - known["issued_on"]).dt.days
    decided = real & ((days <= age) | (age > terms))
    late = decided & (days > terms)
    soon = later_payments[later_payments["paid_on"] <= LAST_DAY + pd.Timedelta(days=FORECAST_DAYS)]
    currency = soon["invoice_id"].map(known.set_index("invoice_id")["currency"])
    disputed = {}
    # Without a dispute there is no rate to estimate, and nothing to compare.
    if invoices["disputed"].any():
        disputed["disputes.rate_per_1000"] = float(1000 * invoices["disputed"].mean())
    # A day or two are a weekend's, and no cause was drawn for them.
    clearly = real & (np.minimum(days, age) - terms > 3)
    of_year = clearly & (known["due_on"] > LAST_DAY - pd.DateOffset(years=1)) & overdue
    caused = {}
    if of_year.any():
        process = known.loc[of_year, "state"] == "process"
        caused["late_causes.process_share"] = float(process.mean())
    return (
        disputed
        | caused
        | {
            "receivables.open_amount": float(open_amount.sum()),
            "receivables.overdue_amount": float(open_amount[overdue].sum()),
            "late_payments.late_share": float(late.sum() / decided.sum()),
            "late_payments.paid_by_60": float((days <= 60).mean()),
            "late_payments.median_days_to_pay": float(np.median(days)),
            "late_payments.expected_cash_13w": float((soon["amount"] * currency.map(rates)).sum()),
        }
    )


def reminder_figures(off: Collection[str]) -> dict[str, float]:
    """What a first reminder multiplies the hazard of being paid by; nothing where none is sent."""
    if "reminders" in off:
        return {}
    ratios = {**EFFECTS.reminder_channel, **EFFECTS.reminder_tone}
    nothing = "reminder_effect" in off
    return {
        f"reminders.hazard_ratio.{name}": 1.0 if nothing else ratio
        for name, ratio in ratios.items()
        if name != "neutral"
    }


def owing(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What is still owed on each invoice at the close, and whether it was cancelled."""
    invoices = tables["invoices"].set_index("invoice_id")
    given = tables["adjustments"]
    if len(given):
        # A refund gives money back, and a credit counts when it is completed.
        given = given[(given["kind"] != "refund") & given["completed_on"].notna()]
    columns = {"paid": tables["payments"], "credited": given}
    sums = {
        name: rows.groupby("invoice_id")["amount"].sum().reindex(invoices.index).fillna(0.0)
        if len(rows)
        else pd.Series(0.0, index=invoices.index)
        for name, rows in columns.items()
    }
    left = (invoices["amount"] - sums["paid"] - sums["credited"]).clip(lower=0.0)
    notes = given[given["kind"] == "credit_note"] if len(given) else given
    cancelled = (
        notes.groupby("invoice_id")["amount"].sum().reindex(invoices.index).fillna(0.0)
        if len(notes)
        else pd.Series(0.0, index=invoices.index)
    )
    void = cancelled >= invoices["amount"] - 0.005
    return pd.DataFrame({"open_amount": left.where(left > 0.005, 0.0), "void": void}).reset_index()
