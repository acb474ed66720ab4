"""The builder of initiatives: what to do, how well it may work, and what that is worth."""

import dataclasses
import zlib
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from analyses.roi import Company
from charts.roi import input_words
from models.initiatives import DRIVERS, Driven, Initiative, Uncertain
from models.roi import Roi, sobol_shares
from models.roi_flows import PARTS_OF_FLOWS
from models.scenarios import Scenario
from ui import url_state
from ui.download import offer_csv
from ui.roi_words import link_sentence, titles_of
from ui.tables import PERCENT, WHOLE, height_of
from ui.text import escape, share, undollared

__all__ = ["choose_initiatives", "choose_terms", "show_assumptions", "show_flows", "show_shares"]

THOUSAND = 1_000
#: Of Sobol, a power of two: more would keep the page waiting for digits that say nothing.
SOBOL_POINTS = 256


def named(control: str, start: Scenario | None) -> str:
    """A control's name in the link; those of a scenario are its own: no other slider moves it.

    >>> named("budget", None)
    'budget'
    """
    return control if start is None else f"{control}_{zlib.crc32(start.name.encode()):08x}"


def choose_initiatives(
    offer: Sequence[Initiative], start: Scenario | None
) -> tuple[Initiative, ...]:
    """What is looked at, each as dear and as good as its sliders say."""
    titles = {one.name: one.title for one in offer}
    names = url_state.choose_many(
        "Initiatives to choose from", named("initiatives", start), list(titles),
        format_func=titles.__getitem__, placeholder="All of them",
    )  # fmt: skip
    looked_at = [one for one in offer if not names or one.name in names]
    with st.expander("Change what they cost and how well they work", icon=":material/tune:"):
        st.caption(
            "Sizes are assumptions until one is measured: 100 % is as assumed in the table at the "
            "end of the page, 0 % is no effect at all."
        )
        return tuple(changed(one, start) for one in looked_at)


def changed(one: Initiative, start: Scenario | None) -> Initiative:
    left, right = st.columns(2)
    title = escape(one.title)
    with left:
        works = url_state.slide(
            f"{title}: effect, % of assumed", named(f"works_{one.name}", start), 0, 200,
            default=100, step=10,
        )  # fmt: skip
    with right:
        costs = url_state.slide(
            f"{title}: cost, % of assumed", named(f"costs_{one.name}", start), 10, 300,
            default=100, step=10,
        )  # fmt: skip
    moves = [
        dataclasses.replace(moved, size=scaled(moved.size, works / 100, moved.driver))
        for moved in one.moves
    ]
    return dataclasses.replace(
        one,
        moves=moves,
        cost=scaled(one.cost, costs / 100),
        run_cost=scaled(one.run_cost, costs / 100),
    )


def scaled(value: Uncertain, by: float, driver: str | None = None) -> Uncertain:
    """A number made larger; shares of a bucket end at all of it, and nobody leaves less than never.

    >>> scaled(Uncertain(0.2, 0.4, 0.8), 2.0, "reminders")
    Uncertain(low=0.4, likely=0.8, high=1.0)
    """
    low, high = -float("inf"), float("inf")
    if driver == "churn":
        low = -0.95
    elif driver not in (None, "satisfaction", "days_to_pay"):
        high = 1.0
    return Uncertain(*(min(max(by * end, low), high) for end in
                       (value.low, value.likely, value.high)))  # fmt: skip


def choose_terms(
    found: Company, offer: Sequence[Initiative], start: Scenario | None
) -> dict[str, float | None]:
    """Budget, horizon, tax, and how far effects hang together."""
    whole = int(max(-(-sum(max(one.cost.mean, 0.0) for one in offer) // THOUSAND), 1))
    most = max(found.base.months, 7)
    usual = start or Scenario("Usual", offer)
    afford = whole if usual.budget is None else min(int(usual.budget // THOUSAND), whole)
    columns = st.columns(4)
    with columns[0]:
        budget = url_state.slide(
            "Budget for the start, thousands", named("budget", start), 0, whole, default=afford
        )
    with columns[1]:
        horizon = url_state.slide(
            "Months that count", named("months", start), 6, most,
            default=max(min(usual.months, found.base.months), 6),
        )  # fmt: skip
    with columns[2]:
        tax = url_state.slide("Tax on gains, %", named("tax", start), 0, 95,
                              default=round(100 * usual.tax_rate))  # fmt: skip
    with columns[3]:
        together = url_state.slide(
            "Effects hang together, %", named("together", start), 0, 95, step=5,
            default=5 * round(20 * usual.correlation),
            help="The same people carry them out: where one works less well, so may the others.",
        )  # fmt: skip
    # At its upper end the budget is enough for all, of which the last part of a thousand is left.
    return {"budget": None if budget == whole else float(budget * THOUSAND), "horizon": horizon,
            "tax_rate": tax / 100, "correlation": together / 100}  # fmt: skip


def show_shares(roi: Roi) -> None:
    """Which inputs the spread of the value is due to, worked out when it is asked for."""
    box = st.expander(
        "What the spread is due to", icon=":material/donut_small:", key="sobol_box",
        on_change="rerun",
    )  # fmt: skip
    if not box.open:
        return
    with box:
        shares = sobol_shares(roi, n=SOBOL_POINTS)
        titles = titles_of(roi)
        st.markdown(shares_sentence(shares, titles))
        shown = pd.DataFrame(
            {
                "Input": [input_words(name, titles) for name in shares["input"]],
                "Alone, %": 100 * shares["first"].clip(0, 1),
                "With others, %": 100 * shares["total"].clip(0, 1),
            }
        )
        number = st.column_config.NumberColumn(format=PERCENT)
        st.dataframe(
            shown, hide_index=True, placeholder="", height=height_of(shown),
            alt="Shares of the spread",
            column_config={"Alone, %": number, "With others, %": number},
        )  # fmt: skip
        st.caption(
            "Sobol's shares of the variance of the net present value, every input drawn "
            "independently of the others whatever the slider says; what is with others is what "
            f"would be gone if the input were known. {SOBOL_POINTS:,} points an input."
        )
        offer_csv("Download the shares", shares, "roi_sobol.csv", key="roi_sobol")


def shares_sentence(shares: pd.DataFrame, titles: dict[str, str]) -> str:
    """Which input the spread is due to most, and what is due to inputs together.

    >>> shares = pd.DataFrame({"input": ["margin", "cost:a"], "first": [0.7, 0.2]})
    >>> shares_sentence(shares.assign(total=shares["first"]), {"a": "A"})[:69]
    '**70 %** of the spread of the value is due to **margin that leaves as'
    """
    if shares.empty:
        return "Nothing that is not known moves the value."
    top = shares.iloc[0]
    name = escape(input_words(top["input"], titles))
    together = max(1.0 - float(shares["first"].sum()), 0.0)
    return (
        f"**{share(min(max(top['first'], 0.0), 1.0), 0)}** of the spread of the value is due to "
        f"**{name[:1].lower()}{name[1:]}** alone, and {share(together, 0)} to how inputs work "
        "together."
    )


def show_flows(roi: Roi) -> None:
    """Cash flows by year, and by month as a download."""
    rows = roi.flows.assign(year=-(-roi.flows["month"] // 12))
    table = rows.groupby("year")[[*PARTS_OF_FLOWS, "net"]].sum()
    table["discounted"] = rows.groupby("year")["discounted"].last()
    table.index = ["Now" if year == 0 else f"Year {year}" for year in table.index]
    words = {**PARTS_OF_FLOWS, "net": "Net", "discounted": "Net so far, today's money"}
    shown = table.rename(columns=words)
    st.dataframe(
        shown,
        placeholder="",
        column_config={name: st.column_config.NumberColumn(format=WHOLE) for name in shown},
    )
    st.caption(
        "Means over all draws. Cash set free by sooner payment comes once and goes back as the "
        "effect wears off or customers leave; that it need not be financed is not added on top. "
        "Work saved is that of customers who would be there anyway. New ones are not counted."
    )
    offer_csv("Download the cash flows by month", roi.flows, "roi_cash_flows.csv", key="roi_flows")


def show_assumptions(initiatives: Sequence[Initiative], found: Company) -> None:
    """What the score was measured to do, and every size that went in, with its basis."""
    st.markdown(undollared(link_sentence(found)))
    shown = pd.DataFrame(
        [
            {
                "Initiative": one.title,
                "Moves": DRIVERS[moved.driver],
                "One in ten below": moved.size.low,
                "Likely": moved.size.likely,
                "One in ten above": moved.size.high,
                "Basis": basis_words(moved),
                "Cost": one.cost.likely,
                "A month": one.run_cost.likely,
                "Months to full effect": one.ramp_months,
                "Treats": "Everyone" if not one.treats else str(one.treats),
            }
            for one in initiatives
            for moved in one.moves
        ]
    )
    number = st.column_config.NumberColumn
    st.dataframe(
        shown,
        hide_index=True,
        placeholder="",
        height=height_of(shown),
        column_config={name: number(format=WHOLE) for name in ("Cost", "A month")},
    )
    st.caption(
        "Assumed sizes are nobody's measurement. Those of the score go through the measured link "
        "to leaving and paying; a change of leaving that is typed in goes past it."
    )
    offer_csv("Download what went in", shown, "roi_assumptions.csv", key="roi_assumptions")


def basis_words(moved: Driven) -> str:
    """Where a size is from, and the way it takes to money.

    >>> basis_words(Driven("churn", Uncertain.sure(-0.1)))
    'assumed, a typed-in percentage'
    """
    if moved.driver == "churn":
        return f"{moved.basis}, a typed-in percentage"
    if moved.driver == "satisfaction":
        return f"{moved.basis}, through the measured link"
    way = "sales of a day" if moved.driver == "days_to_pay" else "what that costs in the books"
    return f"{moved.basis}, through {way}"
