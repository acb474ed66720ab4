import dataclasses

import pandas as pd
import pytest

from charts.cash_forecast import OUTCOMES, forecast_against_actual, weekly_bars
from models.cash_forecast import fit_cash_forecast
from tests.charts.conftest import AS_OF

INSIDE, OUTSIDE, UNKNOWN = OUTCOMES


@pytest.fixture(scope="module")
def forecast(flows, rates):
    return fit_cash_forecast(flows, rates, AS_OF)


def drawn(chart) -> pd.DataFrame:
    spec = chart.to_dict()
    data = spec.get("data") or spec["layer"][0]["data"]
    return pd.DataFrame(spec["datasets"][data["name"]])


def test_bars_are_the_weeks_of_the_forecast(forecast, draws):
    chart = weekly_bars(forecast, currency="EUR")
    table = drawn(chart)
    assert len(table) == 13
    assert table["expected"].sum() == pytest.approx(forecast.expected)
    marks = [layer["mark"]["type"] for layer in chart.to_dict()["layer"]]
    assert marks == ["bar", "rule", "tick", "tick"]
    assert draws(chart)


def test_forecast_without_an_interval_draws_none(forecast, draws):
    bare = dataclasses.replace(forecast, table=forecast.table.assign(low=float("nan"), high=None))
    chart = weekly_bars(bare, currency="EUR")
    assert [layer["mark"]["type"] for layer in chart.to_dict()["layer"]] == ["bar"]
    assert draws(chart)


def test_every_past_forecast_is_drawn_hit_or_miss(forecast, draws):
    backtest = forecast.backtest.copy()
    backtest["inside"] = pd.array([True, False, None] + [True] * (len(backtest) - 3), "boolean")
    chart = forecast_against_actual(
        dataclasses.replace(forecast, backtest=backtest), currency="EUR"
    )
    table = drawn(chart)
    assert len(table) == len(backtest)
    assert table["outcome"].tolist()[:4] == [INSIDE, OUTSIDE, UNKNOWN, INSIDE]
    shapes = chart.to_dict()["layer"][2]["encoding"]["shape"]["scale"]
    assert dict(zip(shapes["domain"], shapes["range"], strict=True))[OUTSIDE] == "triangle-up"
    assert OUTSIDE in draws(chart)
