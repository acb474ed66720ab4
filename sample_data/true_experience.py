"""What scores, their link with leaving, and the margin that failures drove away truly are."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from sample_data.book import LAST_DAY
from sample_data.churn import CAUSES
from sample_data.effects import EFFECTS
from sample_data.true_costs import booked_costs
from sample_data.world import World

__all__ = ["Reported", "experience_figures", "reported_link"]

YEAR = 12
#: Newton steps, by far enough for a regression without many columns.
STEPS = 25


class Reported(NamedTuple):
    """What one point of the last CSAT goes with, as it was reported, and how that score spreads.

    Attributes
    ----------
    slope : float
        Log hazard ratio of leaving.
    spread : float
        Standard deviation over customer-months.
    """

    slope: float
    spread: float


def experience_figures(
    world: World, tables: Mapping[str, pd.DataFrame], link: Reported | None,
    contribution: np.ndarray,
) -> dict[str, float]:  # fmt: skip
    """Figure id to its true value, at the close of the books.

    Parameters
    ----------
    link : Reported or None
        From `reported_link`.
    contribution : ndarray
        Of a month of each customer (`sample_data.worth.monthly_worth`).
    """
    lost = churned_margin(world, contribution)
    figures = {
        "poor_experience.churn": lost,
        "poor_experience.total": booked_costs(tables, LAST_DAY) + lost,
    }
    if link is not None:
        ratio = float(np.exp(link.spread * link.slope))
        figures["linkage.csat_churn_hazard_ratio"] = ratio
    return score_figures(world) | figures


def score_figures(world: World) -> dict[str, float]:
    """Scores of the last year as those who answer feel, without the luck of who answered what."""
    asked = world.book.frame("survey_truth")
    if asked.empty:
        return {}
    recent = asked[asked["month"] >= world.months - YEAR]
    sums = recent.groupby("measure")[["answers", "points"]].sum()
    sums = sums[sums["answers"] > 0]
    return {f"scores.{row.Index}": row.points / row.answers for row in sums.itertuples()}


def reported_link(world: World, surveys: pd.DataFrame, names: np.ndarray) -> Reported | None:
    """What the last CSAT goes with, as it was reported; None where nobody answers or leaves.

    A regression of the true hazards themselves, in which nobody leaves by luck, on the last answer
    and on what truly differs between customers: size and who means to stop early, which stand in
    no table, industry, country, and the ways and costs of winning them.
    """
    last = last_answers(world, surveys, names)
    month = np.arange(world.months)[None, :]
    tenure = month - world.population.acquired_month[:, None]
    there = (tenure > 0) & (world.left_month[:, None] >= month) & np.isfinite(last)
    who, at = np.nonzero(there)
    if not len(who) or not world.hazards[there].any():
        return None
    people, score = world.population, last[there]
    rise = np.stack(
        [world.contracts.rise[:, max(0, t - 5) : t + 1].sum(axis=1) for t in range(world.months)],
        axis=1,
    )
    columns = [
        score, people.size[who], people.early_leaver[who], np.log(people.acquisition_cost[who]),
        np.log(people.onboarding_cost[who]), np.log(tenure[there]), tenure[there] % 12 == 0,
        rise[there],
        *(kind[who] == k for kind in (people.industry, people.country, people.channel,
                                      world.contracts.model) for k in np.unique(kind)[1:]),
    ]  # fmt: skip
    design = np.column_stack([np.ones(len(who)), *columns]).astype(float)
    slope = log_slopes(design, world.hazards[who, at].sum(axis=1))[1]
    return Reported(float(slope), float(score.std()))


def last_answers(world: World, surveys: pd.DataFrame, names: np.ndarray) -> np.ndarray:
    """Each customer's last CSAT when a month begins, not older than a year, (customer, month)."""
    last = np.full((len(names), world.months + 1), np.nan)
    if len(surveys):
        own = surveys[surveys["measure"] == "csat"]
        own = own.groupby(["customer_id", "answered_on"], as_index=False)["score"].mean()
        place = pd.Series(np.arange(len(names)), index=names)
        own = own.assign(who=own["customer_id"].map(place)).dropna(subset="who")
        first = world.calendar.periods[0]
        own["month"] = (own["answered_on"].dt.to_period("M") - first).map(lambda gap: gap.n)
        own = own.sort_values("answered_on").drop_duplicates(["who", "month"], keep="last")
        # Known from the month after.
        last[own["who"].astype(int), own["month"].astype(int) + 1] = own["score"]
    return pd.DataFrame(last[:, :-1].T).ffill(limit=YEAR - 1).to_numpy().T


def log_slopes(design: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Slopes of the logarithm of a mean rate: Poisson's likelihood, by Newton."""
    scale = np.maximum(np.abs(design).max(axis=0), 1e-12)
    x = design / scale
    slopes = np.zeros(x.shape[1])
    slopes[0] = np.log(rate.mean())
    for _ in range(STEPS):
        mean = np.exp(np.clip(x @ slopes, -30, 5))
        slopes = slopes + np.linalg.lstsq((x * mean[:, None]).T @ x, x.T @ (rate - mean))[0]
    return slopes / scale


def churned_margin(world: World, contribution: np.ndarray) -> float:
    """A year's margin of those who leave in the last year because of what went wrong, in EUR.

    The true hazards less those of the same customers and months had no shock ever moved their
    satisfaction, no bill been above the usual and no price risen. What heals every month goes on
    healing: it is the level of satisfaction in ordinary months.
    """
    hurt = np.zeros(len(contribution))
    lost = 0.0
    for month in range(world.months):
        hurt = EFFECTS.satisfaction_memory * hurt + world.satisfaction.shocks[:, month]
        if month < world.months - YEAR:
            continue
        hazards = world.hazards[:, month].astype(float)
        gone = added_log_hazards(world, month, hurt)
        rate, without = hazards.sum(axis=1), (hazards * np.exp(-gone)).sum(axis=1)
        there = rate > 0
        stays = -np.expm1(-rate[there] * YEAR) / rate[there]
        extra = np.exp(-without[there]) - np.exp(-rate[there])
        lost += float((extra * stays * contribution[there]).sum())
    return lost


def added_log_hazards(world: World, month: int, hurt: np.ndarray) -> np.ndarray:
    """What failures add to each customer's log hazard of each cause in a month."""
    added = np.zeros((len(hurt), len(CAUSES)))
    if "satisfaction_on_churn" not in world.off:
        added += hurt[:, None] * [EFFECTS.satisfaction_on_churn[cause] for cause in CAUSES]
    ours = CAUSES.index("pricing")
    if "price_response" not in world.off:
        rise = world.contracts.rise[:, max(0, month - 5) : month + 1].sum(axis=1)
        added[:, ours] += EFFECTS.price_rise_on_churn * rise / 0.10
    if "bill_shock" not in world.off and month > 0:
        above = np.clip(np.nan_to_num(world.surprises[:, month - 1]), 0, 1)
        added[:, ours] += EFFECTS.bill_shock_on_churn_up * above
    return added
