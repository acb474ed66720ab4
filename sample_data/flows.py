"""Every flow of money in the books, by customer and month: from revenue to contribution."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from sample_data.projects import HOUR_COST, VISIT_HOURS
from sample_data.world import World

__all__ = ["booked_flows"]

#: What an hour of staff costs where only minutes are booked, in EUR.
STAFF_HOUR = 45.0


def booked_flows(
    world: World, names: np.ndarray, tables: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Every flow of the books in EUR, at the rate of its month.

    Cancelled invoices are left out with all that belongs to them, and a second account
    counts for its customer. A visit costs its hours and its claim, a project what was
    spent on it when it ended.

    Parameters
    ----------
    world : World
        A finished simulation.
    names : ndarray of str
        Customer ids in its order.
    tables : mapping of str to DataFrame
        Its books.

    Returns
    -------
    DataFrame
        ``customer`` (place in `names`), ``month``, ``part`` and ``amount``.
    """
    return pd.concat(list(Flows(world, names, tables)), ignore_index=True)


class Flows:
    """Iterates over the frames of which the flows are made."""

    def __init__(self, world: World, names: np.ndarray, tables: Mapping[str, pd.DataFrame]) -> None:
        self.world, self.tables = world, tables
        self.place = pd.Series(np.arange(len(names)), index=names)
        self.rates = tables["fx_rates"].pivot(
            index="currency", columns="month", values="to_reporting"
        )
        invoices, credits = tables["invoices"], tables["adjustments"]
        if len(credits):
            void = credits.loc[credits["reason"] == "invoice cancelled", "invoice_id"]
            invoices = invoices[~invoices["invoice_id"].isin(void)]
        self.invoices = invoices
        self.about = invoices.set_index("invoice_id")[
            ["customer_id", "currency", "kind", "issued_on"]
        ].rename(columns={"kind": "invoice_kind"})

    def __iter__(self) -> Iterator[pd.DataFrame]:
        kind = self.invoices["kind"]
        part = kind.where(kind.isin(["goods", "project"]), "contract")
        yield self.flow(part, self.invoices, "issued_on", "amount")
        lines = self.of_invoice(self.tables["invoice_lines"][["invoice_id", "cost"]].dropna())
        # A project costs what was spent on it, not what its invoice was reckoned with.
        lines = lines[lines["invoice_kind"] != "project"]
        part = np.where(lines["invoice_kind"] == "goods", "goods_cost", "contract_cost")
        yield self.flow(part, lines, "issued_on", "cost")
        if len(self.tables["adjustments"]):
            given = self.of_invoice(self.tables["adjustments"])
            part = np.where(given["kind"] == "write_off", "written_off", "given_back")
            yield self.flow(part, given, "completed_on", "amount")
        if len(self.tables["tickets"]):
            yield self.flow("support_cost", self.tables["tickets"], "resolved_on", "cost")
        if len(self.tables["reminders"]):
            sent = self.of_invoice(self.tables["reminders"]).drop(columns="currency")
            sent["cost"] = sent["staff_minutes"] * STAFF_HOUR / 60
            yield self.flow("reminder_cost", sent, "sent_on", "cost")
        if len(self.tables["projects"]):
            yield from self.of_projects()

    def of_projects(self) -> Iterator[pd.DataFrame]:
        jobs = self.tables["projects"]
        claims = self.tables["expenses"]
        if len(claims):
            whose = jobs.set_index("project_id")["customer_id"]
            claims = claims.assign(customer_id=claims["project_id"].map(whose))
            yield self.flow("visit_cost", claims, "submitted_on", "amount")
        made = self.world.book.frame("visits")
        if len(made):
            hours = made.assign(part="visit_cost", amount=made["n"] * VISIT_HOURS * HOUR_COST)
            yield hours.drop(columns="n")
        ended = jobs[jobs["ended_on"].notna() & ~jobs["scope"].str.startswith("On-site care")]
        yield self.flow("project_cost", ended, "ended_on", "actual_cost")

    def of_invoice(self, rows: pd.DataFrame) -> pd.DataFrame:
        return rows.join(self.about, on="invoice_id", how="inner")

    def flow(self, part: object, rows: pd.DataFrame, day: str, amount: str) -> pd.DataFrame:
        """One frame of flows: `amount` in the row's currency, known on `day`."""
        rows = rows.assign(part=part)
        rows = rows[rows[day].notna()]
        start = np.datetime64(self.world.calendar.start, "M")
        month = (rows[day].to_numpy().astype("datetime64[M]") - start).astype(int)
        rate: object = 1.0
        if "currency" in rows:
            rate = self.rates.to_numpy()[self.rates.index.get_indexer(rows["currency"]), month]
        customer = self.place.reindex(rows["customer_id"].str.removesuffix("D")).to_numpy()
        return pd.DataFrame(
            {
                "customer": customer,
                "month": month,
                "part": rows["part"].to_numpy(),
                "amount": rows[amount].to_numpy(dtype=float) * rate,
            }
        )
