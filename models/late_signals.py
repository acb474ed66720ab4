"""Which invoices will be paid late, from what is known when they are issued."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from models.classifier_scores import (
    Lift,
    area_under_curve,
    calibration_error,
    lift_at,
    reliability,
)
from models.estimates import Estimate
from models.figures import Figure, figure_of
from models.refusal import Refusal

__all__ = ["NOT_KNOWN_AT_ISSUE", "LateSignals", "fit_late_signals"]

#: What may look like a signal and is known only after the invoice is issued.
NOT_KNOWN_AT_ISSUE: Mapping[str, str] = MappingProxyType(
    {
        "disputed": "an invoice is disputed only after it was issued",
        "dispute": "an invoice is disputed only after it was issued",
        "days_past_due": "days past due begin after the due date",
        "days_overdue": "days past due begin after the due date",
        "age": "an invoice has no age when it is issued",
        "duration": "how long it took is the answer itself",
        "settled_on": "when it was settled is the answer itself",
        "outcome": "what became of it is the answer itself",
        "n_reminders": "reminders are sent because an invoice is late",
        "late_reason": "why it is late is noted once it is late",
    }
)

#: Labelled invoices, of either kind, and customers below which nothing is learnt.
FEWEST_INVOICES, FEWEST_OF_KIND, FEWEST_CUSTOMERS = 200, 40, 20
#: Part of the time that is learnt from where the forecast is put to the test.
LEARNT = 0.7
#: Part of what is learnt from that chances are fitted to: habits of a company drift.
LATEST = 0.25
#: Rows below which that part would follow chance, and all are taken.
ENOUGH_TO_FIT = 1_000
#: A single signal that sorts the late from the punctual better than this knows the answer.
SUSPICIOUS_AUC = 0.95
#: Beyond this many standard deviations a signal says no more.
FARTHEST = 4.0
#: Strength against chance findings: weights are pulled to zero by as much as this many rows.
PENALTY = 0.1
#: Invoices enough to learn a few dozen weights from; of more, a part is drawn.
ENOUGH = 60_000


@dataclass(frozen=True, eq=False)
class LateSignals:
    """Chance of late payment at issue, and how it did on invoices it had not seen.

    Attributes
    ----------
    table : DataFrame
        Reliability of the test: ``n``, ``predicted``, ``observed``, ``lower``, ``upper``.
    test : DataFrame
        The invoices of the test: ``invoice_id``, ``customer_id``, ``chance``, ``late``.
    weights : DataFrame
        ``signal`` and ``weight``: change of the log odds by one standard deviation, or of a named
        value against the others; the strongest first.
    auc, ece : Estimate
        Area under the curve and expected calibration error of the test, intervals by customer.
    precision : float
        Average precision (area under the precision-recall curve), to be held against
        `prevalence`, the share late in the test.
    pipeline : Pipeline
        Learnt from all invoices whose answer is known.
    slope, shift : float
        Recalibration of its log odds, from customers each half had not seen.
    n_learnt : int
        Invoices the test was learnt from; `n_known` those that `pipeline` was.
    """

    table: pd.DataFrame
    test: pd.DataFrame
    weights: pd.DataFrame
    auc: Estimate
    ece: Estimate
    precision: float
    prevalence: float
    pipeline: Pipeline
    slope: float
    shift: float
    numbers: tuple[str, ...]
    kinds: tuple[str, ...]
    cut: dt.date
    n_learnt: int
    n_known: int
    n_customers: int
    grace_days: int
    as_of: dt.date
    confidence: float

    @property
    def tells(self) -> bool:
        """Whether the order is better than chance on customers never seen."""
        return bool(self.auc.lower > 0.5)

    def chance(self, rows: pd.DataFrame) -> np.ndarray:
        """Chance that each of `rows` is paid late, as of the day it was issued."""
        if not len(rows):
            return np.empty(0)
        raw = self.pipeline.decision_function(shaped(rows, self.numbers, self.kinds))
        return expit(self.shift + self.slope * raw)

    def lift(self, share: float) -> Lift:
        """What calling on the likeliest `share` of invoices would have found in the test."""
        test = self.test
        codes = pd.factorize(test["customer_id"])[0]
        return lift_at(test["chance"], test["late"], codes, share, confidence=self.confidence)

    def figures(self) -> tuple[Figure, ...]:
        """Return the area under the curve and the calibration error of the test."""
        n = len(self.test)
        return tuple(
            figure_of(f"late_payments.{name}", found, n, self.as_of, self.confidence)
            for name, found in (("auc", self.auc), ("ece", self.ece))
        )


def fit_late_signals(
    rows: pd.DataFrame,
    as_of: dt.date,
    *,
    numbers: Sequence[str],
    kinds: Sequence[str] = (),
    tested: np.ndarray | None = None,
    unseen_customers: bool = True,
    grace_days: int = 3,
    confidence: float = 0.95,
    random_state: int = 0,
) -> LateSignals:
    """Learn the chance of late payment, and test it forward in time on customers not seen.

    An invoice has an answer once its due date and `grace_days` for money on its way have
    passed, however it ended: one that is open then is late, and one that is not due yet is left
    out even when it is paid already, because only the punctual can be known so early. For the
    test the customers are halved by lot; each half is judged by what was learnt from the
    other half's invoices whose answer was known on the day of the cut.

    Parameters
    ----------
    rows : DataFrame
        Rows of `warehouse.late_signals.invoice_signals`.
    as_of : date
        Day of the rows.
    numbers, kinds : sequence of str
        Signals that are numbers, and that are names.
    tested : ndarray of bool, optional
        Rows that may be in the test, such as those of a view; all are learnt from.
    unseen_customers : bool, default=True
        Whether customers of the test are kept out of what is learnt from.
    grace_days : int, default=3
    confidence : float, default=0.95
    random_state : int, default=0
        Of the lot that halves the customers.

    Raises
    ------
    ValueError
        If a signal is not known when an invoice is issued.
    Refusal
        If there are too few invoices with an answer, or a signal knows the answer.
    """
    refuse_later_knowledge([*numbers, *kinds])
    tested = np.ones(len(rows), dtype=bool) if tested is None else np.asarray(tested)
    known = has_answer(rows, as_of, grace_days)
    rows, tested = rows[known].reset_index(drop=True), tested[known]
    late = rows["late"].to_numpy(dtype=bool)
    refuse_few(rows, late)
    issued = rows["issued_on"]
    cut = issued.quantile(LEARNT, interpolation="lower")
    before = (rows["due_on"] + pd.Timedelta(days=grace_days) <= cut).to_numpy()
    after = (issued > cut).to_numpy() & tested
    refuse_few(rows[before], late[before])
    refuse_untestable(late[after])
    numbers, kinds = varying(rows[before], numbers), varying(rows[before], kinds)
    refuse_answers(rows, late, numbers)
    codes, names = pd.factorize(rows["customer_id"])
    rng = np.random.default_rng(random_state)
    half = rng.permutation(len(names))[codes] % 2
    frame = shaped(rows, numbers, kinds)
    raw = np.empty(len(rows))
    for side in (0, 1):
        learn = some_of(before & (half == side) if unseen_customers else before, rng)
        model = learned(frame.iloc[learn], late[learn], numbers, kinds)
        other = half != side
        raw[other] = model.decision_function(frame[other])
    slope, shift = recalibrated(raw, late, latest(issued, before))
    chance = expit(shift + slope * raw)[after]
    own, truth = codes[after], late[after]
    everything = some_of(np.ones(len(rows), dtype=bool), rng)
    pipeline = learned(frame.iloc[everything], late[everything], numbers, kinds)
    slope, shift = recalibrated(raw, late, latest(issued, np.ones(len(rows), dtype=bool)))
    test = rows.loc[after, ["invoice_id", "customer_id"]].assign(chance=chance, late=truth)
    return LateSignals(
        reliability(chance, truth, own, confidence=confidence),
        test.reset_index(drop=True),
        weights_of(pipeline),
        area_under_curve(chance, truth, pd.factorize(own)[0], confidence),
        calibration_error(chance, truth, own, confidence=confidence),
        float(average_precision_score(truth, chance)),
        float(truth.mean()),
        pipeline,
        slope,
        shift,
        numbers,
        kinds,
        cut.date(),
        int(before.sum()),
        len(rows),
        len(names),
        grace_days,
        as_of,
        confidence,
    )


def refuse_later_knowledge(signals: Sequence[str]) -> None:
    """Refuse a signal that nobody has when an invoice is issued."""
    for name in signals:
        if name in NOT_KNOWN_AT_ISSUE:
            raise ValueError(
                f"The signal '{name}' is not known when an invoice is issued: "
                f"{NOT_KNOWN_AT_ISSUE[name]}. A chance learnt from it would look sharp and be of "
                "no use on a new invoice. Leave it out; the history of earlier invoices may be "
                "used."
            )


def refuse_few(rows: pd.DataFrame, late: np.ndarray) -> None:
    n, n_late, n_customers = len(rows), int(late.sum()), rows["customer_id"].nunique()
    if (
        n < FEWEST_INVOICES
        or min(n_late, n - n_late) < FEWEST_OF_KIND
        or n_customers < FEWEST_CUSTOMERS
    ):
        raise Refusal(
            f"There are {n:,} invoices of {n_customers:,} customers to learn from, {n_late:,} of "
            "them late, so who will be late cannot be learnt invoice by invoice. It takes "
            f"{FEWEST_INVOICES} invoices of {FEWEST_CUSTOMERS} customers with {FEWEST_OF_KIND} of "
            "either kind: load a longer period."
        )


def refuse_untestable(late: np.ndarray) -> None:
    if min(late.sum(), (~late).sum()) < FEWEST_OF_KIND:
        raise Refusal(
            f"Of the invoices to test with {int(late.sum()):,} were late and "
            f"{int((~late).sum()):,} in time, so how good the chances are cannot be seen. It takes "
            f"{FEWEST_OF_KIND} of either kind: load a longer period, or widen the filters."
        )


def refuse_answers(rows: pd.DataFrame, late: np.ndarray, numbers: Sequence[str]) -> None:
    """Refuse a signal that sorts late from punctual so well that it must know the answer."""
    for name in numbers:
        column = rows[name]
        told = column.notna().to_numpy()
        ranks = column[told].rank().to_numpy()
        yes = late[told]
        if min(yes.sum(), (~yes).sum()) < FEWEST_OF_KIND:
            continue
        n_yes = yes.sum()
        area = (ranks[yes].sum() - n_yes * (n_yes + 1) / 2) / (n_yes * (~yes).sum())
        if max(area, 1 - area) > SUSPICIOUS_AUC:
            raise Refusal(
                f"The signal '{name}' alone tells late from punctual invoices almost perfectly "
                f"(AUC {max(area, 1 - area):.2f}), so it was most likely written down afterwards. "
                "Check the dates it was computed from."
            )


def has_answer(rows: pd.DataFrame, as_of: dt.date, grace_days: int) -> np.ndarray:
    """Whether an invoice's due date and the grace have passed, and it was not made void."""
    due = rows["due_on"] + pd.Timedelta(days=grace_days) <= pd.Timestamp(as_of)
    return (due & rows["late"].notna()).to_numpy()


def varying(rows: pd.DataFrame, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if rows[name].nunique() > 1)


def some_of(chosen: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Places of the chosen rows, or of a part of them where they are more than enough."""
    places = np.flatnonzero(chosen)
    return places if places.size <= ENOUGH else np.sort(rng.choice(places, ENOUGH, replace=False))


def shaped(rows: pd.DataFrame, numbers: Sequence[str], kinds: Sequence[str]) -> pd.DataFrame:
    """The signals alone, numbers as floats."""
    frame = {name: rows[name].to_numpy(dtype=float, na_value=np.nan) for name in numbers}
    return pd.DataFrame({**frame, **{name: rows[name].to_numpy() for name in kinds}})


def learned(
    frame: pd.DataFrame, late: np.ndarray, numbers: Sequence[str], kinds: Sequence[str]
) -> Pipeline:
    """Penalised logistic regression; that a number is missing is a signal of its own."""
    as_number = make_pipeline(
        SimpleImputer(add_indicator=True),
        StandardScaler(),
        FunctionTransformer(
            np.clip,
            kw_args={"a_min": -FARTHEST, "a_max": FARTHEST},
            feature_names_out="one-to-one",
        ),
    )
    as_name = OneHotEncoder(handle_unknown="ignore", min_frequency=30, sparse_output=False)
    columns = make_column_transformer((as_number, list(numbers)), (as_name, list(kinds)))
    model = LogisticRegression(C=PENALTY, max_iter=1_000)
    return make_pipeline(columns, model).fit(frame, late)


def latest(issued: pd.Series, among: np.ndarray) -> np.ndarray:
    """The last part of the rows among those given, which is most like what comes next."""
    first = issued[among].quantile(1 - LATEST, interpolation="lower")
    rows = among & (issued >= first).to_numpy()
    return rows if rows.sum() >= ENOUGH_TO_FIT else among


def recalibrated(raw: np.ndarray, late: np.ndarray, rows: np.ndarray) -> tuple[float, float]:
    """Slope and shift that fit log odds of customers not seen to what happened (Platt)."""
    raw, late = raw[rows], late[rows]
    # Of one kind alone there is nothing to fit to: the chances stay as they are.
    if late.all() or not late.any():
        return 1.0, 0.0
    model = LogisticRegression(C=np.inf).fit(raw[:, None], late)
    slope = float(model.coef_[0, 0])
    # Where the order is of no use a slope would be of either sign: the share late is what is left.
    return (slope, float(model.intercept_[0])) if slope > 0 else (0.0, float(logit(late.mean())))


def weights_of(pipeline: Pipeline) -> pd.DataFrame:
    """Weight of each signal, the strongest first."""
    columns, model = pipeline.steps[0][1], pipeline.steps[1][1]
    names = [name.split("__", 1)[1] for name in columns.get_feature_names_out()]
    table = pd.DataFrame({"signal": names, "weight": model.coef_[0]})
    order = table["weight"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)
