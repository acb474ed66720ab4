"""Fading: measured on what is known, made up for, and left alone where nothing fades."""

import numpy as np
import pandas as pd

from models.reminder_fading import Fading, cut_by_fading, fit_fading
from models.reminder_intervals import contact_intervals
from models.reminders import fit_reminders
from tests.models.test_reminders import AS_OF, invoices


def mixed(seed, *, hidden):
    """Invoices reminded on a day drawn by lot, with a known and a `hidden` haste."""
    rng = np.random.default_rng(seed)
    n = 8_000
    known = rng.standard_normal(n)
    own = np.exp(0.6 * known + hidden * rng.standard_normal(n))
    rows = invoices(n, held_out=0.0, seed=seed)
    phone = rng.random(n) < 0.5
    spent = rng.exponential(size=n) / (0.06 * own)
    day = rng.integers(0, 4, n).astype(float)
    faster = np.where(phone, 1.5, 1.0)
    took = np.ceil(np.where(spent <= day, spent, day + (spent - day) / faster))
    stop = np.minimum(took, 200).astype(int)
    sent = day < stop
    return rows.assign(
        stop=stop, paid=took <= 200, arm=None, log_amount=known, day_1=np.where(sent, day, np.nan),
        channel_1=np.where(sent, np.where(phone, "phone", "email"), None),
        tone_1=np.where(sent, "neutral", None),
    )  # fmt: skip


def test_what_is_known_fades_where_something_is_hidden_and_else_does_not():
    hidden = fit_fading(contact_intervals(mixed(1, hidden=1.2)), ["log_amount"])
    assert hidden.fades
    # Those who are paid on the first days are gone from the middle of the first stretch already.
    assert 1 > hidden.left[0] > hidden.left[-1]
    assert hidden.left[-1] < 0.7
    assert hidden.error > 0
    assert not fit_fading(contact_intervals(mixed(1, hidden=0.0)), ["log_amount"]).fades


def test_difference_between_channels_comes_nearer_to_that_of_a_single_invoice():
    found, plain = [], []
    for seed in (1, 2, 3):
        table = fit_reminders(mixed(seed, hidden=1.2), AS_OF).table.set_index("name")
        found.append(np.log(table["hazard_ratio"]["phone"] / table["hazard_ratio"]["email"]))
        untold = fit_reminders(mixed(seed, hidden=1.2), AS_OF, drivers=["hardship"]).table
        untold = np.log(untold.set_index("name")["hazard_ratio"])
        plain.append(untold["phone"] - untold["email"])
    assert np.mean(plain) < 0.6 * np.log(1.5)
    # Where nothing known would tell how much is lost, none of it is made up for. What had been
    # lost before the reminder is not either: the answer is nearer, and not beyond.
    assert 0.65 * np.log(1.5) < np.mean(found) < np.log(1.5)


def test_cut_stretches_add_up_and_carry_what_is_left():
    rows = pd.DataFrame(
        {"n_sent": [0, 1, 2], "start": [0, 13, 20], "stop": [13, 20, 30],
         "paid": [False, False, True], "counts_from": 13.0, "phone": [0, 1, 1]}
    )  # fmt: skip
    cut = cut_by_fading(rows, ["phone"], Fading((0, 3, 15), (1.0, 0.5, 0.25), 0.1))
    # Sent on day 10: up to day 13 all of it counts, up to day 25 a half, then a quarter.
    assert cut["phone"].tolist() == [0, 0.5, 0.5, 0.25]
    assert (cut["stop"] - cut["start"]).sum() == 30
    assert cut["paid"].tolist() == [False, False, False, True]
    nothing = Fading((0,), (1.0,), 0.0)
    assert cut_by_fading(rows, ["phone"], nothing) is rows
