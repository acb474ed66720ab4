import pandas as pd

from charts.known_truth import OUTCOMES, distance_from_truth

COMPARED = pd.DataFrame(
    {
        "figure": ["Late share", "Paid within 60 days", "Open receivables"],
        "error": [0.04, -0.125, 0.001],
        "low_error": [-0.02, -0.175, None],
        "high_error": [0.1, -0.075, None],
        "holds": [True, False, None],
    }
)


def test_each_figure_is_drawn_with_what_became_of_it(draws):
    chart = distance_from_truth(COMPARED)
    drawn = draws(chart)
    for figure in COMPARED["figure"]:
        assert figure in drawn
    intervals = chart.layer[1].data
    assert intervals["outcome"].tolist() == list(OUTCOMES)


def test_figures_keep_their_order(draws):
    drawn = draws(distance_from_truth(COMPARED))
    assert drawn.index("Late share") < drawn.index("Open receivables")
