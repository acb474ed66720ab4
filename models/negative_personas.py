"""Negative personas: kinds of customers who bring less than it costs to win and serve them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator
from scipy.optimize import linear_sum_assignment
from scipy.stats import norm
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.mixture import GaussianMixture

from models.behaviour import BEHAVIOURS, prepare, smallest_step
from models.expected_stay import ExpectedStay, fit_expected_stay
from models.figures import COUNTED, Figure
from models.negative_reasons import REASONS, weigh_reasons
from models.personas import Personas
from models.unit_economics import HORIZON, SMALLEST, refuse_if_too_little
from models.value_terms import monthly_rate

__all__ = ["SURE", "NegativePersonas", "fit_negative_personas"]

#: A persona is negative when the low end of the chance of a negative value exceeds this.
SURE = 0.8
DRAWS = 400
#: So many customers of a persona and fold tell its chance well enough.
MOST_JUDGED = 5_000
FOLDS = 2
#: A customer too new to be grouped is counted among a persona from this chance on, and only
#: once it was watched so long.
CLEARLY, SEEN_MONTHS = 0.5, 0.5
#: Months in each of two windows from which on a customer tells how records vary.
ENOUGH_MONTHS = 3.0
FEWEST_PAIRS = 20


@dataclass(frozen=True, eq=False)
class NegativePersonas:
    """Which personas lose money, who is in them, and why.

    The value of a customer is that of winning another one like it: its contribution a month over
    the months its persona stays (discounted, `horizon` months at most), less what winning and
    setting it up cost.

    Attributes
    ----------
    table : DataFrame
        One row a persona, the most wanted first: ``persona``, ``n`` (customers held out in turn),
        ``value`` (mean of a customer) with ``value_low`` and ``value_high``, ``chance`` (of a
        negative value, among customers held out) with ``chance_low`` and ``chance_high``,
        ``negative``, ``stable``, ``first`` (chance of being the most valuable) and ``reason``
        (why nothing is said).
    customers : DataFrame
        One row a customer: ``customer_id``, ``persona``, ``negative_persona``, ``negative_reasons``
        (names joined by commas, empty where none), ``value``, ``chance`` (of its own value being
        negative), and the evidence for each reason in words, empty where it is not one.
    horizon : int
    n_customers : int
    n_too_new : int
        Customers of whom too little is known to say anything.
    """

    table: pd.DataFrame
    customers: pd.DataFrame
    horizon: int
    n_customers: int
    n_too_new: int
    confidence: float
    as_of: dt.date

    @property
    def names(self) -> tuple[str, ...]:
        """The negative personas."""
        return tuple(self.table.loc[self.table["negative"], "persona"])

    @property
    def flagged(self) -> pd.DataFrame:
        """Customers of negative personas, the costliest first: the avoid list."""
        chosen = self.customers[self.customers["negative_persona"]]
        return chosen.sort_values("value", ignore_index=True)

    @property
    def reasons(self) -> pd.DataFrame:
        """How many of the flagged have each reason: ``reason``, ``n`` and ``share``."""
        mine = self.flagged
        n = [int((mine[reason] != "").sum()) for reason in REASONS]
        share = np.divide(n, len(mine)) if len(mine) else np.zeros(len(n))
        return pd.DataFrame({"reason": list(REASONS), "n": n, "share": share})

    def figures(self) -> tuple[Figure, ...]:
        """Return the share of customers in negative personas; 0 where there are none."""
        share = len(self.flagged) / self.n_customers if self.n_customers else None
        return (
            Figure("personas.negative_share", share, None, None, self.n_customers, self.as_of,
                   COUNTED),
        )  # fmt: skip


def fit_negative_personas(
    customers: pd.DataFrame,
    personas: Personas,
    *,
    discount_rate: float,
    horizon: int = HORIZON,
    draws: int = DRAWS,
    confidence: float = 0.95,
    random_state: int = 0,
) -> NegativePersonas:
    """Find the personas of which more than eight in ten customers lose money, surely.

    Every customer is held out once: the groups and how long they stay are learned from the
    other half, it is put into the likeliest group, and its own record says what it is worth. A
    persona is negative only where the low end of the share with a negative value exceeds 0.8, so
    that neither few customers nor a group fitted to its losers can make one.

    Parameters
    ----------
    customers : DataFrame
        Rows of `warehouse.customers.customer_features` with the flows of the whole books
        (``months``, ``contribution`` and the others of `warehouse.margins.customer_margins`) and
        those of the last year as ``months_year`` and ``contribution_year``.
    personas : Personas
    discount_rate : float
        Yearly.

    Raises
    ------
    Refusal
        If there are too few customers, no costs, or too few who left.
    """
    refuse_if_too_little(customers)
    rng = np.random.default_rng(random_state)
    rows = customers.set_index("customer_id", drop=False)
    rows = rows.assign(persona=personas.by_customer)
    if not personas.count:
        return none_negative(rows, personas, horizon, confidence)
    held = held_out(rows, personas, rng)
    worth = Worth(rows, horizon, monthly_rate(discount_rate))
    drawn = {}
    for fold in range(FOLDS):
        stay = StayBy(rows.loc[held.index[held["fold"] != fold]])
        for persona, mine in held[held["fold"] == fold].groupby("persona"):
            some = mine.sample(min(len(mine), MOST_JUDGED), random_state=random_state)
            drawn[persona, fold] = worth.drawn(some, stay, draws, rng)
    table = judged(drawn, held["persona"].value_counts(), personas, rng, confidence)
    everyone = StayBy(rows.loc[held.index])
    members = rows["persona"].fillna(too_new(rows, personas).reindex(rows.index))
    negative = members.isin(table.loc[table["negative"], "persona"])
    made = rows[["customer_id"]].assign(persona=members, negative_persona=negative)
    made = made.join(worth.of_each(members.dropna(), everyone))
    evidence = weigh_reasons(rows, negative)
    made = made.assign(negative_reasons=joined(evidence)).join(evidence)
    return NegativePersonas(
        table,
        made.reset_index(drop=True),
        worth.horizon(everyone),
        len(rows),
        int(members.isna().sum()),
        confidence,
        personas.as_of,
    )


def joined(evidence: pd.DataFrame) -> pd.Series:
    """The names of the reasons that apply, joined by commas."""
    said = pd.Series("", index=evidence.index)
    for name in evidence:
        said += np.where(evidence[name] != "", f", {name}", "")
    return said.str.removeprefix(", ")


def none_negative(
    rows: pd.DataFrame, personas: Personas, horizon: int, confidence: float
) -> NegativePersonas:
    """The answer where there are no personas: nobody is in a negative one."""
    columns = ["persona", "n", "value", "value_low", "value_high", "chance", "chance_low",
               "chance_high", "negative", "stable", "first", "reason"]  # fmt: skip
    made = pd.DataFrame({"customer_id": rows.index, "persona": None, "negative_persona": False})
    made = made.assign(value=np.nan, chance=np.nan, negative_reasons="")
    made = made.assign(**dict.fromkeys(REASONS, ""))
    table = pd.DataFrame(columns=columns).astype({"negative": bool, "stable": bool})
    return NegativePersonas(table, made, horizon, len(rows), len(rows), confidence, personas.as_of)


def held_out(rows: pd.DataFrame, personas: Personas, rng: Generator) -> pd.DataFrame:
    """The persona each grouped customer has to those who did not know it, and its fold."""
    scores = prepare(rows.reset_index(drop=True)).scores
    names = list(personas.table["persona"])
    label = pd.Categorical(rows["persona"].reindex(scores.index), categories=names).codes
    fold = rng.permutation(len(scores)) % FOLDS
    x = scores.to_numpy()
    found = np.empty(len(scores), dtype=object)
    for out in range(FOLDS):
        train = fold != out
        start = np.stack([x[train & (label == k)].mean(axis=0) for k in range(len(names))])
        mixture = GaussianMixture(
            len(names),
            covariance_type=personas.evidence.mixture.covariance_type,
            means_init=start,
            reg_covar=1e-4,
            random_state=0,
        ).fit(x[train])
        overlap = np.zeros((len(names), len(names)))
        np.add.at(overlap, (mixture.predict(x[train]), label[train]), 1)
        group, name = linear_sum_assignment(-overlap)
        named = np.array(names, dtype=object)[name[np.argsort(group)]]
        found[~train] = named[mixture.predict(x[~train])]
    return pd.DataFrame({"persona": found, "fold": fold}, index=scores.index)


def too_new(rows: pd.DataFrame, personas: Personas) -> pd.Series:
    """Persona of customers too new to be grouped, where what is known of them is clear.

    Whoever stops within months would otherwise be in no persona, and early stopping is one of
    the reasons to look for.
    """
    seen = rows[rows["watched_months"] >= SEEN_MONTHS]
    values = pd.DataFrame({name: BEHAVIOURS[name](seen) for name in personas.behaviours})
    logged = np.log(values.astype(float).clip(lower=0) + smallest_step(values))
    logged = logged.replace([np.inf, -np.inf], np.nan)
    grouped = seen["persona"].notna()
    # Of a customer with mostly nothing known nothing is clear; second accounts look so.
    enough = logged.isna().mean(axis=1) <= 0.25
    logged = logged.fillna(logged[grouped].median())
    model = LinearDiscriminantAnalysis().fit(logged[grouped], seen.loc[grouped, "persona"])
    rest = logged[~grouped & enough]
    if rest.empty:
        return pd.Series(dtype=object)
    chances = model.predict_proba(rest)
    named = pd.Series(model.classes_[chances.argmax(axis=1)], index=rest.index, dtype=object)
    return named[chances.max(axis=1) >= CLEARLY]


class StayBy:
    """How long each persona stays, learned from some customers."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.stay: ExpectedStay = fit_expected_stay(
            rows["tenure_months"] - rows["watched_months"],
            rows["tenure_months"],
            ~rows["active"].astype(bool),
        )
        sums = pd.DataFrame({"left": self.stay.left, "expected": self.stay.expected})
        self.sums = sums.groupby(rows["persona"].to_numpy()).sum()

    def relative(self, persona: pd.Series, draws: int, rng: Generator) -> np.ndarray:
        """Draws of the hazard relative to everyone's; leavings are Poisson counts."""
        sums = self.sums.reindex(persona.unique()).fillna(0.0)
        shape = sums["left"].to_numpy()[:, None] + 0.5
        drawn = rng.gamma(shape, 1.0, (len(sums), draws)) / (
            sums["expected"].to_numpy()[:, None] + 0.5
        )
        return drawn[sums.index.get_indexer(persona)]

    def usual(self, persona: pd.Series) -> np.ndarray:
        """The hazard of each one's persona relative to everyone's."""
        ratio = (self.sums["left"] + 0.5) / (self.sums["expected"] + 0.5)
        return persona.map(ratio).fillna(1.0).to_numpy(dtype=float)


class Worth:
    """Value of winning another customer like each, from its own record."""

    def __init__(self, rows: pd.DataFrame, longest: int, discount: float) -> None:
        self.longest, self.discount = longest, discount
        months = rows["months"].clip(lower=1 / 30)
        self.margin = rows["contribution"] / months
        # Where a cost is not recorded the customer is taken to have cost what others did.
        cost = rows[["acquisition_cost", "onboarding_cost"]]
        cost = cost.fillna(cost.groupby(rows["persona"]).transform("mean")).fillna(cost.mean())
        self.sunk = cost.fillna(0.0).sum(axis=1)
        self.error = self.size(rows) * spread_of_records(rows, self.size(rows)) / np.sqrt(months)

    @staticmethod
    def size(rows: pd.DataFrame) -> pd.Series:
        """Revenue of a month: errors grow with it."""
        size = rows["revenue"] / rows["months"].clip(lower=1 / 30)
        return size.clip(lower=size.mean() * 0.05)

    def horizon(self, stay: StayBy) -> int:
        return min(self.longest, stay.stay.last_month)

    def drawn(self, members: pd.DataFrame, stay: StayBy, draws: int, rng: Generator) -> np.ndarray:
        """Draws of the value of each of `members`."""
        relative = stay.relative(members["persona"], draws, rng)
        months = stay.stay.months(self.horizon(stay), relative, monthly_rate=self.discount)
        margin = self.margin.loc[members.index].to_numpy()[:, None]
        error = self.error.loc[members.index].to_numpy()[:, None]
        noise = rng.standard_normal((len(members), draws))
        return (margin + error * noise) * months - self.sunk.loc[members.index].to_numpy()[:, None]

    def of_each(self, persona: pd.Series, stay: StayBy) -> pd.DataFrame:
        """Value of each customer, and the chance that it is negative."""
        relative = stay.usual(persona)
        months = stay.stay.months(self.horizon(stay), relative, monthly_rate=self.discount)
        at = persona.index
        value = self.margin[at] * months - self.sunk[at]
        error = (self.error[at] * months).clip(lower=1e-9)
        return pd.DataFrame({"value": value, "chance": norm.cdf(-value / error)}, index=at)


def spread_of_records(rows: pd.DataFrame, size: pd.Series) -> float:
    """How much contribution of a single month varies, relative to a customer's revenue.

    From customers seen both in the last year and before it, whose two records differ by chance.
    """
    before = rows["months"] - rows["months_year"]
    both = (before >= ENOUGH_MONTHS) & (rows["months_year"] >= ENOUGH_MONTHS)
    if both.sum() < FEWEST_PAIRS:
        return 0.0
    late = rows["contribution_year"] / rows["months_year"]
    early = (rows["contribution"] - rows["contribution_year"]) / before
    gap = ((late - early) / size)[both]
    scale = (1 / rows["months_year"] + 1 / before)[both]
    # The median is not moved by the few whose business changed.
    return float(np.sqrt((gap**2 / scale).median() / 0.4549))


def judged(
    drawn: Mapping[tuple[str, int], np.ndarray],
    sizes: pd.Series,
    personas: Personas,
    rng: Generator,
    confidence: float,
) -> pd.DataFrame:
    """Value of each persona and the chance that it is negative, with what follows."""
    tail = 50 * (1 - confidence)
    stable = set(personas.table.loc[personas.table["verdict"] == "stable", "persona"])
    rows, values = [], {}
    for name in personas.table["persona"]:
        parts = [drawn[name, fold] for fold in range(FOLDS) if (name, fold) in drawn]
        own, n = np.concatenate(parts or [np.zeros((0, 0))]), int(sizes.get(name, 0))
        row = {"persona": name, "n": n, "stable": name in stable, "reason": None}
        if n < SMALLEST:
            row["reason"] = f"{n} customers, fewer than {SMALLEST}: nothing is said."
            rows.append(row | dict.fromkeys(ESTIMATED, np.nan) | {"negative": False})
            continue
        mean = (rng.dirichlet(np.ones(len(own)), own.shape[1]).T * own).sum(axis=0)
        below = (own < 0).sum(axis=0)
        # The share among all such customers, not only those at hand (Jeffreys).
        chance = rng.beta(below + 0.5, len(own) - below + 0.5)
        values[name] = mean
        for estimate, each in (("value", mean), ("chance", chance)):
            row[f"{estimate}_low"], row[f"{estimate}_high"] = np.percentile(
                each, [tail, 100 - tail]
            )
        row |= {"value": own.mean(), "chance": (own < 0).mean()}
        row["negative"] = bool(row["chance_low"] > SURE and row["stable"])
        rows.append(row)
    best = pd.DataFrame(values).idxmax(axis=1).value_counts(normalize=True)
    table = pd.DataFrame(rows).assign(first=lambda t: t["persona"].map(best).fillna(0.0))
    return table.sort_values("value", ascending=False, ignore_index=True)


ESTIMATED = ("value", "value_low", "value_high", "chance", "chance_low", "chance_high")
