"""A company of customers whose every effect of satisfaction is known, made in a blink."""

import datetime as dt

import numpy as np
import pandas as pd

AS_OF = dt.date(2025, 12, 31)
MONTHS = 36


def company(seed, n=500, on_churn=-0.5, on_days=-6.0, follows=0.0, size_on_score=0.5):
    """Frames as the warehouse gives them: customer-months, answers and invoices.

    Satisfaction is a lasting part, which size raises, and a memory of 0.8 a month. CSAT is
    3.5 + satisfaction + noise, rounded. `on_churn` is the log hazard ratio and `on_days` the days
    to pay of one point of satisfaction; size lowers both hazards. `follows` is how far the days of
    the month before take a score down: a score that only follows.
    """
    rng = np.random.default_rng(seed)
    size = rng.normal(size=n)
    lasting = size_on_score * size + rng.normal(scale=0.6, size=n)
    moving = rng.normal(scale=0.6, size=n)
    first = pd.Timestamp(AS_OF).to_period("M") - (MONTHS - 1)
    there = np.ones(n, dtype=bool)
    late_before = np.zeros(n)
    months, answers, invoices = [], [], []
    for place in range(MONTHS + 1):
        begins = (first + place).to_timestamp()
        moving = 0.8 * moving + rng.normal(scale=0.36, size=n)
        content = lasting + moving
        hazard = 0.02 * np.exp(on_churn * content - 0.3 * size)
        ahead = place == MONTHS
        leaves = there & (rng.random(n) < 1 - np.exp(-hazard)) & (not ahead)
        who = np.flatnonzero(there)
        cause = np.where(leaves, rng.choice(["price", "service"], size=n), None)
        months.append(
            pd.DataFrame({"customer_id": who, "begins": begins, "month": place + 1,
                          "cause": cause[who], "ahead": ahead, "log_size": size[who]})
        )  # fmt: skip
        if ahead:
            break
        days = np.clip(45 + on_days * content + rng.normal(scale=12, size=n), 1, 119).round()
        for rows, chance in ((answers, 0.4), (invoices, 0.9)):
            some = np.flatnonzero(there & (rng.random(n) < chance))
            on = begins + pd.to_timedelta(rng.integers(1, 27, size=len(some)), unit="D")
            if rows is invoices:
                rows.append(pd.DataFrame({"customer_id": some, "issued_on": on,
                                          "days": days[some]}))  # fmt: skip
                continue
            felt = content[some] + rng.normal(scale=0.5, size=len(some))
            felt = felt - follows * late_before[some]
            score = np.clip(np.round(3.5 + felt), 1, 5)
            rows.append(pd.DataFrame({"customer_id": some, "answered_on": on, "score": score}))
        late_before = (days - 45) / 12
        there = there & ~leaves
    return frames(months, answers, invoices, rng)


def frames(months, answers, invoices, rng):
    named = {"customer_id": lambda rows: "C" + rows["customer_id"].astype(str)}
    months = pd.concat(months, ignore_index=True).assign(
        days_late=0.0, price_rise_6m=0.0, renewal=lambda rows: (rows["month"] % 12 == 0) * 1.0,
        industry="Retail", billing_model="fixed", **named,
    )  # fmt: skip
    answers = pd.concat(answers, ignore_index=True).assign(
        measure="csat", touchpoint="invoicing", region="North", log_value=np.nan,
        log_acquisition_cost=np.nan, log_onboarding_cost=np.nan, acquisition_channel=None, **named
    )  # fmt: skip
    invoices = pd.concat(invoices, ignore_index=True).assign(
        amount=lambda rows: np.exp(rng.normal(6, 0.3, size=len(rows))),
        terms=30, channel="email", kind="fixed", disputed=np.nan,
        age=lambda rows: (pd.Timestamp(AS_OF) - rows["issued_on"]).dt.days, **named,
    )  # fmt: skip
    return {"months": months, "answers": answers, "invoices": invoices}
