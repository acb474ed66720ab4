"""What is known of the sample company, read from the file that its generator left beside it."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from analyses.roi import NOT_MEASURED, kept_by
from models.figures import Figure
from models.initiatives import Driven, Uncertain
from models.roi import Roi
from ui.text import in_unit, label_of, listed, money, share

__all__ = ["FILE", "Known", "against_truth", "effects_table", "felt_sentence",
           "initiatives_against_truth", "read_known", "shown", "verdict"]  # fmt: skip

#: Beside the snapshots: written with the sample, absent from any other workspace.
FILE = "known_truth.json"
#: Figures that hang on groups which the data do not name: right or wrong by more than rounding.
FOUND = ("personas.count", "personas.negative_share")
#: Sums with a part that is estimated: without an interval they lack it, and are sums of other
#: things.
PARTLY_ESTIMATED = ("poor_experience.total",)
#: Months that the truth about initiatives looks ahead.
MONTHS_AHEAD = 36


@dataclass(frozen=True)
class Known:
    """True values of one simulated company."""

    as_of: str
    seed: int
    n_customers: int
    months: int
    n_invoices: int
    figures: dict[str, float]
    effects: dict[str, object]
    initiatives: dict[str, dict[str, float]] = field(default_factory=dict)


def read_known(folder: Path) -> Known | None:
    """What is known of the company in the workspace `folder`, or None if it is not simulated."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        # Older files say nothing of initiatives.
        said.setdefault("initiatives", {})
        return Known(**{name: said[name] for name in Known.__dataclass_fields__})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{FILE} in the workspace cannot be read, so there is no truth to compare with. "
            "`make sample` writes it anew."
        ) from error


def against_truth(known: Known, figures: tuple[Figure, ...]) -> pd.DataFrame:
    """One row for each figure whose truth is known: both values, and whether the interval holds.

    Returns
    -------
    DataFrame
        ``figure``, ``unit``, ``truth``, ``estimate``, ``low``, ``high``, ``holds`` (missing
        where the figure is counted, not estimated), ``found`` (whether it hangs on groups that
        had to be found, and has no interval), ``error`` (estimate over truth, less 1) and
        ``low_error`` and ``high_error`` likewise.
    """
    rows = []
    for figure in figures:
        true = known.figures.get(figure.id)
        if true is None or figure.value is None:
            continue
        if figure.id in PARTLY_ESTIMATED and figure.low is None:
            continue
        estimate = (figure.value, figure.low, figure.high)
        rows.append(row_of(figure.label, figure.unit, true, *estimate, found=figure.id in FOUND))
    return pd.DataFrame(rows)


def row_of(
    label: str,
    unit: str,
    true: float,
    value: float,
    low: float | None,
    high: float | None,
    *,
    found: bool = False,
) -> dict[str, object]:
    """One row of `against_truth`."""
    ends = {
        f"{name}error": end / true - 1 if true and end is not None else None
        for name, end in (("", value), ("low_", low), ("high_", high))
    }
    return {
        "figure": label, "unit": unit, "truth": true, "estimate": value, "low": low, "high": high,
        "holds": None if low is None else bool(low <= true <= high), "found": found, **ends,
    }  # fmt: skip


def initiatives_against_truth(known: Known, roi: Roi | None, confidence: float) -> pd.DataFrame:
    """Rows as of `against_truth` for initiatives whose true value was simulated with and without.

    None where the plan looks ahead for fewer months than the truth does; none that moves a score
    where these books do not tell what a score does.
    """
    if roi is None or roi.plan.horizon != MONTHS_AHEAD:
        return pd.DataFrame()
    moves = {}
    if said := known.initiatives.get("fewer_leave"):
        label = f"Margin kept if {share(said['share'], 0)} fewer left"
        moves[label] = (Driven("churn", Uncertain.sure(-said["share"])), said["value"])
    said = known.initiatives.get("happier")
    if said and roi.plan.link != NOT_MEASURED:
        label = f"Margin kept if reported CSAT were {said['csat']:.2f} points higher"
        moves[label] = (Driven("satisfaction", Uncertain.sure(said["csat"])), said["value"])
    rows = []
    for label, (moved, true) in moves.items():
        found = kept_by(roi, moved)
        low, high = np.quantile(found.npv, [0.5 - confidence / 2, 0.5 + confidence / 2])
        rows.append(row_of(label, "money", true, found.mean, float(low), float(high)))
    return pd.DataFrame(rows)


def felt_sentence(known: Known, currency: str) -> str:
    """How much more it brings if what is felt gets better, and not only what is reported."""
    said = known.initiatives.get("happier")
    if not said or not said["value"] > 0:
        return ""
    return (
        "What initiatives keep is the same customers carried forward with and without them. A "
        "reported score holds luck and may be a year old, so a point of it goes with less than "
        "what is felt does: customers so much happier that they answered "
        f"{said['csat']:.2f} points more would truly keep {money(said['felt'], currency)}, and "
        f"the reported score says {money(said['value'], currency)} of it. Initiatives are valued "
        "by what is reported, so their value is on the low side."
    )


def verdict(compared: pd.DataFrame, confidence: float) -> str:
    """How many intervals hold the truth, and how many that should be."""
    estimated = compared.dropna(subset="low")
    held = int(estimated["holds"].astype(bool).sum())
    exact = compared[compared["low"].isna() & ~compared["found"]]
    furthest = exact["error"].abs().max() if len(exact) else 0.0
    said = (
        f"**{held} of {len(estimated)}** intervals hold the true value; at "
        f"{share(confidence, 0)} one in {round(1 / (1 - confidence))} may miss it by chance."
    )
    if len(exact):
        said += (
            f" The {len(exact)} figures that are counted differ from the truth by at most "
            f"{share(furthest, 2)}."
        )
    groups = compared[compared["found"]]
    if len(groups):
        told = (
            f"{row.figure.lower()} {in_unit(row.estimate, row.unit, '')} where "
            f"{in_unit(row.truth, row.unit, '')} is true"
            for row in groups.itertuples()
        )
        said += f" Of what had to be found without being told there is anything: {listed([*told])}."
    return said


def shown(compared: pd.DataFrame, currency: str) -> pd.DataFrame:
    """The comparison as a table to read."""
    words = {True: "Yes", False: "No"}
    return pd.DataFrame(
        {
            "Figure": compared["figure"],
            **{
                name: [
                    in_unit(v, u, currency, share_digits=2)
                    for v, u in zip(compared[column], compared["unit"], strict=True)
                ]
                for name, column in (
                    ("Truth", "truth"),
                    ("Estimate", "estimate"),
                    ("Low", "low"),
                    ("High", "high"),
                )
            },
            "Interval holds the truth": [
                words.get(held, "Found, no interval" if found else "Counted, no interval")
                for held, found in zip(compared["holds"], compared["found"], strict=True)
            ],
        }
    )


def effects_table(known: Known) -> pd.DataFrame:
    """Every true coefficient in a row of its own: what it is about, and its value."""
    rows = []
    for name, value in known.effects.items():
        parts = value.items() if isinstance(value, dict) else [("", value)]
        if isinstance(value, list):
            parts = [(str(place), part) for place, part in enumerate(value, start=1)]
        rows += [
            {"Effect": label_of(name), "Of": str(part).replace("_", " "), "True value": number}
            for part, number in parts
        ]
    return pd.DataFrame(rows)
