"""Checks of the link in words: other routes to it, hidden causes, shape and error of the score."""

import numpy as np
import pandas as pd
import streamlit as st

from charts.linkage_checks import balance_dots, shape_curve
from models.linkage import Linkage
from models.linkage_checks import CONTRAST_MONTHS, LinkageChecks
from models.linkage_money import PointWorth
from models.linkage_policies import ChannelScores
from models.refusal import Refusal
from models.score_scales import SCALES
from ui.chart import told
from ui.download import offer_csv
from ui.tables import to_the_right
from ui.text import count_of, escape, listed, money, share

__all__ = ["channel_sentence", "show_checks", "worth_sentence"]


def worth_sentence(worth: PointWorth, measure: str, currency: str) -> str:
    """What one point is worth for an account and year, in margin."""
    label = SCALES[measure].label
    if not worth.found:
        return (
            f"What one {label} point is worth in margin cannot be told: between "
            f"{money(worth.low, currency)} and {money(worth.high, currency)} an account and year."
        )
    return (
        f"In margin, one {label} point goes with **{money(worth.value, currency)} an account and "
        f"year** ({money(worth.low, currency)} to {money(worth.high, currency)}): the billing that "
        f"is kept, of an average margin of {money(worth.margin, currency)}."
    )


def channel_sentence(channels: ChannelScores) -> str:
    """How content with invoicing customers are by the channel of their invoices."""
    apart = channels.table[channels.table["verdict"] != "cannot tell"]
    untold = channels.table[channels.table["verdict"] == "cannot tell"]
    against = f"against {channels.reference.replace('_', ' ')}"
    said = [
        f"**{row.channel.replace('_', ' ')}** {row.effect:+z.2f} points ({row.lower:+z.2f} to "
        f"{row.upper:+z.2f})"
        for row in apart.itertuples()
    ]
    text = f"CSAT with invoicing, {against}: {listed(said)}." if said else (
        f"No channel of invoicing is seen to go with another CSAT, {against}.")  # fmt: skip
    if len(untold):
        reach = untold["smallest"]
        text += (
            f" Cannot tell: {listed([name.replace('_', ' ') for name in untold['channel']])}; "
            f"{reach.min():.2f} to {reach.max():.2f} points would have been seen."
        )
    return f"{text} Who gets which channel was not drawn by lot."


def show_checks(checks: LinkageChecks, linkage: Linkage) -> None:
    """Every check of one measure, each with a sentence; what cannot be told has its reason."""
    st.markdown(hidden_sentence(checks))
    st.markdown(control_sentence(linkage, checks.measure))
    if checks.contrast is None:
        st.info(escape(checks.reasons["contrast"], longest=300))
    else:
        told(contrast_sentence(checks), balance_dots(checks.contrast))
        show_contrast(checks)
    if checks.shape is None:
        st.info(escape(checks.reasons["shape"], longest=300))
    else:
        told(shape_sentence(checks), shape_curve(checks.shape, checks.measure))
    st.markdown(reliability_sentence(checks))


def hidden_sentence(checks: LinkageChecks) -> str:
    """How strong something unknown would have to be."""
    if checks.e_value_of_end <= 1:
        end = "the interval reaches no effect as it is"
    else:
        end = f"{checks.e_value_of_end:.2f} times for the interval to reach no effect"
    return (
        f"**Hidden causes**: something that nobody wrote down would have to go with both the score "
        f"and leaving {checks.e_value:.2f} times as often (E-value) to explain the effect of a "
        f"standard deviation alone; {end}."
    )


def control_sentence(linkage: Linkage, measure: str) -> str:
    """An outcome that satisfaction should not move."""
    label = SCALES[measure].label
    try:
        effect = linkage.effect(measure, "churn", cause="insolvency")
    except Refusal:
        return "**Negative control**: too few customers became insolvent to be one."
    ratio, low, high = (np.exp(x) for x in (effect.value, effect.lower, effect.upper))
    verdict = "moves" if effect.p_value < 0.05 else "does not move"
    return (
        f"**Negative control**: {label} {verdict} insolvency, which satisfaction should not "
        f"({ratio:.2f} times for one point, {low:.2f} to {high:.2f})."
    )


def contrast_sentence(checks: LinkageChecks) -> str:
    """Content against discontent customers, made alike."""
    rows = checks.contrast.table.set_index("outcome")
    left, stayed = rows.loc["left"], rows.loc["stayed"]
    scale = SCALES[checks.measure]
    balance = "are alike" if checks.contrast.balanced else "are nearly alike"
    if_all, if_none = share(left["treated"]), share(left["untreated"])
    return (
        f"**Made alike**: were all answers {scale.content_from} or better, {if_all} "
        f"would leave within {CONTRAST_MONTHS} months; were all below, {if_none}. "
        f"That is {stayed['difference']:+z.2f} months stayed ({stayed['lower']:+z.2f} to "
        f"{stayed['upper']:+z.2f}). Weighted, both groups {balance} in what is held equal (dashed: "
        f"0.1); {share(checks.contrast.outside, 0)} of answers have hardly a like."
    )


def show_contrast(checks: LinkageChecks) -> None:
    """Leaving by cause, were all content and were none."""
    rows = checks.contrast.table
    rows = rows[rows["outcome"] != "stayed"]
    shown = pd.DataFrame(
        {
            "Within a year": rows["outcome"].str.capitalize(),
            "All content": [share(x) for x in rows["treated"]],
            "None content": [share(x) for x in rows["untreated"]],
            "Difference": [share(x) for x in rows["difference"]],
            "Interval": [
                f"{share(a)} to {share(b)}"
                for a, b in zip(rows["lower"], rows["upper"], strict=True)
            ],
        }
    )
    numbers = to_the_right(shown.columns[1:])
    st.dataframe(shown, hide_index=True, height="content", column_config=numbers)
    n, customers = checks.contrast.n, checks.contrast.n_customers
    st.caption(
        f"{count_of(n, 'answer')} of {count_of(customers, 'customer')}, doubly robust: right if "
        "either who is content or who leaves is modelled right. It averages over all; the ratio "
        "above is of customers alike, so the two need not agree."
    )
    offer_csv("Download the comparison", checks.contrast.table, "content.csv", key="contrast")


def shape_sentence(checks: LinkageChecks) -> str:
    """Whether a point counts for more below the usual score than above."""
    shape = checks.shape
    below, above = (1 - np.exp(x) for x in (shape.below, shape.above))
    differ = "differ" if shape.p_value < 0.05 else "do not differ beyond noise"
    return (
        f"**Shape**: a point below {shape.knot:g} takes {share(below, 0)} off the chance of "
        f"leaving, one above {share(above, 0)}; the two {differ} (p = {shape.p_value:.2f})."
    )


def reliability_sentence(checks: LinkageChecks) -> str:
    """What the effect would be of a score without error, where repeats tell."""
    if checks.reliability is None:
        return f"**Error of the score**: {escape(checks.reasons['reliability'], longest=300)}"
    found = checks.reliability
    ends = [np.exp(found.corrected + side * 1.96 * found.std_err) for side in (0, -1, 1)]
    return (
        f"**Error of the score**: of {count_of(found.n_pairs, 'repeated answer')} within a month, "
        f"{share(found.plain, 0)} of the score is no noise, among alike customers "
        f"{share(found.conditional, 0)}. Of a score without error one point would be "
        f"{ends[0]:.2f} times the chance of leaving ({ends[1]:.2f} to {ends[2]:.2f}); the headline "
        "stays with the score as reported."
    )
