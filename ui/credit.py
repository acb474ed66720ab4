"""Credit in words: exposure, what can still be sold, who will pass the limit, and conflicts."""

import pandas as pd
import streamlit as st

from models.credit import STAGES, Credit
from models.credit_conflicts import CreditConflicts
from models.credit_forecast import CreditForecast
from ui import url_state
from ui.account_links import account_column, account_links
from ui.download import offer_csv
from ui.frame import View
from ui.tables import PERCENT, ROWS_SHOWN, WHOLE, percents, show_columns
from ui.text import count, count_of, escape, listed, money, share, undollared

__all__ = [
    "STAGE_WORDS",
    "blocked_sentence",
    "choose_customer",
    "conflict_sentence",
    "forecast_sentence",
    "look_back_sentence",
    "sell_sentence",
    "show_blocked",
    "show_conflicts",
    "show_customers",
    "show_forecast",
    "show_groups",
    "stage_sentence",
]

#: The stages of exposure as pages say them.
STAGE_WORDS = {
    "ordered": "Ordered, not shipped",
    "not_billed": "Shipped, not billed",
    "not_due": "Billed, not yet due",
    "overdue": "Overdue",
}


def stage_sentence(credit: Credit, view: View) -> str:
    """What stands against the limits in all, and where it is on its way to cash."""
    rows = credit.stages.set_index("stage")["amount"]
    to_come = rows["ordered"] + rows["not_billed"]
    return (
        f"**{money(credit.exposure, view.currency)}** stand against credit limits: "
        f"{money(to_come, view.currency)} ordered or shipped and not billed, "
        f"{money(rows['not_due'], view.currency)} billed and not due, "
        f"{money(rows['overdue'], view.currency)} overdue, less "
        f"{money(credit.unapplied, view.currency)} received and matched to no debt."
    )


def choose_customer(credit: Credit) -> str:
    """The customer to look up, by name."""
    rows = credit.customers[credit.customers["active"]].sort_values("name")
    names = dict(zip(rows["customer_id"], rows["name"] + " · " + rows["customer_id"], strict=True))
    return url_state.choose("Customer", "customer", names, kind=st.selectbox)


def sell_sentence(credit: Credit, customer_id: str, view: View) -> str:
    """What can still be sold to one customer without passing a limit, and why no more."""
    row = credit.customers.set_index("customer_id").loc[customer_id]
    name, currency = escape(row["name"]), view.currency
    stages = listed(
        [f"{money(row[s], currency)} {STAGE_WORDS[s].lower()}" for s in STAGES if row[s] > 0]
    )
    owes = f"against it stand {stages}" if stages else "nothing stands against it"
    if row["unapplied"] > 0:
        owes += f", less {money(row['unapplied'], currency)} paid in advance or twice"
    if pd.isna(row["credit_limit"]):
        return f"**{name}** has no credit limit, so none holds a sale back; {owes}."
    said = (
        f"**{money(row['can_sell'], currency)}** can still be sold to **{name}** without passing "
        f"a limit. Its limit is {money(row['credit_limit'], currency)}; {owes}."
    )
    if row["headroom"] < 0:
        said += f" It is over its limit by {money(-row['headroom'], currency)}."
    elif row["group_headroom"] < row["headroom"]:
        said += (
            " Its own headroom would be "
            f"{money(row['headroom'], currency)}, but its group has "
            f"{money(max(row['group_headroom'], 0.0), currency)} left."
        )
    return said


def show_customers(credit: Credit, view: View) -> None:
    rows = percents(credit.customers, "used").sort_values("headroom", na_position="last")
    shown = rows.head(ROWS_SHOWN)
    with st.expander("All customers by headroom"):
        show_columns(
            {
                "Account": (account_links(shown["customer_id"], shown["name"], view),
                            account_column()),
                "Limit": (shown["credit_limit"], WHOLE),
                "Exposure": (shown["exposure"], WHOLE),
                "Headroom": (shown["headroom"], WHOLE),
                "Used": (shown["used"], PERCENT),
                "Can sell": (shown["can_sell"], WHOLE),
                "Status": shown["status"],
            }
        )  # fmt: skip
        offer_csv("Download headroom", credit.customers, "credit_headroom.csv", key="headroom")


def forecast_sentence(forecast: CreditForecast, view: View) -> str:
    """How many are expected beyond their limits, who comes anew, and by how much."""
    now = int((forecast.customers["exposure"] > forecast.customers["credit_limit"]).sum())
    within = forecast.customers["exposure"] <= forecast.customers["credit_limit"]
    anew = int((within & (forecast.customers["p_breach"] >= 0.5)).sum())
    return (
        f"In {forecast.days} days **{count(round(forecast.n_expected))}** customers are expected "
        f"over their limits ({count(forecast.n_low)} to {count(forecast.n_high)}, "
        f"{share(forecast.confidence, 0)} interval; {count(now)} are today), by "
        f"{money(forecast.over_by, view.currency)} in all "
        f"({money(forecast.over_by_low, view.currency)} to "
        f"{money(forecast.over_by_high, view.currency)}). {count_of(anew, 'customer')} within the "
        "limit today will more likely than not be over it."
    )


def look_back_sentence(past: CreditForecast, came: int) -> str:
    """What the same forecast said before, and what came."""
    held = past.n_low <= came <= past.n_high
    return (
        f"{past.days} days ago it would have said {count(round(past.n_expected))} "
        f"({count(past.n_low)} to {count(past.n_high)}); **{count(came)}** of these customers are "
        f"over their limits now, which is {'inside' if held else 'outside'} its interval."
    )


def show_forecast(forecast: CreditForecast) -> None:
    rows = forecast.customers
    rows = percents(rows[rows["exposure"] <= rows["credit_limit"]], "p_breach").head(100)
    show_columns(
        {
            "Customer": rows["name"],
            "Chance": (rows["p_breach"], PERCENT),
            "Limit": (rows["credit_limit"], WHOLE),
            "Exposure": (rows["exposure"], WHOLE),
            "Cash in": (rows["cash_in"], WHOLE),
            "Billed": (rows["billed"], WHOLE),
            "Middle": (rows["middle"], WHOLE),
            "Low": (rows["low"], WHOLE),
            "High": (rows["high"], WHOLE),
        }
    )
    st.caption(
        "Open invoices are paid by their chance at their age and terms; new billing is drawn from "
        "the customer's own last twelve months; orders stay as they are. In the middle there is as "
        "often more exposure as less. Customers are drawn apart "
        f"from each other, so a shock to all is not in the interval. {forecast.draws} draws; "
        f"{count_of(forecast.n_left_out, 'customer')} with fewer than three months of billing left "
        "out. Customers over the limit today are not in this table."
    )
    offer_csv("Download the forecast", forecast.customers, "credit_forecast.csv", key="forecast")


def show_groups(credit: Credit, view: View) -> None:
    groups = credit.groups
    if groups.empty:
        st.info("No customer has a parent, so there are no groups.", icon=":material/info:")
        return
    over = groups["headroom"] < 0
    most = groups.iloc[0]
    st.markdown(
        undollared(
            f"**{count(int(over.sum()))}** of {count_of(len(groups), 'group')} of customers under "
            f"one parent are beyond the sum of their limits. The largest, "
            f"{escape(most['name'])}, stands at {money(most['exposure'], view.currency)} in "
            f"{count_of(int(most['n_members']), 'account')}."
        )
    )
    show_columns(
        {
            "Group of": groups["name"],
            "Accounts": groups["n_members"],
            "Exposure": (groups["exposure"], WHOLE),
            "Limit": (groups["credit_limit"], WHOLE),
            "Headroom": (groups["headroom"], WHOLE),
            "Over their own": groups["n_over"],
        }
    )
    offer_csv("Download the groups", groups, "credit_groups.csv", key="credit_groups")


def blocked_sentence(credit: Credit, view: View) -> str:
    """What waits behind credit limits."""
    if not credit.has_orders:
        return "There are no orders in the data, so none can be blocked: load the table `orders`."
    if credit.blocked.empty:
        return f"None of {count_of(credit.n_orders, 'unshipped order')} is beyond a credit limit."
    return (
        f"**{money(credit.blocked_value, view.currency)}** in {count(len(credit.blocked))} of "
        f"{count_of(credit.n_orders, 'unshipped order')} would take their customers past their "
        "limits."
    )


def show_blocked(credit: Credit) -> None:
    if credit.blocked.empty:
        return
    names = credit.customers.set_index("customer_id")["name"]
    rows = credit.blocked.sort_values("amount", ascending=False)
    show_columns(
        {
            "Order": rows["order_id"],
            "Customer": rows["customer_id"].map(names),
            "Ordered on": pd.to_datetime(rows["ordered_on"]).dt.strftime("%Y-%m-%d"),
            "Amount": (rows["amount"], WHOLE),
        }
    )
    offer_csv("Download blocked orders", credit.blocked, "credit_blocked.csv", key="blocked")


def conflict_sentence(conflicts: CreditConflicts, view: View) -> str:
    """How many good customers are unhappy and held back."""
    return (
        f"**{count_of(len(conflicts.table), 'customer')}** are good, unhappy and over their limits "
        f"at once. Good is a contribution above {money(conflicts.good_from, view.currency)} in 12 "
        f"months ({count(conflicts.n_good)} customers), unhappy a low score within half a year or "
        f"an open dispute ({count(conflicts.n_unhappy)}), over the limit are "
        f"{count(conflicts.n_held_back)}. Whether the limit made them unhappy is not said."
    )


def show_conflicts(conflicts: CreditConflicts, view: View) -> None:
    if conflicts.table.empty:
        return
    rows = percents(conflicts.table, "overdue_share")
    show_columns(
        {
            "Account": (account_links(rows["customer_id"], rows["name"], view), account_column()),
            "Contribution": (rows["contribution"], WHOLE),
            "Headroom": (rows["headroom"], WHOLE),
            "Blocked": (rows["blocked"], WHOLE),
            "Overdue": (rows["overdue_share"], PERCENT),
            "Low score": rows["low_score"],
            "Open dispute": rows["open_dispute"],
            "Next step": rows["next_step"],
        }
    )
    offer_csv("Download the conflicts", conflicts.table, "credit_conflicts.csv", key="conflicts")
