"""Late-payment signals in words: how good the chances are, and what a call is worth."""

import pandas as pd
import streamlit as st

from models.channel_effect import ChannelEffect
from models.late_signals import LateSignals
from ui.account_links import account_column, account_links
from ui.download import offer_csv
from ui.frame import View
from ui.tables import AMOUNT, PERCENT, ROWS_SHOWN, show_columns
from ui.text import count, count_of, escape, money, share, undollared
from warehouse.late_signals import KINDS_OF_SIGNAL, SIGNALS

__all__ = [
    "calls_sentence",
    "channel_sentence",
    "moves_sentence",
    "named_weights",
    "order_sentence",
    "show_likely_late",
    "trust_sentence",
]

MISSING = "missingindicator_"


def order_sentence(signals: LateSignals) -> str:
    """Whether the signals tell late from punctual invoices, and on what that was tested."""
    n = count_of(len(signals.test), "invoice")
    tested = (
        f"Tested on {n} issued after {signals.cut:%Y-%m-%d} to customers that nothing was learnt "
        "from"
    )
    if not signals.tells:
        return (
            f"{tested}, the signals do **not** tell late from punctual invoices: open invoices are "
            "judged by the payment curve of their terms instead."
        )
    return (
        f"{tested}: of an invoice that was late and one that was not, the late one had the higher "
        f"chance **{share(signals.auc.value, 0)}** of the time (a coin: 50 %)."
    )


def trust_sentence(signals: LateSignals) -> str:
    """How far chances are from what came true, and which way."""
    off = float((signals.test["chance"] - signals.test["late"]).mean())
    way = "too high" if off > 0 else "too low"
    return (
        f"Chances were off by **{share(signals.ece.value)}** on average, overall "
        f"{share(abs(off))} {way}. On the dashed line a chance of 70 % is late 7 times of 10."
    )


def calls_sentence(signals: LateSignals, calls: int, n_open: int) -> str:
    """What the calls a team can make would find, by what the same share found in the test."""
    lift = signals.lift(calls / n_open)
    within = ""
    if not pd.isna(lift.lower):
        within = f" ({share(lift.lower, 0)} to {share(lift.upper, 0)})"
    return (
        f"With **{count_of(calls, 'call')}** on {count(n_open)} invoices not yet due, the "
        f"likeliest first: in the test **{share(lift.hit, 0)}**{within} of so many were late, "
        f"**{lift.lift:.2f} times** the {share(signals.prevalence, 0)} that calling at random "
        f"finds, and {share(lift.found, 0)} of all late ones were among them."
    )


def named_weights(signals: LateSignals) -> pd.DataFrame:
    """The weights with their signals in words."""
    return signals.weights.assign(name=[in_words(name) for name in signals.weights["signal"]])


def in_words(name: str) -> str:
    """A column of the model as a person says it.

    >>> in_words("terms"), in_words("missingindicator_terms"), in_words("channel_paper")
    ('payment terms', 'payment terms: not known', 'how the invoice is sent: paper')
    """
    if name.startswith(MISSING):
        return f"{SIGNALS[name.removeprefix(MISSING)]}: not known"
    if name in SIGNALS:
        return SIGNALS[name]
    kind = next(kind for kind in KINDS_OF_SIGNAL if name.startswith(f"{kind}_"))
    value = name.removeprefix(f"{kind}_").replace("_", " ")
    return f"{KINDS_OF_SIGNAL[kind]}: {value}"


def moves_sentence(weights: pd.DataFrame) -> str:
    """The strongest signal each way."""
    later, sooner = weights[weights["weight"] > 0], weights[weights["weight"] < 0]
    said = [
        f"most towards {way}: **{escape(rows['name'].iloc[0])}**"
        for way, rows in (("late", later), ("in time", sooner))
        if len(rows)
    ]
    return (
        "What moves the chance "
        + "; ".join(said)
        + ". Signals go together, so a weight is not the effect of changing it."
    )


def show_likely_late(scored: pd.DataFrame, calls: int, names: pd.Series, view: View) -> None:
    """Invoices not yet due, the likeliest late first; `names` of customers are by their id."""
    rows = scored.sort_values(["p_late", "invoice_id"], ascending=[False, True]).head(calls)
    st.markdown(
        undollared(
            f"These {count_of(len(rows), 'invoice')} hold "
            f"**{money(rows['open_amount'].sum(), view.currency)}**; "
            f"{rows['p_late'].sum():.0f} of them are expected to be late."
        )
    )
    shown = rows.head(ROWS_SHOWN)
    day = st.column_config.DateColumn(format="YYYY-MM-DD")
    chance = st.column_config.ProgressColumn(format=PERCENT, min_value=0, max_value=100)
    links = account_links(shown["customer_id"], shown["customer_id"].map(names), view)
    show_columns(
        {
            "Invoice": (shown["invoice_id"], st.column_config.TextColumn(pinned=True)),
            "Customer": (links, account_column(width=220)),
            "Due": (shown["due_on"], day),
            f"Open, {view.currency}": (shown["open_amount"], AMOUNT),
            "Likely late": (100 * shown["p_late"], chance),
            "Expected on": (shown["expected_paid_on"], day),
        },
        alt="Invoices not yet due, the likeliest late first",
    )
    named = rows.assign(name=rows["customer_id"].map(names))
    offer_csv("Download all", named, f"likely-late-{view.as_of}.csv", key="likely", n=len(rows))


def channel_sentence(effect: ChannelEffect) -> str:
    """Whether customers pay sooner by the channel, each compared with itself."""
    way = effect.channel.replace("_", " ")
    within = effect.within
    if within.reason:
        return f"By {escape(way)}: {escape(within.reason)}"
    sooner = "sooner" if within.value < 0 else "later"
    said = (
        f"by **{escape(way)}** the same customer pays **{abs(within.value):.1f} days {sooner}** "
        f"({within.lower:+z.1f} to {within.upper:+z.1f}; {count_of(effect.n_switched, 'customer')} "
        f"with both; customers mixed it looks like {effect.raw:+z.1f})"
    )
    sure = within.lower > 0 or within.upper < 0
    return said[0].upper() + said[1:] + ("." if sure else ", which may be chance.")
