import datetime as dt

import pandas as pd

from charts.product_fit import MOST_GROUPS, success_dots
from models.product_fit import fit_product_fit


def test_groups_of_a_product_are_drawn_likeliest_first_and_small_ones_are_not(draws):
    sizes = {"<b>Retail</b>": (200, 180), "Trade": (200, 100), "Tiny": (5, 5)}
    sizes |= {f"Group {i}": (40 + i, 28) for i in range(MOST_GROUPS)}
    rows = pd.DataFrame(
        [
            {"customer_id": f"{value}{i}", "product": "Plan", "industry": value,
             "stayed": i < k, "contribution": 1.0}
            for value, (n, k) in sizes.items() for i in range(n)
        ]
    )  # fmt: skip
    fit = fit_product_fit(rows, dt.date(2025, 6, 30), traits=("industry",))
    chart = success_dots(fit, "Plan", "industry")
    shown = chart.layer[1].data
    assert len(shown) == MOST_GROUPS
    assert shown["value"].iloc[0] == "<b>Retail</b>"
    assert shown["value"].iloc[-1] == "Trade"
    assert "Tiny" not in set(shown["value"])
    assert "Share that succeeds in the first year" in draws(chart)
