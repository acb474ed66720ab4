"""Results to draw, made by the models from a small ledger, and a renderer for both modes."""

import datetime as dt

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from charts.theme import dark_config

AS_OF = dt.date(2025, 6, 30)


@pytest.fixture(scope="session")
def flows() -> pd.DataFrame:
    """Two years of 40 invoices a month; most paid around the due date, some late, some open."""
    rng = np.random.default_rng(7)
    issued = pd.date_range("2023-07-03", periods=24 * 40, freq="18h").normalize()
    due = issued + pd.Timedelta(days=30)
    amount = rng.gamma(4, 500, len(issued)).round(2)
    paid_on = issued + pd.to_timedelta(np.rint(rng.gamma(9, 4.2, len(issued))), "D")
    billed = pd.DataFrame(
        {"issued_on": issued, "due_on": due, "happened_on": issued, "kind": "billed"}
    ).assign(amount=amount)
    paid = billed.assign(happened_on=paid_on, kind="paid")[rng.random(len(issued)) < 0.97]
    return pd.concat([billed, paid], ignore_index=True).assign(currency="EUR", n=1)


@pytest.fixture(scope="session")
def rates() -> pd.DataFrame:
    return pd.DataFrame(
        {"currency": ["EUR"], "month": pd.to_datetime(["2023-01-01"]), "to_reporting": [1.0]}
    )


@pytest.fixture(scope="session")
def draws():
    """Render a chart in light and dark; Vega's own compiler refuses what is not valid."""

    def render(chart: alt.TopLevelMixin) -> str:
        spec = chart.to_dict()
        drawn = {
            mode: vl_convert.vegalite_to_svg(spec, config=config, allowed_base_urls=[])
            for mode, config in (("light", {}), ("dark", dark_config()))
        }
        assert dark_config()["background"].lower() in drawn["dark"].lower()
        assert drawn["light"] != drawn["dark"]
        return drawn["light"]

    return render
