from charts.late_signals import MOST_SIGNALS, reliability_curve, signal_bars
from models.late_signals import fit_late_signals
from tests.models.test_late_signals import AS_OF, NUMBERS, ROWS


def test_chances_are_drawn_against_what_came_true(draws):
    signals = fit_late_signals(ROWS, AS_OF, numbers=NUMBERS)
    chart = reliability_curve(signals)
    assert len(chart.layer[3].data) == len(signals.table)
    assert "Share that was late" in draws(chart)
    bars = signal_bars(signals.weights.assign(name="<b>habit</b>"))
    assert len(bars.data) <= MOST_SIGNALS
    assert "&lt;b>habit" in draws(bars) or "&lt;b&gt;habit" in draws(bars)
