import pandas as pd
import pytest

from charts.receivables import aging_bars, collection_trend, dso_trend, payment_pattern_lines
from charts.theme import SEVERITY
from models.payment_patterns import fit_payment_patterns
from models.receivables import fit_receivables
from tests.charts.conftest import AS_OF


@pytest.fixture(scope="module")
def receivables(flows, rates):
    return fit_receivables(flows, rates, AS_OF)


def data_of(chart) -> pd.DataFrame:
    spec = chart.to_dict()
    name = (spec.get("data") or spec["layer"][0]["data"])["name"]
    return pd.DataFrame(spec["datasets"][name])


def test_aging_draws_every_bucket_of_the_result_to_the_cent(receivables, draws):
    chart = aging_bars(receivables, currency="EUR")
    drawn = data_of(chart)
    assert list(drawn["bucket"]) == ["current", "1-30", "31-60", "61-90", "91+"]
    assert drawn["amount"].sum() == pytest.approx(receivables.open_amount, abs=0.005)
    assert "over 90" in draws(chart)


def test_aging_of_nothing_draws_empty_bars(flows, rates, draws):
    paid_up = flows[flows["issued_on"] < "2023-08-01"]
    paid_up = paid_up[paid_up.groupby("issued_on")["kind"].transform("nunique") == 2]
    result = fit_receivables(paid_up, rates, AS_OF)
    assert result.open_amount == 0
    assert draws(aging_bars(result, currency="EUR"))


@pytest.mark.parametrize("n", [1, 2, 6, 9])
def test_oldest_bucket_always_has_the_strongest_colour(flows, rates, n):
    edges = tuple(range(10, 10 * n + 1, 10))
    chart = aging_bars(fit_receivables(flows, rates, AS_OF, buckets=edges), currency="EUR")
    scale = chart.to_dict()["encoding"]["color"]["scale"]
    assert len(scale["range"]) == len(scale["domain"]) == n + 2
    assert scale["range"][0] == SEVERITY[0]
    assert scale["range"][-1] == SEVERITY[-1]


def test_dso_draws_three_lines_told_apart_without_colour(receivables, draws):
    chart = dso_trend(receivables)
    line = chart.to_dict()["layer"][0]["encoding"]
    assert line["strokeDash"]["scale"]["domain"] == ["Count-back", "Simple", "Best possible"]
    assert len({tuple(dash) for dash in line["strokeDash"]["scale"]["range"]}) == 3
    drawn = data_of(chart)
    last = drawn[(drawn["measure"] == "Count-back")]["days"].iloc[-1]
    assert last == pytest.approx(receivables.dso)
    assert "Best possible" in draws(chart)


@pytest.mark.parametrize(
    "measure", ["cei", "average_days_delinquent", "cash_flow_velocity", "overdue_amount"]
)
def test_collection_trend_draws_the_measure(receivables, draws, measure):
    chart = collection_trend(receivables, measure, currency="EUR")
    assert data_of(chart)[measure].iloc[-1] == pytest.approx(receivables.trend[measure].iloc[-1])
    assert draws(chart)


def test_payment_patterns_draw_the_newest_months_and_the_average_strongest(flows, rates, draws):
    chart = payment_pattern_lines(fit_payment_patterns(flows, rates, AS_OF))
    recent = chart.to_dict()["layer"][1]["encoding"]
    assert recent["color"]["scale"]["domain"] == ["Mar 2025", "Apr 2025", "May 2025", "All months"]
    assert len({tuple(dash) for dash in recent["strokeDash"]["scale"]["range"]}) == 4
    assert "All months" in draws(chart)
