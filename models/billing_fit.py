"""How smoothly bills go by how and when they are charged, and what suits each persona."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtri
from scipy.stats import false_discovery_control, norm

from models.bill_shock import FLOOR, SURPRISE, bill_shocks
from models.estimates import estimate
from models.figures import Figure
from models.refusal import Refusal

__all__ = ["FEWEST", "MEASURES", "BillingFit", "fit_billing_fit"]

#: Customers of a model and timing below which nothing is shown of it.
FEWEST = 30
#: Days past due from which a payment is no smooth one any more.
LATE_DAYS = 10
#: Days past due beyond which a payment counts as made then; a bill is looked at once they passed.
CAP_DAYS = 90
FALSE_DISCOVERIES = 0.05
#: Timings whose amount the customer knows before the bill.
KNOWN_AHEAD = ("in_advance", "every_invoice")

#: What is measured of each bill: label, and what the number is.
MEASURES = {
    "smooth": ("Went smoothly", "share of bills"),
    "surprise": ("Was a surprise", "share of bills"),
    "distance": ("Off the expected bill", "share of the expected bill"),
    "enquiry": ("Was asked about", "share of bills"),
    "disputed": ("Was disputed", "share of bills"),
    "late": ("Paid more than ten days late", "share of bills"),
    "days": ("Days to pay", "days"),
}


@dataclass(frozen=True, eq=False)
class BillingFit:
    """How bills go by billing model and timing, for all and by persona.

    Attributes
    ----------
    table : DataFrame
        One row a billing model, timing and measure of `MEASURES`: ``billing_model``,
        ``billing_timing``, ``measure``, ``n`` (bills), ``n_customers``, ``value`` with ``low`` and
        ``high`` (as counted), ``adjusted`` with ``adjusted_low`` and ``adjusted_high`` (were its
        customers like all), ``q_value`` (adjusted, against all others) and ``verdict`` (more,
        less, no difference seen, too few). Small cells have their sizes and nothing else.
    personas : DataFrame
        One row a persona, model and timing: ``persona``, ``billing_model``, ``billing_timing``,
        ``n_customers``, ``smooth`` (adjusted share, drawn to that of the model and timing the
        more so the fewer customers there are) with ``low`` and ``high``, ``friction`` (1 less
        that) and ``best`` (the least friction of the persona).
    smooth, low, high : float
        Of all bills.
    n, n_customers : int
    beside : tuple of str
        What the adjusted numbers are adjusted for.
    """

    table: pd.DataFrame
    personas: pd.DataFrame
    smooth: float
    low: float
    high: float
    n: int
    n_customers: int
    beside: tuple[str, ...]
    as_of: dt.date
    confidence: float
    reason: str | None = None

    def figures(self) -> tuple[Figure, ...]:
        """Return the share of bills that went smoothly."""
        low, high = (None if np.isnan(end) else float(end) for end in (self.low, self.high))
        level = None if low is None else self.confidence
        return (
            Figure(
                "billing_fit.smooth_share", float(self.smooth), low, high, self.n, self.as_of,
                self.reason, level,
            ),
        )  # fmt: skip

    def of(self, measure: str) -> pd.DataFrame:
        """Models and timings that may be shown, by one measure."""
        rows = self.table[(self.table["measure"] == measure) & self.table["value"].notna()]
        return rows.reset_index(drop=True)


def fit_billing_fit(
    bills: pd.DataFrame,
    as_of: dt.date,
    *,
    asked: pd.DataFrame | None = None,
    traits: pd.DataFrame | None = None,
    persona: pd.Series | None = None,
    confidence: float = 0.95,
) -> BillingFit:
    """Measure what became of every bill, and compare models and timings.

    Each timing is held against its own expectation: a bill for what was used against the median of
    the customer's six bills before, a fee that is known ahead against the last one.

    A bill went smoothly if it was no surprise (see `models.bill_shock`), nobody asked about
    bills or prices in its month, it was not disputed, and it was paid at most ten days after it
    was due. Looked at are bills with four before them that were due ninety days ago, so that what
    became of all is known. The adjusted numbers compare customers of the same industry, size of
    bill and terms, by regression; intervals are robust by customer. Who has which model was agreed
    and not drawn: what else differs stays in it.

    Parameters
    ----------
    bills : DataFrame
        Rows of `warehouse.price_reaction.recurring_bills`.
    asked : DataFrame, optional
        Rows of `finance_enquiries`; without them nothing is said of enquiries.
    traits : DataFrame, optional
        ``customer_id`` and columns of names to adjust for.
    persona : Series, optional
        Persona by customer id.

    Raises
    ------
    Refusal
        If fewer than 30 customers have such bills.
    """
    rows = outcomes(bills, as_of, asked)
    n_customers = rows["customer_id"].nunique()
    if n_customers < FEWEST:
        raise Refusal(
            f"{n_customers:,} customers have a bill with a contract, four bills before it and "
            f"{CAP_DAYS} days past its due date, so how bills go cannot be told. Load contracts "
            f"and a longer period; {FEWEST} customers are needed."
        )
    beside, names = adjusters(rows, traits)
    cells = rows.groupby(["billing_model", "billing_timing"], observed=True)
    code = cells.ngroup().to_numpy()
    sizes = cells["customer_id"].agg(n="size", n_customers="nunique").reset_index()
    customer = pd.factorize(rows["customer_id"])[0]
    measures = [name for name in MEASURES if rows[name].notna().all()]
    table = pd.concat(
        [
            compared(rows[name].to_numpy(dtype=float), code, customer, beside, sizes, confidence)
            .assign(measure=name)
            for name in measures
        ],
        ignore_index=True,
    )  # fmt: skip
    value = rows["smooth"].to_numpy(dtype=float)
    whole = estimate(value.mean(), (value - value.mean()) / len(value), customer, confidence,
                     share=True)  # fmt: skip
    shown = called(table)
    return BillingFit(
        shown, by_persona(rows, code, beside, shown, persona, confidence), float(value.mean()),
        whole.lower, whole.upper, len(rows), n_customers, names, as_of, confidence, whole.reason,
    )  # fmt: skip


def outcomes(bills: pd.DataFrame, as_of: dt.date, asked: pd.DataFrame | None) -> pd.DataFrame:
    """What became of each bill that is old enough to tell."""
    of = bills["customer_id"] + "\0" + bills["contract_id"].fillna("")
    order = bills.assign(of=of).sort_values(["of", "issued_on"], kind="stable")
    rows = against_fees(bill_shocks(order, of="of"))
    due, issued, paid = (pd.to_datetime(rows[name]) for name in ("due_on", "issued_on", "paid_on"))
    cap = due + pd.Timedelta(days=CAP_DAYS)
    settled = paid.where(paid.notna() & (paid < cap), cap)
    keep = rows["expected"].notna() & (cap <= pd.Timestamp(as_of)) & rows["billing_model"].notna()
    rows = rows.assign(
        days=(settled - issued).dt.days.astype(float),
        late=((settled - due).dt.days > LATE_DAYS).astype(float),
        surprise=rows["surprise"].astype(float),
        disputed=rows["disputed"].astype(float),
        month=issued.dt.to_period("M"),
        terms=(due - issued).dt.days,
        distance=rows["shock"].abs(),
        log_expected=np.log(np.maximum(rows["expected"], 1.0)),
    )[keep]
    rows["enquiry"] = np.nan
    if asked is not None:
        hits = asked.loc[asked["asked"] > 0, ["customer_id", "begins"]]
        hits = hits.assign(month=pd.to_datetime(hits["begins"]).dt.to_period("M"))
        marked = rows.merge(hits.assign(hit=1.0), on=["customer_id", "month"], how="left")["hit"]
        rows["enquiry"] = marked.fillna(0.0).to_numpy()
    trouble = rows[["surprise", "enquiry", "disputed", "late"]].fillna(0.0).max(axis=1)
    return rows.assign(smooth=1.0 - trouble).reset_index(drop=True)


def against_fees(rows: pd.DataFrame) -> pd.DataFrame:
    """Bills of fees against what was agreed: that of the last bill, and not of the usual one.

    A bill for use says afterwards what came together, and is held against the customer's usual
    bills. A fee in advance or with every invoice is known before: any other amount than the last
    one is none that was expected.
    """
    fee = rows["billing_timing"].isin(KNOWN_AHEAD) & rows["expected"].notna()
    expected = rows["expected"].where(~fee, rows.groupby("of")["amount"].shift())
    shock = (rows["amount"] - expected) / np.maximum(expected, FLOOR)
    surprise = rows["surprise"].where(~fee, shock > SURPRISE).astype(bool)
    return rows.assign(expected=expected, shock=shock, surprise=surprise)


def adjusters(
    rows: pd.DataFrame, traits: pd.DataFrame | None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Columns that tell customers apart beside how they are billed, from their means."""
    columns = [rows[["log_expected", "terms"]].to_numpy(dtype=float)]
    names = ["size of bill", "terms"]
    if traits is not None:
        known = rows[["customer_id"]].merge(traits, on="customer_id", how="left")
        for name in known.columns.drop("customer_id"):
            columns.append(pd.get_dummies(known[name], dtype=float).to_numpy())
            names.append(str(name).replace("_", " "))
    made = np.hstack(columns)
    return made - made.mean(axis=0), tuple(names)


def compared(
    value: np.ndarray,
    code: np.ndarray,
    customer: np.ndarray,
    beside: np.ndarray,
    sizes: pd.DataFrame,
    confidence: float,
) -> pd.DataFrame:
    """Mean of each cell as counted and as adjusted, and its distance from all others."""
    cells = np.eye(len(sizes))[code]
    design = np.hstack([cells, beside])
    inverse = np.linalg.pinv(design.T @ design)
    fitted = inverse @ (design.T @ value)
    left = (value - design @ fitted)[:, None]
    influence = (design @ inverse) * left
    share = sizes["n"].to_numpy() / len(value)
    made = []
    for place in range(len(sizes)):
        row = {"value": np.nan, "low": np.nan, "high": np.nan, "adjusted": np.nan,
               "adjusted_low": np.nan, "adjusted_high": np.nan, "p_value": np.nan,
               "gap": np.nan}  # fmt: skip
        if sizes["n_customers"].iloc[place] >= FEWEST:
            mine = code == place
            mean = float(value[mine].mean())
            spread = np.where(mine, (value - mean) / mine.sum(), 0.0)
            counted = estimate(mean, spread[mine], pd.factorize(customer[mine])[0], confidence)
            others = np.where(np.arange(len(share)) == place, 0.0, share)
            weights = -others / max(others.sum(), 1e-300)
            weights[place] += 1.0
            gap = float(weights @ fitted[: len(share)])
            apart = estimate(gap, influence[:, : len(share)] @ weights, customer, confidence)
            own = estimate(fitted[place], influence[:, place], customer, confidence)
            row = {
                "value": mean, "low": counted.lower, "high": counted.upper,
                "adjusted": own.value, "adjusted_low": own.lower, "adjusted_high": own.upper,
                "p_value": float(2 * norm.sf(abs(gap) / apart.std_err)) if apart.std_err > 0
                else np.nan, "gap": gap,
            }  # fmt: skip
        made.append(row)
    return pd.concat([sizes, pd.DataFrame(made)], axis=1)


def called(table: pd.DataFrame) -> pd.DataFrame:
    """Say which differ from all others, with all looked at together."""
    q = np.full(len(table), np.nan)
    known = table["p_value"].notna().to_numpy()
    if known.any():
        q[known] = false_discovery_control(table["p_value"][known])
    side = np.where(table["gap"] > 0, "more", "less")
    verdict = np.where(q <= FALSE_DISCOVERIES, side, "no difference seen")
    table = table.assign(q_value=q, verdict=np.where(table["value"].isna(), "too few", verdict))
    return table.drop(columns=["p_value", "gap"])


def by_persona(
    rows: pd.DataFrame,
    code: np.ndarray,
    beside: np.ndarray,
    table: pd.DataFrame,
    persona: pd.Series | None,
    confidence: float,
) -> pd.DataFrame:
    """Smooth bills of each persona under each model and timing, small ones drawn to all."""
    columns = ["persona", "billing_model", "billing_timing", "n_customers", "smooth", "low", "high",
               "friction", "best"]  # fmt: skip
    if persona is None:
        return pd.DataFrame(columns=columns)
    cells = np.eye(code.max() + 1)[code]
    value = rows["smooth"].to_numpy(dtype=float)
    design = np.hstack([cells, beside])
    fitted = np.linalg.pinv(design.T @ design) @ (design.T @ value)
    # What a bill is better than others of its model and timing, with what else differs taken out.
    left = value - design @ fitted
    mine = rows["customer_id"].map(persona)
    frame = pd.DataFrame({"persona": mine, "cell": code, "customer": rows["customer_id"],
                          "left": left}).dropna(subset="persona")  # fmt: skip
    of_customer = frame.groupby(["persona", "cell", "customer"])["left"].mean()
    groups = of_customer.groupby(["persona", "cell"]).agg(
        n_customers="size", mean="mean", spread="var"
    )
    groups = groups[groups["n_customers"] >= FEWEST].reset_index()
    if groups.empty:
        return pd.DataFrame(columns=columns)
    error = groups["spread"] / groups["n_customers"]
    # How far personas are apart beyond chance: by moments, as DerSimonian and Laird (1986).
    between = max(float((groups["mean"] ** 2 - error).mean()), 0.0)
    pull = between / (between + error)
    shrunk = pull * groups["mean"]
    half = ndtri(0.5 + confidence / 2) * np.sqrt(pull * error)
    known = table[table["measure"] == "smooth"].reset_index(drop=True)
    groups = groups.join(known[["billing_model", "billing_timing", "adjusted"]], on="cell")
    smooth = (groups["adjusted"] + shrunk).clip(0.0, 1.0)
    made = groups.assign(
        smooth=smooth, low=(smooth - half).clip(lower=0.0), high=(smooth + half).clip(upper=1.0),
        friction=1 - smooth,
    ).dropna(subset="adjusted")  # fmt: skip
    top = made.groupby("persona")["smooth"].transform("max")
    made = made.assign(best=made["smooth"] == top)
    order: Sequence[str] = ["persona", "friction"]
    return made.sort_values(list(order), ignore_index=True)[columns]
