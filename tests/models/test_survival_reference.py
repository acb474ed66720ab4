"""R's survival package on its own data sets: whatever the reference folder holds."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import roc_auc_score

from models.cox import fit_cox
from models.log_rank import fit_log_rank
from models.survival import fit_kaplan_meier, fit_restricted_mean
from models.survival_scores import harrell_c, uno_c


def entries(folder, kind):
    """Each published result of one kind, with the rows it was computed from."""
    published = json.loads((folder / "survival_reference.json").read_text())["reference"]
    for name, results in published.items():
        data = pd.read_parquet(folder / "survival" / f"{name}.parquet")
        for entry in results.get(kind, []):
            time, status, terms = re.match(
                r"Surv\((.+?), (.+?)\) ~ (.+)", entry["formula"]
            ).groups()
            terms = [] if terms == "1" else terms.split(" + ")
            rows = data.dropna(subset=[time, status, *terms])
            # Status is 1 censored, 2 dead in some sets and 0, 1 in others.
            event = rows[status] == rows[status].max()
            yield name, entry, rows[time], event, strata(rows, terms)


def strata(rows, terms):
    if not terms:
        return None
    shown = [
        term + "=" + rows[term].map(lambda v: f"{v:g}" if isinstance(v, int | float) else str(v))
        for term in terms
    ]
    return shown[0].str.cat(shown[1:], sep=", ")


def by_stratum(published, group):
    return {"all": published} if group is None else published


def test_survival_and_its_error_are_those_of_r(reference_data):
    checked = 0
    for name, entry, duration, event, group in entries(reference_data, "km"):
        curve = fit_kaplan_meier(duration, event, group=group)
        assert len(duration) == entry["n"], name
        for stratum, at in entry["at"].items():
            table = curve.table[curve.table["group"] == stratum]
            row = np.searchsorted(table["day"], at["time"], side="right") - 1
            assert_allclose(table["survival"].to_numpy()[row], at["surv"], atol=1e-9)
            # R has no error once nobody is left; ours is then 0.
            known = [x if isinstance(x, float | int) else np.nan for x in at["std_err"]]
            ours = np.where(np.isnan(known), np.nan, table["std_err"].to_numpy()[row])
            assert_allclose(ours, known, atol=1e-9)
            checked += len(at["time"])
    assert checked > 0


@pytest.mark.parametrize(("share", "key"), [(0.25, "q25"), (0.5, "median"), (0.75, "q75")])
def test_quantiles_are_those_of_r(reference_data, share, key):
    for name, entry, duration, event, group in entries(reference_data, "km"):
        ours = fit_kaplan_meier(duration, event, group=group)
        found = ours.quantile(share).set_index("group")
        for stratum, published in by_stratum(entry["quantiles_log-log"], group).items():
            assert_day(found.loc[stratum, "day"], published[key], ours, stratum, name)
            if key == "median":
                for edge in ("lower", "upper"):
                    limit = published[f"median_{edge}"]
                    assert_day(found.loc[stratum, edge], limit, ours, stratum, name)


def assert_day(ours, theirs, curve, stratum, name):
    if theirs is None:
        assert np.isinf(ours), (name, stratum)
        return
    # Where the curve lies flat on the share itself R takes the middle of the flat stretch,
    # we its first day.
    days = curve.table.loc[(curve.table["group"] == stratum), ["day", "n_events"]]
    after = days.loc[(days["day"] > ours) & (days["n_events"] > 0), "day"]
    next_day = after.iloc[0] if len(after) else np.inf
    assert theirs in (ours, (ours + next_day) / 2), (name, stratum)


def test_restricted_means_are_those_of_r(reference_data):
    for name, entry, duration, event, group in entries(reference_data, "km"):
        published = by_stratum(entry["rmst"], group)
        days = {int(values["tau"]) for values in published.values()}
        for tau in days:
            fit = fit_restricted_mean(duration, event, days=tau, group=group)
            table = fit.table.set_index("group")
            for stratum, values in published.items():
                if values["tau"] != tau or table.loc[stratum, "reason"]:
                    continue
                assert table.loc[stratum, "mean"] == pytest.approx(values["rmean"], abs=1e-8), name
                assert table.loc[stratum, "std_err"] == pytest.approx(values["se"], rel=1e-8), name


def test_log_rank_is_that_of_r(reference_data):
    checked = 0
    for name, entry, duration, event, group in entries(reference_data, "logrank"):
        test = fit_log_rank(duration, event, group, rho=entry["rho"])
        assert test.statistic == pytest.approx(entry["chisq"], rel=1e-9), name
        assert test.df == entry["df"]
        assert test.p_value == pytest.approx(entry["p"], rel=1e-6), name
        assert sorted(test.table["observed"]) == pytest.approx(sorted(entry["observed"])), name
        assert sorted(test.table["expected"]) == pytest.approx(sorted(entry["expected"])), name
        checked += 1
    assert checked > 0


@pytest.fixture
def lung(reference_data):
    return pd.read_parquet(reference_data / "survival" / "lung.parquet")


def test_lung_has_the_published_median_and_restricted_means(lung):
    event = lung["status"] == 2
    median = fit_kaplan_meier(lung["time"], event).quantile(0.5)
    assert median[["day", "lower", "upper"]].to_numpy().tolist() == [[310, 284, 361]]
    whole = fit_restricted_mean(lung["time"], event, days=365).table.iloc[0]
    assert whole["mean"] == pytest.approx(263.22, abs=0.05)
    assert whole["std_err"] == pytest.approx(7.80, abs=0.05)
    by_sex = fit_restricted_mean(lung["time"], event, days=365, group=lung["sex"]).table
    assert by_sex["mean"].tolist() == pytest.approx([241.50, 297.47], abs=0.05)


def test_lung_log_rank_by_sex_is_the_published_one(lung):
    test = fit_log_rank(lung["time"], lung["status"] == 2, lung["sex"])
    assert test.statistic == pytest.approx(10.327, abs=0.01)
    assert test.p_value == pytest.approx(0.00131, abs=1e-5)


def test_subscribers_of_a_telephone_company_leave_as_published(reference_data):
    rows = pd.read_parquet(reference_data / "ibm_telco_classic" / "customers.parquet")
    left = rows["Churn"] == "Yes"
    survival = fit_kaplan_meier(rows["tenure"], left).survival_at([12, 24, 72])
    assert survival.tolist() == pytest.approx([0.843, 0.789, 0.593], abs=5e-4)
    by_gender = fit_log_rank(rows["tenure"], left, rows["gender"])
    assert by_gender.p_value == pytest.approx(0.47, abs=5e-3)
    names = ["SeniorCitizen", "Partner", "Dependents", "PaperlessBilling", "OnlineSecurity",
             "TechSupport"]  # fmt: skip
    x = (
        (rows[names].replace({"Yes": 1, 1: 1}) == 1)
        .astype(float)
        .assign(
            one_year=rows["Contract"] == "One year",
            two_years=rows["Contract"] == "Two year",
            fibre=rows["InternetService"] == "Fiber optic",
            no_internet=rows["InternetService"] == "No",
            by_cheque=rows["PaymentMethod"] == "Electronic check",
        )
    )
    x = x.astype(float)
    frame = x.assign(months=rows["tenure"], left=left)
    fit = fit_cox(frame, covariates=list(x), duration="months", event="left")
    risk = fit.relative_hazard(x)
    assert harrell_c(rows["tenure"], left, risk).c == pytest.approx(0.842, abs=5e-4)
    # Fitted on half of the customers and asked of the others; above .87 something leaks.
    half = fit_cox(frame[::2], covariates=list(x), duration="months", event="left")
    unseen = half.relative_hazard(x[1::2])
    assert 0.78 <= roc_auc_score(left[1::2], unseen) <= 0.87
    found = uno_c(rows["tenure"][1::2], left[1::2], unseen, tau=60)
    assert found.lower <= 0.846 <= found.upper
