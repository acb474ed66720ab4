"""Each mechanism leaves a trace in the company, and switching it off removes the trace."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sample_data import MECHANISMS, generate
from sample_data.effects import EFFECTS


def late_share(c):
    return (c.truth.invoices["state"] != "on_time").mean()


def share_of(c, table, column, value):
    return (c.tables[table][column] == value).mean() if len(c.tables[table]) else 0.0


def size_panel(c):
    size = c.truth.customers["size"].to_numpy()
    return np.repeat(size[:, None], c.truth.months, axis=1)


def satisfaction_left_after_size(c):
    """Slope of the service hazard on satisfaction; size is held by residuals."""
    size, level = size_panel(c), c.truth.satisfaction
    rows, months = np.nonzero(c.truth.hazards[:, :, 0] > 0)
    keep = c.truth.tenure[rows, months] % 12 != 0
    rows, months = rows[keep], months[keep]
    age = np.log(c.truth.tenure[rows, months] - 0.5)
    design = np.column_stack([np.ones(len(rows)), level[rows, months], size[rows, months], age])
    return np.linalg.lstsq(design, np.log(c.truth.hazards[rows, months, 0]), rcond=None)[0]


def renewal_ratio(c):
    tenure, hazard = c.truth.tenure, c.truth.hazards[:, :, 0]
    at = (hazard > 0) & (tenure > 6)
    renewal = at & (tenure % 12 == 0)
    return hazard[renewal].mean() / hazard[at & ~renewal].mean()


def dispute_slope(c):
    held = c.truth.invoices.merge(c.tables["invoices"], on="invoice_id")
    place = {name: i for i, name in enumerate(c.truth.customers["customer_id"])}
    held = held[held["customer_id"].isin(place)]
    level = c.truth.satisfaction.mean(axis=1)[held["customer_id"].map(place)]
    low, high = np.quantile(level, [0.3, 0.7])
    return held["disputed"][level < low].mean() - held["disputed"][level > high].mean()


def shock_after(c, table, date, chosen):
    """Mean change of satisfaction in the month after each row, against the month of it."""
    rows = c.tables[table][chosen(c.tables[table])]
    place = {name: i for i, name in enumerate(c.truth.customers["customer_id"])}
    rows = rows[rows["customer_id"].isin(place)]
    first = c.tables["fx_rates"]["month"].min()
    month = (rows[date].dt.year - first.year) * 12 + rows[date].dt.month - first.month
    who = rows["customer_id"].map(place).to_numpy()
    month = month.to_numpy()
    inside = (month >= 0) & (month + 1 < c.truth.months)
    who, month = who[inside], month[inside]
    base = c.truth.customers["satisfaction_base"].to_numpy()[who]
    now, then = (c.truth.satisfaction[who, month + step] - base for step in (0, 1))
    # What is left when memory and recovery are taken out.
    return float((then - EFFECTS.satisfaction_memory * now).mean())


def late_delivery_shock(c):
    return shock_after(
        c, "orders", "promised_on", lambda t: t["delivered_on"] > t["promised_on"]
    ) - shock_after(c, "orders", "promised_on", lambda t: t["delivered_on"] <= t["promised_on"])


def slow_ticket_shock(c):
    def took(table):
        return (table["resolved_on"] - table["opened_on"]).dt.days

    return shock_after(c, "tickets", "opened_on", lambda t: took(t) > 5) - shock_after(
        c, "tickets", "opened_on", lambda t: took(t) <= 5
    )


def of_invoice(c, rows):
    return rows.merge(c.tables["invoices"][["invoice_id", "customer_id"]], on="invoice_id")


def harsh_reminder_shock(c):
    reminders = of_invoice(c, c.tables["reminders"])
    held = c._replace(tables={**c.tables, "reminders": reminders})
    return shock_after(
        held, "reminders", "sent_on", lambda t: t["tone"].isin(["firm", "legal"])
    ) - shock_after(held, "reminders", "sent_on", lambda t: t["tone"] == "neutral")


def reminder_speed(c):
    """How much more often the reminded are paid within a week than those held out at that age."""
    held = c.truth.invoices.merge(c.tables["invoices"], on="invoice_id")
    terms = (held["due_on"] - held["issued_on"]).dt.days
    late = (held["days_to_pay"] > terms + 5) & (held["state"] != "on_time") & ~held["disputed"]
    days = (held["days_to_pay"] - terms)[late & np.isfinite(held["days_to_pay"])]
    return days[held["held_out"]].mean() / days[~held["held_out"]].mean() - 1


def risk_of_reminded(c):
    """Reminded minus not reminded, among invoices ten days overdue."""
    held = c.truth.invoices.merge(c.tables["invoices"], on="invoice_id")
    terms = (held["due_on"] - held["issued_on"]).dt.days
    held = held[(held["days_to_pay"] > terms + 10) & ~held["disputed"] & ~held["held_out"]]
    early = c.tables["reminders"].merge(held[["invoice_id", "due_on"]], on="invoice_id")
    early = early[(early["sent_on"] - early["due_on"]).dt.days <= 10]["invoice_id"]
    reminded = held["invoice_id"].isin(early)
    return held["risk"][reminded].mean() - held["risk"][~reminded].mean()


def response_by_mood(c):
    """Answers for each month of a customer: extreme moods against the middle."""
    months = c.truth.at_risk.sum(axis=1)
    mood = (c.truth.satisfaction * c.truth.at_risk).sum(axis=1) / np.maximum(months, 1)
    answers = c.tables["surveys"].query("touchpoint == 'relationship'")
    answers = answers.groupby("customer_id").size()
    rate = answers.reindex(c.truth.customers["customer_id"]).fillna(0).to_numpy()
    extreme = np.abs(mood) > 1.0
    return (rate[extreme].sum() / months[extreme].sum()) / (
        rate[~extreme].sum() / months[~extreme].sum()
    )


def survey_error(c):
    """Variance of the score within one customer and month, of two touchpoints asked alike."""
    surveys = c.tables["surveys"].query("measure == 'csat'")
    month = surveys["answered_on"].dt.to_period("M")
    return surveys.groupby(["customer_id", month])["score"].var().dropna().mean()


def usage_growth(c):
    """Monthly growth of use, averaged over customers with a year of it (growers)."""
    usage = c.tables["usage"].merge(c.truth.customers, on="customer_id")
    usage = usage[(usage["persona"] == "Digital growers") & (usage["quantity"] > 0)]
    month = usage["month"].dt.year * 12.0 + usage["month"].dt.month
    x = pd.DataFrame({"id": usage["customer_id"], "x": month, "y": np.log(usage["quantity"])})
    x = x[x.groupby("id")["x"].transform("size") >= 12]
    within = x[["x", "y"]] - x.groupby("id")[["x", "y"]].transform("mean")
    return float((within["x"] * within["y"]).sum() / (within["x"] ** 2).sum())


def price_hazard_left(c):
    """Log hazard of leaving for price less what satisfaction, size and tenure say of it."""
    who, month = np.nonzero(c.truth.hazards[:, :, 1] > 0)
    tenure = c.truth.tenure[who, month]
    known = 0.2 * np.log(tenure - 0.5) + np.log(EFFECTS.renewal_ratio) * (tenure % 12 == 0)
    known = known + EFFECTS.satisfaction_on_churn["pricing"] * c.truth.satisfaction[who, month]
    known = known + EFFECTS.size_on_churn * c.truth.customers["size"].to_numpy()[who]
    return who, month, np.log(c.truth.hazards[who, month, 1]) - known


def hazard_after_rise(c):
    """What a rise in the last half year adds to the log hazard of leaving for price."""
    who, month, left = price_hazard_left(c)
    first = c.truth.window["month"].iloc[0]
    changes = c.tables["price_changes"].merge(c.tables["contracts"], on="contract_id")
    place = {name: i for i, name in enumerate(c.truth.customers["customer_id"])}
    risen = np.zeros(c.truth.hazards.shape[:2], dtype=bool)
    for row in changes.itertuples():
        at = (row.effective_on.year - first.year) * 12 + row.effective_on.month - first.month
        risen[place[row.customer_id], at : at + 6] = True
    return float(left[risen[who, month]].mean() - left[~risen[who, month]].mean())


def bill_shock_trace(c):
    """How far the most surprised thousandth is above the rest, beyond what a rise adds."""
    _, _, left = price_hazard_left(c)
    return float(np.quantile(left, 0.999) - np.median(left) - 0.22)


def rise_of_growers(c):
    """How much more the rises of those are who use more every month."""
    rises = c.tables["price_changes"].merge(c.tables["contracts"][["contract_id", "customer_id"]])
    rises = rises.merge(c.truth.customers, on="customer_id")
    size = rises["new_monthly_value"] / rises["old_monthly_value"] - 1
    return size.groupby(rises["persona"] == "Digital growers").mean().diff().iloc[-1]


def size_on_paper(c):
    """How much larger those are whose invoices come on paper."""
    channel = c.tables["invoices"].groupby("customer_id")["channel"].first()
    size = c.truth.customers.set_index("customer_id")["size"].reindex(channel.index)
    return size.groupby(channel).mean()[["e_invoice", "paper"]].diff().iloc[-1]


def outside_series(c):
    return c.tables["benchmarks"]["metric"].str.contains("index").sum()


def rate_moves(c):
    return c.tables["fx_rates"].groupby("currency")["to_reporting"].std().max()


def window_step(c):
    half = c.truth.months // 2
    return c.truth.window["window"][half:].mean() - c.truth.window["window"][:half].mean()


def window_noise(c):
    half = c.truth.months // 2
    return c.truth.window["window"][:half].std()


def frailty(c):
    return c.truth.customers["frailty"].std()


def wild_overruns(c):
    return (c.truth.projects["overrun"] > 3).mean() if len(c.truth.projects) else 0.0


def unpaid(c):
    return share_of(c, "adjustments", "kind", "write_off")


#: Mechanism to what it leaves in the company, and what is left when it is off.
TRACE = {
    "personas": (lambda c: c.truth.customers["persona"].nunique() - 1, 0),
    "negative_persona": (lambda c: c.truth.customers["negative"].mean(), 0),
    "satisfaction_on_churn": (lambda c: -satisfaction_left_after_size(c)[1], 0),
    "size_on_churn": (lambda c: -satisfaction_left_after_size(c)[2], 0),
    "satisfaction_on_payment": (dispute_slope, 0),
    "late_delivery_shock": (lambda c: -late_delivery_shock(c), 0),
    "billing_errors": (lambda c: c.truth.invoices["error"].mean(), 0),
    "harsh_reminder_shock": (lambda c: -harsh_reminder_shock(c), 0),
    "bill_shock": (bill_shock_trace, 0),
    "slow_ticket_shock": (lambda c: -slow_ticket_shock(c), 0),
    "informative_response": (lambda c: response_by_mood(c) - 1, 0),
    "survey_noise": (survey_error, None),
    "churn": (lambda c: c.tables["customers"]["churned_on"].notna().mean(), 0),
    "renewal_spikes": (lambda c: renewal_ratio(c) - 1, 0),
    "delayed_entry": (lambda c: (c.truth.customers["acquired_month"] < 0).mean(), 0),
    "lateness": (late_share, 0),
    "partial_payments": (
        lambda c: (c.tables["payments"]["invoice_id"].value_counts() > 1).mean(), None,
    ),
    "never_paid": (unpaid, 0),
    "void_invoices": (
        lambda c: share_of(c, "adjustments", "reason", "invoice cancelled"), None,
    ),
    "disputes": (lambda c: len(c.tables["disputes"]), 0),
    "reminders": (lambda c: len(c.tables["reminders"]), 0),
    "reminder_effect": (reminder_speed, 0),
    "reminder_confounding": (risk_of_reminded, 0),
    "frailty": (frailty, 0),
    "hold_out": (lambda c: share_of(c, "invoices", "reminder_arm", "hold_out"), 0),
    "tickets": (lambda c: len(c.tables["tickets"]), 0),
    "surveys": (lambda c: len(c.tables["surveys"]), 0),
    "usage_trend": (usage_growth, 0),
    "price_changes": (lambda c: len(c.tables["price_changes"]), 0),
    "price_targeting": (rise_of_growers, 0),
    "price_response": (hazard_after_rise, 0),
    "channel_mix": (size_on_paper, 0),
    "decoys": (outside_series, 0),
    "orders": (lambda c: len(c.tables["orders"]), 0),
    "stock_outs": (lambda c: c.truth.demand["lost"].mean(), 0),
    "odd_orders": (lambda c: len(c.truth.odd_orders), 0),
    "projects": (lambda c: len(c.tables["projects"].query("kind == 'implementation'"))
                 if len(c.tables["projects"]) else 0, 0),
    "overrun_tail": (wild_overruns, 0),
    "policy_change": (window_step, None),
    "policy_noise": (window_noise, 0),
    "hierarchies": (lambda c: c.tables["customers"]["parent_id"].notna().mean(), 0),
    "duplicates": (lambda c: len(c.truth.second_accounts), 0),
    "exchange_rates": (rate_moves, 0),
}  # fmt: skip


def test_every_mechanism_has_a_trace_to_look_for():
    assert set(TRACE) == set(MECHANISMS)


# Traces measured against noise: how much of the trace may be left by chance.
NOISY = {
    "satisfaction_on_payment": 0.5,
    "late_delivery_shock": 0.45,
    "harsh_reminder_shock": 0.45,
    "slow_ticket_shock": 0.45,
    "informative_response": 0.45,
    "reminder_effect": 0.7,
    "reminder_confounding": 0.3,
    "usage_trend": 0.25,
    "price_targeting": 0.4,
    "price_response": 0.35,
    "channel_mix": 0.35,
    "bill_shock": 0.5,
    "renewal_spikes": 0.05,
    # An open dispute delays the money whatever the mood.
    "lateness": 0.1,
}


#: Mechanisms that leave no trace of each other are switched off together: a company takes a second.
TOGETHER = [
    {"personas", "bill_shock", "partial_payments", "hold_out", "orders", "hierarchies", "surveys"},
    {"negative_persona", "slow_ticket_shock", "never_paid", "channel_mix", "stock_outs",
     "duplicates"},
    {"satisfaction_on_churn", "informative_response", "void_invoices", "tickets", "odd_orders",
     "exchange_rates"},
    {"size_on_churn", "survey_noise", "disputes", "projects"},
    {"satisfaction_on_payment", "churn", "reminders", "usage_trend", "overrun_tail"},
    {"late_delivery_shock", "renewal_spikes", "price_changes", "policy_change"},
    {"billing_errors", "delayed_entry", "reminder_confounding", "price_targeting", "decoys"},
    {"harsh_reminder_shock", "lateness", "frailty", "price_response", "policy_noise"},
]  # fmt: skip


@cache
def company_off(off):
    return generate(seed=7, n_customers=300, months=26, off=off)


@pytest.mark.parametrize("name", list(MECHANISMS))
def test_mechanism_is_there_and_its_switches_remove_it(name):
    off = next((together for together in TOGETHER if name in together), {name})
    removed(name, company_off(frozenset(off)))


@pytest.mark.verify
@pytest.mark.parametrize("name", list(MECHANISMS))
def test_switch_of_one_mechanism_removes_it_alone(name):
    removed(name, generate(seed=7, n_customers=300, months=26, off=[name]))


def removed(name, company):
    trace, gone = TRACE[name]
    there, without = trace(company_off(frozenset())), trace(company)
    assert there > 0
    if gone is None:
        # Something else leaves a like trace; most of it goes.
        assert without < 0.75 * there
    else:
        assert abs(without - gone) <= NOISY.get(name, 1e-6) * there
