"""Checks of the link: groups made alike, error of the score taken off, shape, hidden causes."""

import numpy as np
import pandas as pd
import pytest

from models.doubly_robust import fit_doubly_robust
from models.e_value import e_value, e_value_of_difference
from models.linkage import fit_linkage
from models.linkage_checks import contrast_rows, fit_linkage_checks
from models.linkage_effects import churn_design, expose
from models.linkage_money import worth_of_point
from models.linkage_policies import fit_channel_scores
from models.linkage_slopes import fit_hazard_slopes
from models.refusal import Refusal
from tests.models.satisfied import AS_OF, company


@pytest.fixture(scope="module")
def rows():
    return company(5, 700)


@pytest.fixture(scope="module")
def checks(rows):
    return fit_linkage_checks(**rows, as_of=AS_OF, measure="csat")


def test_content_customers_made_alike_stay_longer_by_less_than_they_do_as_they_are(checks):
    stayed = checks.contrast.table.set_index("outcome").loc["stayed"]
    assert 0 < stayed["lower"] < stayed["difference"] < stayed["plain"]
    left = checks.contrast.table.set_index("outcome").loc["left"]
    causes = checks.contrast.table.set_index("outcome").filter(like="left for", axis=0)
    assert causes["difference"].sum() == pytest.approx(left["difference"], abs=1e-9)


def test_weights_bring_the_sizes_of_both_groups_together(checks):
    size = checks.contrast.balance.set_index("column").loc["log_size"]
    assert abs(size["after"]) < 0.1 < abs(size["before"])
    assert checks.contrast.balanced


def test_error_of_the_score_is_seen_in_repeats_and_taken_off(checks):
    # Noise of 0.5 before rounding to whole points: a variance of 0.25 + 1 / 12, and a little more
    # for what changes between two answers within a month.
    assert checks.reliability.noise == pytest.approx(0.25 + 1 / 12, abs=0.12)
    assert 0 < checks.reliability.conditional < checks.reliability.plain < 1
    # One point of satisfaction takes 0.5 off the log hazard.
    corrected, error = checks.reliability.corrected, checks.reliability.std_err
    assert abs(corrected + 0.5) < 2 * error < 0.4


def test_a_line_is_called_straight_where_it_is(checks):
    assert checks.shape.p_value > 0.01
    curve = checks.shape.curve.set_index("score")
    assert curve.loc[checks.shape.knot, "hazard_ratio"] == pytest.approx(1)
    assert curve["hazard_ratio"].is_monotonic_decreasing


def test_hidden_cause_must_be_stronger_for_the_estimate_than_for_its_interval(checks):
    assert checks.e_value > checks.e_value_of_end >= 1


def test_a_year_after_an_answer_is_whole_and_counts_months(rows):
    months = pd.DataFrame(
        {"customer_id": ["A"] * 14 + ["B"] * 3,
         "begins": [*pd.date_range("2024-01-01", periods=14, freq="MS"),
                    *pd.date_range("2024-01-01", periods=3, freq="MS")],
         "cause": [None] * 16 + ["price"], "ahead": False}
    )  # fmt: skip
    days = pd.DataFrame(
        {"customer_id": ["A", "A", "B"],
         "answered_on": pd.to_datetime(["2024-02-10", "2024-06-01", "2024-01-05"])}
    )  # fmt: skip
    found = contrast_rows(days, months)
    # A answers in February: watched from March 2024 to February 2025, and stays. Its answer of
    # June has no whole year. B answers in January and leaves in March, the second month.
    assert found[["customer_id", "stayed", "left"]].to_numpy().tolist() == [
        ["A", 12.0, 0.0], ["B", 1.5, 1.0],
    ]  # fmt: skip
    assert found["left for price or billing"].tolist() == [0.0, 1.0]


@pytest.mark.verify
def test_error_by_customer_is_that_of_drawing_customers_anew(rows):
    frames = (
        rows[name].assign(**{day: rows[name][day].astype("datetime64[ns]")})
        for name, day in (("answers", "answered_on"), ("months", "begins"),
                          ("invoices", "issued_on"))
    )  # fmt: skip
    months = expose("csat", "all", *frames, pd.Timestamp(AS_OF)).months
    x, adjust, common = churn_design(months)
    left = months["cause"].notna().to_numpy()
    found = fit_hazard_slopes(x, adjust, event=left, **common)
    own = [group.to_numpy() for _, group in pd.Series(np.arange(len(months))).groupby(
        common["customer"])]  # fmt: skip
    rng, drawn = np.random.default_rng(0), []
    for _ in range(150):
        at = np.concatenate([own[k] for k in rng.integers(0, len(own), len(own))])
        again = {name: values[at] for name, values in common.items()}
        drawn.append(fit_hazard_slopes(x[at], adjust[at], event=left[at], **again).value[0])
    # The spread of 150 draws is itself off by a seventeenth.
    assert np.std(drawn) == pytest.approx(float(found.std_err[0]), rel=0.15)


def test_groups_without_a_like_are_not_compared():
    x = np.linspace(-1, 1, 400)
    with pytest.raises(Refusal, match="nobody like them"):
        fit_doubly_robust(x > 0, 40 * x[:, None], pd.DataFrame({"y": x}), np.arange(400))
    with pytest.raises(Refusal, match="50 of each"):
        fit_doubly_robust(x > 0.9, x[:, None], pd.DataFrame({"y": x}), np.arange(400))


def test_e_value_is_the_published_one_whichever_way_the_effect_goes():
    assert round(e_value(3.9), 3) == 7.263
    assert e_value(1 / 3.9) == pytest.approx(e_value(3.9))
    assert e_value(1.0) == 1.0
    assert e_value_of_difference(0.0, 2.0) == 1.0


def test_channel_that_pleases_is_found_and_one_that_does_not_is_not(rows):
    portal = rows["invoices"]["customer_id"].str.endswith(("1", "2", "3"))
    edi = rows["invoices"]["customer_id"].str.endswith(("4", "5"))
    channel = np.where(portal, "portal", np.where(edi, "edi", "email"))
    pleased = rows["answers"]["customer_id"].str.endswith(("1", "2", "3"))
    found = fit_channel_scores(
        rows["months"],
        rows["answers"].assign(score=rows["answers"]["score"] + 0.5 * pleased),
        rows["invoices"].assign(channel=channel),
    )
    table = found.table.set_index("channel")
    assert found.reference == "email"
    assert table.loc["portal", "verdict"] == "more content"
    assert table.loc["portal", "lower"] < 0.5 < table.loc["portal", "upper"]
    assert table.loc["edi", "verdict"] == "cannot tell"
    with pytest.raises(Refusal, match="1 of the channels"):
        fit_channel_scores(**rows)


def test_point_is_worth_the_billing_it_keeps_in_margin(rows):
    linkage = fit_linkage(**rows, as_of=AS_OF)
    worth = worth_of_point(linkage, "csat", 1000.0)
    effect = linkage.effect("csat", "spend")
    assert worth.value == pytest.approx(1000 * effect.value)
    assert worth.low < worth.value < worth.high
    assert worth.found == effect.found


@pytest.mark.reference("hillstrom/hillstrom*")
@pytest.mark.parametrize(
    ("mailing", "published"), [("Mens E-Mail", 0.770), ("Womens E-Mail", 0.424)]
)
def test_randomised_mailing_earns_what_was_published(reference_file, mailing, published):
    mailed = pd.read_parquet(reference_file)
    mailed = mailed[mailed["segment"].isin([mailing, "No E-Mail"])].reset_index(drop=True)
    known = ["recency", "history", "mens", "womens", "newbie"]
    found = fit_doubly_robust(
        (mailed["segment"] == mailing).to_numpy(),
        mailed[known].to_numpy(dtype=float), mailed[["spend"]], np.arange(len(mailed)),
    )  # fmt: skip
    row = found.table.iloc[0]
    assert row["lower"] < published < row["upper"]
    # Drawn by lot: what is held equal was equal, and changes the answer by a few cents.
    assert abs(row["difference"] - published) < 0.03
    assert found.balance["before"].abs().max() < 0.03
