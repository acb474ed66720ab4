"""Why invoices are late: dissatisfied, short of cash, stuck in a process, or by habit."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from models.cause_evidence import CAUSES, Neighbours, neighbour_evidence, own_evidence
from models.cause_words import evidence_in_words
from models.classifier_scores import area_under_curve, calibration_error
from models.estimates import estimate
from models.figures import Figure, figure_of
from models.noisy_labels import NoisyLogit, fit_noisy_logit
from models.refusal import Refusal

__all__ = ["ACTIONS", "CAUSES", "UNCLEAR", "LateCauses", "fit_late_causes"]

UNCLEAR = "unclear"

#: What to do about each cause.
ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "dissatisfied": "Fix what they complain of, and give extra care before asking for money.",
        "cash": "Offer a payment plan, and hold further credit.",
        "process": "Correct and send again, with what their approval needs; next time earlier.",
        "habit": "Send earlier, remind before the due date, and agree on terms that are kept.",
        UNCLEAR: "Ask why: one call tells more than all that is recorded.",
    }
)

#: A cause is named where its chance is this high, and so far ahead of the next.
SURE, AHEAD = 0.6, 0.2
#: Notes below which causes are not learnt, in all and of each cause.
FEWEST_NOTES, FEWEST_OF_CAUSE, FEWEST_CUSTOMERS = 150, 20, 20
#: Notes enough to learn from; of more, a part is drawn.
ENOUGH = 8_000
#: Weight of a note when read as if its invoice were open still, or not yet due.
AS_OPEN, AS_WAITING = 0.4, 0.2
FEWEST_OF_NAME = 30
#: A weekend and a bank's day: whoever is late by no more than that has no cause to look for.
GRACE_DAYS = 3


@dataclass(frozen=True, eq=False)
class LateCauses:
    """Chances of each cause for each late invoice.

    Attributes
    ----------
    invoices : DataFrame
        The rows given with ``cause`` (one of `CAUSES`, or unclear), ``cause_dissatisfied``,
        ``cause_cash``, ``cause_process``, ``cause_habit`` (they add up to 1) and ``evidence``
        (short sentences).
    scores : DataFrame
        How chances compare with notes of customers not learnt from, a row a cause: ``cause``,
        ``n_notes``, ``auc`` and ``ece``; a note that is wrong counts as a miss here.
    stages : DataFrame
        How well the cause noted of an invoice that has ended was told from what was known at
        each stage of it, on customers not learnt from: ``stage`` (not due, overdue, ended),
        ``auc`` (mean over causes) and ``n_notes``.
    wrong : float
        Share of notes that name a wrong cause, as far as the evidence shows.
    """

    invoices: pd.DataFrame
    scores: pd.DataFrame
    stages: pd.DataFrame
    wrong: float
    n_notes: int
    as_of: dt.date
    confidence: float

    def figures(self) -> tuple[Figure, ...]:
        """Return the share that is late through a process, ours or theirs."""
        rows = self.of_year()
        if not len(rows):
            reason = (
                f"No invoice that was due in the last 12 months is late by more than {GRACE_DAYS} "
                "days."
            )
            return (Figure("late_causes.process_share", None, None, None, 0, self.as_of, reason),)
        chance = rows["cause_process"].to_numpy(dtype=float)
        units, mean = pd.factorize(rows["customer_id"])[0], chance.mean()
        found = estimate(mean, (chance - mean) / len(rows), units, self.confidence, share=True)
        return (
            figure_of("late_causes.process_share", found, len(rows), self.as_of, self.confidence),
        )

    def of_year(self) -> pd.DataFrame:
        """Invoices due in the 12 months before, late by more than money on its way explains."""
        due, today = self.invoices["due_on"], pd.Timestamp(self.as_of)
        recent = (due > today - pd.DateOffset(years=1)) & (due < today)
        return self.invoices[recent & (self.invoices["days_late"] > GRACE_DAYS)]

    def mix(self, amount: str, *, only: np.ndarray | None = None) -> pd.DataFrame:
        """Expected money by cause: each invoice's `amount` shared out by its chances.

        Returns
        -------
        DataFrame
            ``cause``, ``amount``, ``share`` of the money, and ``named``, the part of it on
            invoices for which the cause is sure enough to be named.
        """
        rows = self.invoices if only is None else self.invoices[only]
        money = rows[amount].to_numpy(dtype=float)
        total = money.sum()
        parts = [
            (
                cause,
                float((money * rows[f"cause_{cause}"].to_numpy()).sum()),
                float(money[(rows["cause"] == cause).to_numpy()].sum()),
            )
            for cause in CAUSES
        ]
        table = pd.DataFrame(parts, columns=["cause", "amount", "named"])
        table["share"] = table["amount"] / total if total else 0.0
        return table.sort_values("amount", ascending=False, ignore_index=True)

    def persistent(self, *, fewest: int = 4) -> pd.DataFrame:
        """Customers with `fewest` late invoices or more in a year, and their simple reason.

        Returns
        -------
        DataFrame
            ``customer_id``, ``n_late``, ``days_late`` (mean), ``cause`` (of the mean chances),
            ``chance`` of it and ``action``; those with most late invoices first.
        """
        rows = self.of_year()
        names = [f"cause_{cause}" for cause in CAUSES]
        by_customer = rows.groupby("customer_id").agg(
            n_late=("invoice_id", "size"),
            days_late=("days_late", "mean"),
            **{name: (name, "mean") for name in names},
        )
        by_customer = by_customer[by_customer["n_late"] >= fewest].reset_index()
        chances = by_customer[names].to_numpy()
        table = by_customer[["customer_id", "n_late", "days_late"]].assign(
            cause=named(chances), chance=chances.max(axis=1) if len(chances) else []
        )
        table["action"] = table["cause"].map(ACTIONS)
        return table.sort_values(
            ["n_late", "days_late", "customer_id"],
            ascending=[False, False, True],
            ignore_index=True,
        )


def fit_late_causes(
    rows: pd.DataFrame,
    as_of: dt.date,
    *,
    confidence: float = 0.95,
    random_state: int = 0,
) -> LateCauses:
    """Learn causes from what collectors noted, and give each late invoice its chances.

    A note is right most of the time and names another cause else; how often is learnt with the
    causes, see `models.noisy_labels`. An invoice paid before anybody notes a cause has none:
    there the reason of a dispute takes its place. Notes on the customer's other invoices, and
    how late those were, are evidence as well, and an invoice's own note comes on top of it.

    Parameters
    ----------
    rows : DataFrame
        Late and open invoices: rows of `warehouse.late_signals.invoice_signals` joined with
        those of `warehouse.late_causes.late_facts`.
    as_of : date
    confidence : float, default=0.95
    random_state : int, default=0

    Raises
    ------
    Refusal
        If too few causes were noted.
    """
    rows = rows.reset_index(drop=True)
    noted = pd.Categorical(rows["noted"], categories=CAUSES).codes.astype(np.int64)
    refuse_few_notes(rows, noted)
    rng = np.random.default_rng(random_state)
    ended = np.flatnonzero((noted >= 0) & (rows["outcome"] != "open").to_numpy())
    short = float(rows["days_late"].iloc[ended].quantile(0.005)) if len(ended) else 0.0
    label = with_disputes(rows, noted, short)
    kinds = {name: common(rows[name]) for name in ("kind", "channel")}
    around = others_of(rows, noted)
    learn = some_of(label >= 0, rng)
    half = halves(rows["customer_id"], rng)
    own = pd.concat([own_evidence(rows, short, kinds), around], axis=1).to_numpy()
    models = [learned(rows, around, label, learn[half[learn] == side], short, kinds, rng)
              for side in (0, 1)]  # fmt: skip
    told = of_others(models, half, own)
    scores = scores_of(told, noted, rows["customer_id"], models[-1].wrong)
    beside = around.iloc[ended].to_numpy()
    seen = {
        stage: np.hstack([own_evidence(view, short, kinds).to_numpy(), beside])
        for stage, view in stages_of(rows.iloc[ended], random_state).items()
    }
    stages = scores_by_stage(seen, models, half[ended], noted[ended])
    model = learned(rows, around, label, learn, short, kinds, rng)
    chances = model.labelled(model.chances(own), noted)
    found = rows.assign(
        cause=named(chances),
        **{f"cause_{cause}": chances[:, place] for place, cause in enumerate(CAUSES)},
    )
    found["evidence"] = evidence_in_words(found, around)
    n = int((noted >= 0).sum())
    return LateCauses(found, scores, stages, model.wrong, n, as_of, confidence)


def refuse_few_notes(rows: pd.DataFrame, noted: np.ndarray) -> None:
    counts = np.bincount(noted[noted >= 0], minlength=len(CAUSES))
    customers = rows.loc[noted >= 0, "customer_id"].nunique()
    if (
        counts.sum() < FEWEST_NOTES
        or counts.min() < FEWEST_OF_CAUSE
        or customers < FEWEST_CUSTOMERS
    ):
        said = ", ".join(f"{n} {cause}" for cause, n in zip(CAUSES, counts, strict=True))
        raise Refusal(
            f"Collectors noted why an invoice is late on {counts.sum():,} invoices of "
            f"{customers:,} customers ({said}), so causes cannot be learnt. It takes "
            f"{FEWEST_NOTES} notes with {FEWEST_OF_CAUSE} of each cause: load `late_reason` with "
            "the invoices, or have the reason noted from now on."
        )


def with_disputes(rows: pd.DataFrame, noted: np.ndarray, short: float) -> np.ndarray:
    """Notes, and on invoices paid too soon to have one what a dispute was about."""
    soon = (rows["outcome"] != "open") & (rows["days_late"] <= short) & (rows["days_late"] > 0)
    speaks = soon.to_numpy() & (noted < 0)
    label = noted.copy()
    label[speaks & (rows["dispute"] == "theirs").to_numpy()] = CAUSES.index("dissatisfied")
    label[speaks & (rows["dispute"] == "ours").to_numpy()] = CAUSES.index("process")
    return label


def others_of(rows: pd.DataFrame, noted: np.ndarray) -> pd.DataFrame:
    """Evidence from the customer's other late invoices."""
    near = Neighbours(rows["customer_id"], rows["due_on"])
    known = (noted >= 0).astype(float)
    return neighbour_evidence(rows, near, np.eye(len(CAUSES))[np.maximum(noted, 0)], known)


def learned(
    rows: pd.DataFrame,
    around: pd.DataFrame,
    label: np.ndarray,
    learn: np.ndarray,
    short: float,
    kinds: Mapping[str, list[str]],
    rng: np.random.Generator,
) -> NoisyLogit:
    """Learn from noted invoices as they ended, and as they looked while they were open."""
    taken = rows.iloc[learn]
    days = taken["days_late"].to_numpy(dtype=float).clip(1)
    so_far = np.ceil(days * rng.random(days.size))
    # Of an invoice late for long, more of the days on which somebody may look are open ones.
    as_open = AS_OPEN * days / days.mean()
    views = (
        (taken, np.ones(days.size)),
        (taken.assign(outcome="open", days_late=so_far), as_open),
        (taken.assign(outcome="open", days_late=0.0), np.full(days.size, AS_WAITING)),
    )
    beside = around.iloc[learn].to_numpy()
    features = np.vstack(
        [np.hstack([own_evidence(view, short, kinds).to_numpy(), beside]) for view, _ in views]
    )
    weight = np.concatenate([weight for _, weight in views])
    return fit_noisy_logit(features, np.tile(label[learn], len(views)), weight, len(CAUSES))


def named(chances: np.ndarray) -> np.ndarray:
    """The cause that is sure enough and well ahead of the next, else unclear.

    >>> named(np.array([[0.7, 0.1, 0.1, 0.1], [0.5, 0.4, 0.05, 0.05]])).tolist()
    ['dissatisfied', 'unclear']
    """
    if not len(chances):
        return np.empty(0, dtype=object)
    ordered = np.sort(chances, axis=1)
    sure = (ordered[:, -1] >= SURE) & (ordered[:, -1] - ordered[:, -2] >= AHEAD)
    return np.where(sure, np.array(CAUSES, dtype=object)[chances.argmax(axis=1)], UNCLEAR)


def scores_of(
    chances: np.ndarray, noted: np.ndarray, customer: pd.Series, wrong: float
) -> pd.DataFrame:
    """Chances of being noted against what was noted, on customers not learnt from."""
    has = noted >= 0
    others = wrong / (len(CAUSES) - 1)
    expected = others + (1 - wrong - others) * chances[has]
    units = pd.factorize(customer[has])[0]
    rows = []
    for place, cause in enumerate(CAUSES):
        is_it = noted[has] == place
        auc = area_under_curve(expected[:, place], is_it, units)
        error = calibration_error(expected[:, place], is_it, units)
        rows.append((cause, int(is_it.sum()), auc.value, auc.lower, auc.upper, error.value))
    return pd.DataFrame(rows, columns=["cause", "n_notes", "auc", "auc_low", "auc_high", "ece"])


def stages_of(rows: pd.DataFrame, random_state: int) -> dict[str, pd.DataFrame]:
    """Invoices that have ended as they looked before they were due, on a day overdue, and now."""
    days = rows["days_late"].to_numpy(dtype=float).clip(1)
    so_far = np.ceil(days * np.random.default_rng(random_state).random(days.size))
    return {
        "not due": rows.assign(outcome="open", days_late=0.0, in_part=0.0, upheld=0.0),
        "overdue": rows.assign(outcome="open", days_late=so_far),
        "ended": rows,
    }


def of_others(models: Sequence[NoisyLogit], half: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Chances of each row by the model that learnt nothing of its customer."""
    told = np.empty((len(half), len(CAUSES)))
    for side, model in enumerate(models):
        told[half != side] = model.chances(features[half != side])
    return told


def scores_by_stage(
    seen: Mapping[str, np.ndarray],
    models: Sequence[NoisyLogit],
    half: np.ndarray,
    noted: np.ndarray,
) -> pd.DataFrame:
    """How often the cause noted has the higher chance, on the mean over causes."""
    told = {stage: of_others(models, half, features) for stage, features in seen.items()}
    places = [place for place in range(len(CAUSES)) if 0 < (noted == place).sum() < len(noted)]
    return pd.DataFrame(
        {
            "stage": stage,
            "auc": np.mean([roc_auc_score(noted == k, chances[:, k]) for k in places])
            if places
            else np.nan,
            "n_notes": len(noted),
        }
        for stage, chances in told.items()
    )


def common(names: pd.Series) -> list[str]:
    """Values seen often enough to learn their weight; none where there is only one."""
    counts = names.value_counts()
    kept = sorted(counts.index[counts >= FEWEST_OF_NAME])
    return kept if len(counts) > 1 else []


def some_of(chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    places = np.flatnonzero(chosen)
    return places if places.size <= ENOUGH else np.sort(rng.choice(places, ENOUGH, replace=False))


def halves(customer: pd.Series, rng: np.random.Generator) -> np.ndarray:
    codes, names = pd.factorize(customer)
    return rng.permutation(len(names))[codes] % 2
