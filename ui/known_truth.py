"""What is known of the sample company, read from the file that its generator left beside it."""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from models.figures import Figure
from ui.text import in_unit, label_of, listed, share

__all__ = ["FILE", "Known", "against_truth", "effects_table", "read_known", "shown", "verdict"]

#: Beside the snapshots: written with the sample, absent from any other workspace.
FILE = "known_truth.json"
#: Figures that hang on groups which the data do not name: right or wrong by more than rounding.
FOUND = ("personas.count", "personas.negative_share")


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


def read_known(folder: Path) -> Known | None:
    """What is known of the company in the workspace `folder`, or None if it is not simulated."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Known(**{name: said[name] for name in Known.__dataclass_fields__})
    except (OSError, ValueError, KeyError, TypeError) as error:
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
        holds = None if figure.low is None else bool(figure.low <= true <= figure.high)
        rows.append(
            {
                "figure": figure.label,
                "unit": figure.unit,
                "truth": true,
                "estimate": figure.value,
                "low": figure.low,
                "high": figure.high,
                "holds": holds,
                "found": figure.id in FOUND,
                "error": figure.value / true - 1 if true else None,
                "low_error": figure.low / true - 1 if true and figure.low is not None else None,
                "high_error": figure.high / true - 1 if true and figure.high is not None else None,
            }
        )
    return pd.DataFrame(rows)


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
