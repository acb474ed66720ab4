"""The tariff designer in words: whom a scenario is for, what it does, who wins and who loses."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal

import numpy as np
import pandas as pd
import streamlit as st

from models.charge import Charge
from models.price_curve import price_points
from models.price_schedules import PriceSchedules
from models.pricing import PriceBase, PriceOutcome, PriceScenario, reprice
from models.rating import ORDER, Invoice, Tariff, read_tariff, tariff_text
from models.refusal import Refusal
from ui import url_state
from ui.download import offer_csv
from ui.tables import height_of
from ui.text import count, count_of, escape, money
from warehouse.settings import Settings

__all__ = [
    "MOST_SCENARIOS",
    "answer_sentence",
    "choose_scenario",
    "choose_who",
    "compare_kept",
    "curve_sentence",
    "curves_of",
    "most_units",
    "schedule_sentence",
    "show_conventions",
    "show_invoice",
    "show_losers",
    "show_totals",
]

PLACE = "scenario:pricing:"
MOST_SCENARIOS = 6
HEADINGS = {
    "scenario": "Scenario",
    "change": "Change of revenue",
    "low": "95 % from",
    "high": "to",
    "margin": "Margin",
    "pay_more": "Pay more",
    "pay_less": "Pay less",
    "median_change": "Median change of a bill",
    "over_25_percent": "Up by more than 25 %",
    "what": "What it is",
}
#: Units of one product are not those of another, so a tariff is for its own at first.
FOR = {"product": "Contracts of the same product", "all": "All contracts in its currency"}
WAYS = {"change": "Change everybody's own prices", "tariff": "One tariff for all chosen"}


def choose_who(base: PriceBase, *, like: str | None = None) -> dict[str, tuple[str, ...]]:
    """Whom the scenario is for, by what is known of contracts; `like` is one it starts from."""
    labels = {"industry": "Industry", "billing_model": "Billing model", "persona": "Persona"}
    who = {}
    if like is not None:
        product = base.contracts.set_index("contract_id")["product_id"][like]
        if url_state.choose("For", "for", FOR) == "product":
            who["product_id"] = (product,)
    with st.container(horizontal=True):
        for column, label in labels.items():
            if column in base.contracts:
                options = sorted(base.contracts[column].dropna().unique())
                who[column] = url_state.choose_many(label, f"for_{column}", options, width=260)
        options = sorted(base.contracts["contract_id"])
        who["contract_id"] = url_state.choose_many("Contract", "for_contract", options, width=260)
    return {column: values for column, values in who.items() if values}


def choose_scenario(name: str, who: Mapping[str, tuple[str, ...]]) -> PriceScenario:
    """When it starts, how far a bill may rise, and by how much own prices change."""
    with st.container(horizontal=True):
        fees = url_state.slide("Fees, % more or less", "fees", -30, 30, default=0, width=260)
        use = url_state.slide("Prices of use, % more or less", "use", -30, 30, default=5, width=260)
    return PriceScenario(
        name, fee_change=fees / 100, use_change=use / 100, who=who, **choose_terms()
    )


def choose_terms() -> dict[str, object]:
    """From when, for how long old prices stay, and the cap."""
    with st.container(horizontal=True):
        starts = url_state.slide("Starts in months", "starts", 0, 12, default=0, width=200)
        kept = url_state.slide("Old prices kept, months", "kept", 0, 12, default=0, width=200)
        cap = url_state.slide(
            "No invoice up by more than, % (100: no cap)", "cap", 0, 100, default=100, width=280
        )
    return {
        "starts_in": starts,
        "grandfathered": kept,
        "cap": None if cap == 100 else cap / 100,
    }


def answer_sentence(outcome: PriceOutcome, currency: str) -> str:
    """What the scenario does to revenue, and to how many customers."""
    change = outcome.total("change")
    low, high = sorted([abs(change["low"]), abs(change["high"])])
    between = ""
    if pd.notna(change["low"]):
        between = f" (95 % interval {money(low, currency)} to {money(high, currency)})"
        if change["low"] < 0 < change["high"]:
            between = (
                f" (the 95 % interval reaches from {money(-change['low'], currency)} less to "
                f"{money(change['high'], currency)} more)"
            )
    today = outcome.total("revenue today")["value"]
    relative = f", {change['value'] / today:+.1%}".replace("%", " %") if today else ""
    word = "less" if change["value"] < 0 else "more"
    return (
        f"For the same use, the year's bills would come to "
        f"**{money(abs(change['value']), currency)} {word}** than today{relative}{between}: "
        f"**{outcome.n_up:,}** of {count_of(len(outcome.customers), 'customer')} would pay more, "
        f"**{outcome.n_down:,}** less. What customers do about it is not in this."
    )


def show_totals(outcome: PriceOutcome, currency: str) -> None:
    """Revenue and margin today and with the scenario, with intervals."""
    names = ("revenue", "margin")
    for column, name in zip(st.columns(len(names)), names, strict=True):
        row, today = outcome.total(name), outcome.total(f"{name} today")
        column.metric(
            f"Yearly {name} with the scenario",
            money(row["value"], currency),
            f"{money(row['value'] - today['value'], currency)} against today",
            delta_color="off",
            border=True,
        )
        if pd.notna(row["low"]):
            column.caption(
                f"95 %: {money(row['low'], currency)} to {money(row['high'], currency)}, by "
                "drawing customers again"
            )


def show_losers(outcome: PriceOutcome, currency: str) -> None:
    """Customers by how much more they would pay, most first."""
    rows = outcome.customers
    shown = pd.DataFrame(
        {
            "Customer": rows["name"],
            f"Today ({currency})": rows["old"],
            f"Scenario ({currency})": rows["new"],
            f"Change ({currency})": rows["change"],
            "Change (%)": 100 * (rows["ratio"] - 1),
        }
    )
    numbers = {
        name: st.column_config.NumberColumn(format="%,.0f") for name in shown.columns[1:4]
    } | {"Change (%)": st.column_config.NumberColumn(format="%+.1f")}
    head = shown.head(200)
    st.dataframe(head, hide_index=True, height=height_of(head), column_config=numbers)
    offer_csv("Download all customers", rows, "price_changes_by_customer.csv", key="price_losers")


def show_invoice(outcome: PriceOutcome, made: Sequence[Tariff], place: np.ndarray) -> None:
    """One customer's invoice of one month, today and with the scenario, line by line."""
    base = outcome.base
    contracts = base.contracts[base.contracts["contract_id"].isin(base.rows["contract_id"])]
    order = outcome.customers["customer_id"].tolist()
    contracts = contracts.sort_values("customer_id", key=lambda ids: ids.map(order.index))
    names = {
        row.contract_id: f"{row.name[:40]} ({row.contract_id})" for row in contracts.itertuples()
    }
    chosen = url_state.choose("Invoice of", "invoice_of", names, kind=st.selectbox)
    month = int(base.rows.loc[base.rows["contract_id"] == chosen, "month"].max())
    now = base.tariffs[contracts.set_index("contract_id")["place"][chosen]]
    of_contract = dict(zip(base.contracts["contract_id"], place, strict=True))
    new = made[of_contract[chosen]] if of_contract[chosen] >= 0 else now
    for column, title, tariff in zip(
        st.columns(2), ("Today", "With the scenario"), (now, new), strict=True
    ):
        with column:
            st.markdown(f"**{title}**: {escape(tariff.name)}")
            show_lines(base.invoice(chosen, month, tariff))
    if outcome.scenario.cap is not None:
        st.caption("The cap on increases comes after this, on the whole invoice.")


def show_lines(invoice: Invoice) -> None:
    rows = [
        (line.charge, part.text, float(part.quantity), float(part.unit_price), float(part.amount))
        for line in invoice.lines
        for part in line.parts
    ]
    frame = pd.DataFrame(rows, columns=["Line", "Step", "Units", "Price", "Amount"])
    st.dataframe(
        frame,
        hide_index=True,
        height=height_of(frame),
        column_config={
            "Units": st.column_config.NumberColumn(format="%,.2f"),
            "Price": st.column_config.NumberColumn(format="%,.6f"),
            "Amount": st.column_config.NumberColumn(format="%,.2f"),
        },
    )
    st.markdown(f"Total **{invoice.total:,.2f} {invoice.currency}**")


def schedule_sentence(schedules: PriceSchedules, currency: str) -> str:
    """Earned, billed and paid within twelve months, and what is tied up."""
    flows = ("revenue", "billing", "cash")
    earned, billed, paid = (schedules.total(flow) for flow in flows)
    word = "less" if earned < 0 else "more"
    tied = "tied up in" if schedules.working_capital >= 0 else "set free from"
    return (
        f"Of **{money(abs(earned), currency)} {word}** earned in twelve months, "
        f"{money(abs(billed), currency)} is billed and {money(abs(paid), currency)} paid by their "
        f"end: **{money(abs(schedules.working_capital), currency)}** is {tied} open invoices."
    )


def show_conventions(tariff: Tariff) -> None:
    """The order of what happens to a price, and how it is rounded."""
    with st.expander("How a price is computed"):
        st.markdown(
            "\n".join(f"{n}. {step[0].upper()}{step[1:]}" for n, step in enumerate(ORDER, 1))
        )
        said = ", ".join(
            f"{name.replace('_', ' ')}: {str(value).replace('_', ' ')}"
            for name, value in asdict(tariff.conventions).items()
        )
        st.caption(f"Conventions of this tariff: {said}.")
        st.code(tariff_text(tariff), language="yaml")
        st.download_button(
            "Download the tariff",
            tariff_text(tariff),
            "tariff.yaml",
            mime="application/yaml",
            icon=":material/download:",
            on_click="ignore",
        )


def kept_scenarios(settings: Settings) -> dict[str, PriceScenario]:
    """Scenarios that somebody kept, by name; one that can no longer be read is left out."""
    found = {}
    for value in settings.items(PLACE).values():
        try:
            tariff = value.pop("tariff")
            who = {column: tuple(values) for column, values in value.pop("who").items()}
            tariff = None if tariff is None else read_tariff(tariff)
            found[value["name"]] = PriceScenario(tariff=tariff, who=who, **value)
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
    return found


def keep_scenario(settings: Settings, scenario: PriceScenario) -> None:
    """Keep one under its name; one of the same name is replaced."""
    given = {name: getattr(scenario, name) for name in scenario.__dataclass_fields__}
    given["tariff"] = None if scenario.tariff is None else tariff_text(scenario.tariff)
    given["who"] = {column: list(values) for column, values in scenario.who.items()}
    settings.put(PLACE + scenario.name, given)


def compared(outcomes: Sequence[PriceOutcome]) -> pd.DataFrame:
    """Scenarios side by side."""
    rows = []
    for outcome in outcomes:
        change = outcome.total("change")
        margin = outcome.total("margin")
        rise = outcome.customers.loc[outcome.customers["affected"], "ratio"] - 1
        rows.append(
            {
                "scenario": outcome.scenario.name,
                "change": change["value"],
                "low": change["low"],
                "high": change["high"],
                "margin": margin["value"],
                "pay_more": outcome.n_up,
                "pay_less": outcome.n_down,
                "median_change": float(rise.median()),
                "over_25_percent": int((rise > 0.25).sum()),
                "what": outcome.scenario.says,
            }
        )
    return pd.DataFrame(rows)


def compare_kept(base: PriceBase, scenario: PriceScenario, settings: Settings) -> pd.DataFrame:
    """Keep this scenario under a name, and show it beside those kept, six in all."""
    kept = kept_scenarios(settings)
    with st.form("keep_scenario", border=False):
        name = st.text_input("Name of this scenario", max_chars=60, width=300)
        pressed = st.form_submit_button("Keep it", icon=":material/bookmark_add:")
    if pressed and name.strip():
        keep_scenario(settings, replace(scenario, name=name.strip()))
        kept = kept_scenarios(settings)
    chosen = url_state.choose_many("Beside it", "beside", list(kept))
    shown = [scenario, *(kept[name] for name in chosen or list(kept))][:MOST_SCENARIOS]
    outcomes = []
    for each in shown:
        try:
            outcomes.append(reprice(base, each))
        except Refusal as refusal:
            st.caption(str(refusal))
    table = compared(outcomes)
    st.dataframe(
        table.rename(columns=HEADINGS),
        hide_index=True,
        height=height_of(table),
        column_config={
            HEADINGS[name]: st.column_config.NumberColumn(format="%,.0f")
            for name in ("change", "low", "high", "margin")
        }
        | {HEADINGS["median_change"]: st.column_config.NumberColumn(format="percent")},
    )
    offer_csv("Download the scenarios", table, "price_scenarios.csv", key="price_scenarios")
    return table


def most_units(base: PriceBase, start: str) -> Decimal:
    """Units up to which curves are drawn: what nearly all contracts of a product use in a month."""
    about = base.contracts.set_index("contract_id")
    alike = about.index[
        (about["product_id"] == about.loc[start, "product_id"])
        & (about["currency"] == about.loc[start, "currency"])
    ]
    used = base.rows.loc[base.rows["contract_id"].isin(alike), "quantity"]
    used = used[used > 0]
    return Decimal(int(used.quantile(0.95)) if len(used) else 1000).max(Decimal(10))


def curves_of(
    charge: Charge, origin: Tariff, made: Tariff, top: Decimal
) -> dict[str, list[tuple[Decimal, Decimal]]]:
    """The curve of a charge, and that of the charge it was made from where they differ."""
    new = {"New": price_points(charge, top, made.conventions)}
    old = next((each for each in origin.charges if each.name == charge.name), None)
    if old is None or old == charge or not old.metered:
        return new
    return {"Start": price_points(old, top, origin.conventions), **new}


def curve_sentence(charge: Charge, top: Decimal) -> str:
    """What the curve of a charge shows, in words."""
    return (
        f"What a month of **{escape(charge.name)}** costs, up to {count(int(top))} units: as "
        "many as 95 of 100 such contracts stay below."
    )
