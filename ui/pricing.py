"""The tariff designer in words: whom a scenario is for, what it does, who wins and who loses."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal

import pandas as pd
import streamlit as st

from models.backbill import Backbill
from models.charge import Charge
from models.price_curve import price_points
from models.price_schedules import PriceSchedules
from models.pricing import SEGMENTS, PriceBase, PriceOutcome, PriceScenario
from models.rating import ORDER, Invoice, Tariff, tariff_text
from ui import url_state
from ui.download import offer_csv
from ui.errors import say
from ui.tables import PERCENT, height_of, percents
from ui.text import count, count_of, escape, label_of, money, share, signed

__all__ = [
    "WAYS",
    "answer_sentence",
    "choose_scenario",
    "choose_terms",
    "choose_who",
    "curve_sentence",
    "curves_of",
    "most_units",
    "schedule_sentence",
    "show_backbill",
    "show_conventions",
    "show_invoice",
    "show_losers",
    "show_totals",
]

#: Units of one product are not those of another, so a tariff is for its own at first.
FOR = {"product": "Contracts of the same product", "all": "All contracts in its currency"}
TIMINGS = {"today": "As today", "in_advance": "In advance", "in_arrears": "In arrears"}
WAYS = {"change": "Change everybody's own prices", "tariff": "One tariff for all chosen"}


def show_backbill(billed: Backbill) -> None:
    """What the tariffs reproduce, where not every line is the same or tariffs were found."""
    found = int(billed.book.versions["source"].isin(["value", "lines"]).sum())
    if billed.exact_share == 1 and billed.n_rateable == billed.n and not found:
        return
    left_out = billed.n - billed.n_rateable
    lines = count_of(billed.n_rateable, "line")
    said = f"**{share(billed.exact_share)}** of {lines} come out the same"
    if left_out:
        said += (
            f"; {count_of(left_out, 'other line')} cannot be held against a tariff. Load `tariffs` "
            "(one text of charges for each version) and name the `tariff_id` of each contract"
        )
    if found:
        said += (
            f". {count_of(found, 'tariff')} not in the books were found from monthly values and "
            "from lines with one price a unit, beside included units or a minimum, and reproduce "
            "those by construction; bands cannot be found that way"
        )
    with st.expander("What these tariffs reproduce"):
        st.markdown(f"{said}.")
        shown = percents(billed.table.replace({"reason": {"": "the same, to the cent"}}), "share")
        st.dataframe(
            shown, hide_index=True, height=height_of(shown), alt="Lines by what became of them",
            column_config={
                "reason": "What became of a line",
                "n": st.column_config.NumberColumn("Lines", format="%,d"),
                "share": st.column_config.NumberColumn("Share", format=PERCENT),
            },
        )  # fmt: skip
        other = billed.lines[~billed.lines["exact"]]
        offer_csv("Download these lines", other, "lines_not_the_same.csv", key="not_the_same")
    for name, reason in list(billed.book.unread.items())[:3]:
        st.caption(f"Tariff {escape(name, longest=40)} was not read: {say(reason)}")


def choose_who(base: PriceBase, *, like: str | None = None) -> dict[str, tuple[str, ...]]:
    """Whom the scenario is for, by what is known of contracts; `like` is one it starts from."""
    who = {}
    if like is not None:
        product = base.contracts.set_index("contract_id")["product_id"][like]
        if url_state.choose("For", "for", FOR) == "product":
            who["product_id"] = (product,)
    with st.expander("Whom it is for: everybody, unless chosen here", icon=":material/groups:"):
        with st.container(horizontal=True):
            for column in (*SEGMENTS, "contract_id"):
                if column in base.contracts:
                    options = sorted(base.contracts[column].dropna().unique())
                    label = label_of(column.removesuffix("_id"))
                    who[column] = url_state.choose_many(
                        label, f"for_{column.removesuffix('_id')}", options, width=260
                    )
        if "persona" not in base.contracts:
            st.caption("Nobody can be chosen by persona: these data show no personas.")
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
        timing = url_state.choose(
            "Fees are billed", "timing", TIMINGS, kind=st.selectbox, width=200
        )
    return {
        "starts_in": starts,
        "grandfathered": kept,
        "cap": None if cap == 100 else cap / 100,
        "timing": None if timing == "today" else timing,
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
    relative = f", {signed(100 * change['value'] / today, 1)} %" if today else ""
    word = "less" if change["value"] < 0 else "more"
    begins = outcome.scenario.begins
    when = f", once the new prices hold in {count_of(begins, 'month')}," if begins else ""
    return (
        f"For the same use{when} a year's bills would come to "
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
    """Customers whose bill changes, those who pay the most more first."""
    everybody = outcome.customers
    rows = everybody[everybody["change"] != 0]
    if rows.empty:
        st.markdown("No bill changes.")
        return
    shown = pd.DataFrame(
        {
            "Customer": rows["name"],
            f"Today ({currency})": rows["old"],
            f"Scenario ({currency})": rows["new"],
            f"Change ({currency})": rows["change"],
            # A hundredth below nothing would be drawn as -0.0.
            "Change (%)": (100 * (rows["ratio"] - 1)).round(1) + 0.0,
        }
    )
    numbers = {
        name: st.column_config.NumberColumn(format="%,.0f") for name in shown.columns[1:4]
    } | {"Change (%)": st.column_config.NumberColumn(format="%+.1f")}
    head = shown.head(200)
    st.dataframe(
        head, hide_index=True, height=height_of(head), column_config=numbers,
        alt="Customers by the change of their bill",
    )  # fmt: skip
    offer_csv(
        "Download all customers", everybody, "price_changes_by_customer.csv", key="price_losers"
    )


def show_invoice(outcome: PriceOutcome) -> None:
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
    new = outcome.tariff_of(chosen)
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
