"""Reminders in words: what they bring, which kind brings more, and what is not known."""

from charts.reminders import KINDS
from models.personas import Personas
from models.reminder_definitions import CHANNEL_WORDS
from models.reminder_fading import Fading
from models.reminder_intervals import TRANSIT_DAYS
from models.reminders import NO_HOLD_OUT, Reminders
from ui.download import offer_csv
from ui.tables import COUNT, show_columns
from ui.text import count, count_of, days, listed, share

__all__ = [
    "answer_sentence",
    "group_sentence",
    "groups_of",
    "ratio_note",
    "ratio_sentence",
    "show_ratio_table",
]


def answer_sentence(reminders: Reminders) -> str:
    """What reminding as usual brings, by the random hold-out; else that none was held out."""
    trial = reminders.trial
    if trial is None:
        return NO_HOLD_OUT
    n = f"{count(trial.n_usual)} reminded as usual against {count(trial.n_held_out)} held out"
    if trial.paid.reason or trial.paid.lower <= 0 <= trial.paid.upper:
        return (
            f"**No effect found**: {share(trial.paid_usual)} of overdue invoices are paid within "
            f"{days(trial.days)} past due when reminded as usual and {share(trial.paid_held_out)} "
            f"when chance kept them from it ({n}). A difference of "
            f"{share(2.8 * trial.paid.std_err)} would have been found four times in five."
        )
    more = trial.paid.value
    return (
        f"Reminding as usual gets **{share(abs(more))}** of overdue invoices "
        f"{'more' if more > 0 else 'fewer'} paid within {days(trial.days)} past due "
        f"({share(trial.paid.lower)} to {share(trial.paid.upper)}): "
        f"{share(trial.paid_usual)} against {share(trial.paid_held_out)}, and the money comes "
        f"**{days(trial.days_sooner.value, 1)}** sooner ({n}, drawn at random)."
    )


def ratio_sentence(reminders: Reminders) -> str:
    """Which channel and tone help most, and of which nothing is seen."""
    table = reminders.table
    clear = table[(table["verdict"] == "sooner") & (table["kind"] != "stage")]
    unseen = table.loc[(table["verdict"] == "no effect found"), "name"].tolist()
    said = "No channel and no tone is seen to bring money sooner."
    if len(clear):
        best = clear.loc[clear["hazard_ratio"].idxmax()]
        against = "no reminder" if best["kind"] == "channel" else (
            f"a {reminders.exposure.reference_tone} one")  # fmt: skip
        channels = best["kind"] == "channel"
        manner = CHANNEL_WORDS[best["name"]] if channels else f"in a {best['name']} tone"
        said = (
            f"A first reminder **{manner}** multiplies the chance of being paid on a day by "
            f"**{best['hazard_ratio']:.2f}** ({best['lower']:.2f} to {best['upper']:.2f}) against "
            f"{against}."
        )
    if unseen:
        least = reminders.smallest[unseen]
        said += (
            f" No effect found of {listed(unseen)}: a ratio of {least.min():.2f} to "
            f"{least.max():.2f} would have been seen."
            if len(unseen) > 1
            else f" No effect found of {unseen[0]}: a ratio of {least.iloc[0]:.2f} would have been "
            "seen."
        )
    return said


def ratio_note(reminders: Reminders) -> str:
    """What the ratios rest on, and what they cannot say."""
    said = (
        f"{count_of(reminders.n, 'overdue invoice')} of "
        f"{count_of(reminders.n_customers, 'customer')}, unpaid "
        f"{days(reminders.exposure.first_day)} past due, when reminding starts; "
        f"{count(reminders.n_paid)} were paid. Channels are compared from {days(TRANSIT_DAYS)} "
        f"after a reminder was sent, because money takes as long. {estimand(reminders.fading)} "
    )
    if not reminders.randomised:
        return said + NO_HOLD_OUT
    said += "The size of an average reminder is the one that explains the random hold-out. "
    if reminders.gap_p_value < 0.05:
        said += (
            "Adjusting for what is known alone makes reminders look weaker, because those who are "
            "slow for reasons not on record are reminded most: the hold-out is believed instead. "
        )
    return said.rstrip()


def estimand(fading: Fading) -> str:
    """Whose chance of being paid a ratio multiplies."""
    if not fading.fades:
        return (
            "A ratio is that of all who are left on a day, on average over the days: whether the "
            "effect falls as the quick have paid could not be told, which may draw differences "
            "between channels and tones towards none."
        )
    least = min(fading.left)
    day = fading.edges[fading.left.index(least)]
    return (
        "A ratio is of one invoice: by how much a reminder multiplies its chance of being paid on "
        "each day after it. All who were reminded, taken together, are hurried less from day to "
        "day, because the patient are left over; policies are followed with that. So does "
        "everything known of an invoice tell less of when it is paid: "
        f"{share(least, 0)} of what it told when reminding starts from {days(day)} later on. A "
        "reminder is taken to lose as much, and at most half."
    )


def show_ratio_table(reminders: Reminders) -> None:
    """Every ratio with its interval, and what adjusting alone would have said."""
    table = reminders.table
    show_columns(
        {
            "Reminder": table["kind"].map(KINDS) + ": " + table["name"],
            "Ratio": (table["hazard_ratio"], "%.2f"),
            "Low": (table["lower"], "%.2f"),
            "High": (table["upper"], "%.2f"),
            "Sent": (table["n"], COUNT),
            "Adjusted alone": (table["adjusted_ratio"], "%.2f"),
            "Money comes": table["verdict"],
        },
        alt="What each kind of reminder does to payment",
    )
    offer_csv("Download the ratios", table, "reminders.csv", key="reminder_ratios")


def group_sentence(reminders: Reminders) -> str:
    """What reminding brings from those for whom money is short, apart from the others."""
    said = []
    for name, trial in reminders.groups.items():
        if trial is None:
            said.append(f"{name}: too few were held out to tell")
            continue
        said.append(
            f"{name}: {share(trial.paid.value)} more paid ({share(trial.paid.lower)} to "
            f"{share(trial.paid.upper)}) of {count_of(trial.n_usual + trial.n_held_out, 'invoice')}"
        )
    return ". ".join(said) + (
        ". Money is short where a customer paid a part, or a debt was given up, three times in the "
        "year before. Press these least: what is not there cannot be collected sooner."
    )


def groups_of(personas: Personas | None, hard_pressed: list[str]) -> dict[str, list[str] | None]:
    """Groups to try a policy on, and their customers; None is everybody."""
    groups: dict[str, list[str] | None] = {"Everybody": None, "Money is short": hard_pressed}
    if personas is not None and personas.count:
        members = personas.membership.groupby("persona")["customer_id"].apply(list)
        groups |= {str(name): ids for name, ids in members.items()}
    return groups
