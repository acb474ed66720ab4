"""What lies ahead of each persona: who will leave, what it is worth, how it answers a price."""

import numpy as np
import pandas as pd

from models.lifetime_value import LifetimeValue
from models.persona_sheet import COST, EVERYONE, FEWEST, STAY, WAY
from models.personas import Personas
from models.price_sensitivity import PriceSensitivity

__all__ = ["persona_prospects"]


def persona_prospects(
    personas: Personas,
    *,
    scored: pd.DataFrame | None = None,
    value: LifetimeValue | None = None,
    sensitivity: PriceSensitivity | None = None,
) -> pd.DataFrame:
    """Lines for the persona sheets from the analyses that look ahead.

    Parameters
    ----------
    personas : Personas
    scored : DataFrame, optional
        ``customer_id`` and ``churn_risk_12m`` with ``_low`` and ``_high``: customers of today.
    value : LifetimeValue, optional
    sensitivity : PriceSensitivity, optional
        By persona.

    Returns
    -------
    DataFrame
        Rows like those of `models.persona_sheet.PersonaSheets.table`; what is not given, or of
        too few customers, has no value.
    """
    names = [EVERYONE, *personas.table["persona"]]
    lines = [
        *(leaving(personas, scored, names) if scored is not None else ()),
        *(worth(personas, value, names) if value is not None else ()),
        *(answers(sensitivity, names) if sensitivity is not None else ()),
    ]
    columns = ["persona", "measure", "section", "label", "unit", "value", "low", "high", "n"]
    return pd.DataFrame(lines, columns=columns)


def leaving(personas: Personas, scored: pd.DataFrame, names: list[str]) -> list[dict]:
    """Mean chance of leaving within a year of those who are customers."""
    known = scored.dropna(subset="churn_risk_12m")
    persona = known["customer_id"].map(personas.by_customer)
    lines = []
    for name in names:
        own = known[persona.notna() if name == EVERYONE else persona == name]
        columns = ("churn_risk_12m", "churn_risk_12m_low", "churn_risk_12m_high")
        # The ends are averaged too: what is not known of the coefficients, customers share.
        ends = [own[c].mean() if len(own) >= FEWEST else np.nan for c in columns]
        lines.append(line(name, "churn_risk", STAY, "Chance to leave within 12 months", "share",
                          ends, len(own)))  # fmt: skip
    return lines


def worth(personas: Personas, value: LifetimeValue, names: list[str]) -> list[dict]:
    """Mean lifetime value of those who are customers."""
    persona = value.customers["customer_id"].map(personas.by_customer)
    everyone = persona.where(persona.isna(), EVERYONE)
    groups = pd.concat([value.by(everyone), value.by(persona)]).set_index("group")
    label = f"Lifetime value, next {value.terms.horizon} months"
    lines = []
    for name in names:
        n = int(groups["n"].get(name, 0))
        ends = [groups.loc[name, c] if n >= FEWEST else np.nan
                for c in ("mean", "mean_low", "mean_high")]  # fmt: skip
        lines.append(line(name, "cltv", COST, label, "money", ends, n))
    return lines


def answers(sensitivity: PriceSensitivity, names: list[str]) -> list[dict]:
    """Change of use in percent for each percent of price, where it can be told."""
    table = sensitivity.table.set_index("group")
    label = "Use answers a price 1 % higher by, %"
    missing = (np.nan, np.nan, np.nan)
    return [
        line(name, "elasticity", WAY, label, "number",
             table.loc[name, ["elasticity", "low", "high"]] if name in table.index else missing,
             int(table["n_customers"].get(name, 0)))
        for name in names
    ]  # fmt: skip


def line(
    persona: str, measure: str, section: str, label: str, unit: str, ends: object, n: int
) -> dict[str, object]:
    value, low, high = (float(end) for end in ends)
    return {"persona": persona, "measure": measure, "section": section, "label": label,
            "unit": unit, "value": value, "low": low, "high": high, "n": n}  # fmt: skip
