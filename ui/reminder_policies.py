"""Policies of reminding in words: what they cost in goodwill, and one to try."""

import pandas as pd
import streamlit as st

from models.reminder_aftermath import OUTCOMES, TONE_GROUPS, Aftermath
from models.reminder_definitions import CHANNEL_WORDS
from models.reminder_intervals import MOST_STAGES, TONES
from models.reminder_policies import DAYS_AHEAD, Policy, Step, simulate_policies
from models.reminders import Reminders
from ui import url_state
from ui.download import offer_csv
from ui.tables import COUNT, height_of, show_columns
from ui.text import days, listed, share

__all__ = ["aftermath_sentence", "frontier_sentence", "price_sentence", "show_aftermath",
           "show_frontier_table", "try_a_policy"]  # fmt: skip


def aftermath_sentence(after: Aftermath) -> str:
    """What one more reminder goes with most surely; the table holds the rest."""
    seen = after.table[after.table["verdict"] != "no effect found"]
    said = "**No effect** of reminders on surveys, tickets, disputes or leaving was found."
    if len(seen):
        # Outcomes have scales of their own: how sure a change is makes them comparable.
        ordered = seen.loc[(seen["effect"] / seen["std_err"]).abs().sort_values().index[::-1]]
        first = ordered.iloc[0]
        said = (
            f"Among alike customers one more {TONE_GROUPS[first['tone']]} reminder goes with "
            f"**{first['effect']:+z.3f}** of {OUTCOMES[first['outcome']]} in what follows "
            f"({first['lower']:+z.3f} to {first['upper']:+z.3f})."
        )
        if len(seen) > 1:
            said += f" {len(seen) - 1} more of {len(after.table)} changes are beyond chance."
    return said


def show_aftermath(after: Aftermath) -> None:
    """Every outcome and kind of tone with its interval."""
    table = after.table
    show_columns(
        {
            "Next month": table["outcome"].map(OUTCOMES),
            "One more reminder": table["tone"].map(TONE_GROUPS),
            "Change": (table["effect"], "%.3f"),
            "Low": (table["lower"], "%.3f"),
            "High": (table["upper"], "%.3f"),
            "Seen": table["verdict"],
            "Usual": (table["usual"], "%.3f"),
            "Smallest to be seen": (table["smallest"], "%.3f"),
            "Months of customers": (table["n"], COUNT),
        },
        alt="What follows one more reminder besides money",
    )
    for outcome, why in after.left_out.items():
        st.caption(f"Nothing is said of {OUTCOMES[outcome]}: {why}.")
    st.caption(
        "Adjusted for surveys, tickets, disputes, lateness, firm reminders and size known when "
        "the month began, robust by customer. It goes together: what moved the collector and is "
        "on no record is not adjusted for."
    )
    offer_csv("Download what follows", table, "reminder_aftermath.csv", key="reminder_aftermath")


def frontier_sentence(tried: pd.DataFrame) -> str:
    """The gentlest step up from nothing, and the policy that brings most."""
    best = tried[tried["efficient"]].sort_values("paid")
    last, nothing = best.iloc[-1], tried.iloc[0]
    said = (
        f"Without reminders {share(nothing['paid'])} of overdue invoices are paid within "
        f"{days(DAYS_AHEAD)} of the first possible reminder. **{last['policy']}** brings most: "
        f"{share(last['paid'])} ({share(last['paid_low'])} to {share(last['paid_high'])}), at "
        f"{last['score']:+z.2f} of survey score for each overdue invoice."
    )
    middle = best.iloc[1:-1]
    if middle.empty:
        return said
    gentle = middle.loc[(middle["sooner"] / middle["score"].abs().clip(lower=1e-3)).idxmax()]
    return said + (
        f" **{gentle['policy']}** brings {share(gentle['paid'])} for {gentle['score']:+z.2f}: most "
        "days for each point of score."
    )


def price_sentence(row: pd.Series, share_overdue: float) -> str:
    """What one day of DSO costs in customers, under a policy against none."""
    dso = row["sooner"] * share_overdue
    lost = 1000 * row["more_left"]
    low, high = (1000 * row[f"more_left_{end}"] for end in ("low", "high"))
    if row["sooner_low"] <= 0:
        return "The policy is not seen to bring money sooner, so a day of DSO has no price here."
    paid = (
        f"{row['policy']} takes **{dso:.2f} days** off DSO ({share_overdue * row['sooner_low']:.2f}"
        f" to {share_overdue * row['sooner_high']:.2f}): {days(row['sooner'], 1)} of the "
        f"{share(share_overdue)} of value that gets so overdue."
    )
    if low <= 0 <= high:
        return paid + (
            f" No effect on leaving is seen: {low:+z.1f} to {high:+z.1f} customers for 1,000 "
            f"overdue invoices, so a day of DSO costs {max(high, 0) / dso:.1f} of them at most."
        )
    return paid + (
        f" It goes with {lost:+z.1f} customers leaving ({low:+z.1f} to {high:+z.1f}) for 1,000 "
        f"overdue invoices: **{lost / dso:+z.1f}** for each day of DSO."
    )


def show_frontier_table(tried: pd.DataFrame) -> None:
    """The policies that no other beats."""
    best = tried[tried["efficient"]].sort_values("paid", ascending=False)
    shown = pd.DataFrame(
        {
            "Policy": best["policy"],
            "Paid": 100 * best["paid"],
            "Low": 100 * best["paid_low"],
            "High": 100 * best["paid_high"],
            "Days sooner": best["sooner"],
            "Score": best["score"],
            "Leave of 1,000": 1000 * best["more_left"],
        }
    )
    percent = st.column_config.NumberColumn(format="%.1f %%")
    st.dataframe(
        shown,
        hide_index=True,
        height=height_of(shown),
        column_config=dict.fromkeys(("Paid", "Low", "High"), percent)
        | {
            "Days sooner": st.column_config.NumberColumn(format="%.1f"),
            "Score": st.column_config.NumberColumn(format="%.2f"),
            "Leave of 1,000": st.column_config.NumberColumn(format="%.1f"),
        },
    )
    offer_csv("Download all policies", tried, "reminder_policies.csv", key="reminder_policies")


@url_state.fragment
def try_a_policy(
    reminders: Reminders,
    after: Aftermath | None,
    share_overdue: float,
    groups: dict[str, list[str] | None],
) -> None:
    """Choose days, channel and tone, for everybody or a group, against no reminder."""
    exposure = reminders.exposure
    first, gap = exposure.first_day, max(exposure.shortest_gap, 7)
    left, middle, right = st.columns(3)
    with left:
        group = url_state.choose("For", "for", list(groups), kind=st.selectbox)
        steps = url_state.slide("Reminders", "steps", 1, MOST_STAGES, default=2)
    with middle:
        channels = {name: CHANNEL_WORDS[name] for name in exposure.channels}
        channel = url_state.choose("Sent", "channel", channels, kind=st.selectbox)
        begins = url_state.slide("First on day past due", "day", 1, first + 30, default=first)
    with right:
        tones = [t for t in TONES if t in {exposure.reference_tone, *exposure.tones}]
        tone = url_state.choose("Tone", "tone", tones, kind=st.selectbox)
        apart = url_state.slide("Days between", "apart", 1, 28, default=gap)
    name = f"{steps} × {channel}, {tone}"
    policy = Policy(name, tuple(Step(begins + apart * n, channel, tone) for n in range(steps)))
    found = simulate_policies(
        reminders,
        [Policy("No reminder", ()), policy],
        aftermath=after,
        customers=groups[group],
    )
    none, row = found.iloc[0], found.iloc[1]
    st.markdown(
        f"**{share(row['paid'])}** ({share(row['paid_low'])} to {share(row['paid_high'])}) are "
        f"paid within {days(DAYS_AHEAD)} of day {first} past due, against {share(none['paid'])} "
        f"without a reminder: **{days(row['sooner'], 1)}** sooner ({row['sooner_low']:.1f} to "
        f"{row['sooner_high']:.1f}). It takes {row['gentle'] + row['harsh']:.1f} reminders an "
        f"overdue invoice, which go with a survey score {row['score']:+z.2f} "
        f"({row['score_low']:+z.2f} to {row['score_high']:+z.2f}) standard deviations away."
    )
    st.markdown(price_sentence(row, share_overdue))
    st.caption(
        "Followed with what reminders do to all who are left. Tried against simulated companies, "
        "what one call brings was right within a fifth; two and three reminders brought up to two "
        "fifths less than said here: count on the lower half of the range."
    )
    if warnings := policy.warnings(exposure):
        st.warning(f"Beyond what was ever done: {listed(warnings)}.", icon=":material/warning:")
