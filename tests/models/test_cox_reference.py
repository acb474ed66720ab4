"""R's survival package on its own data sets, and published coefficients."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from lifelines.datasets import load_stanford_heart_transplants
from numpy.testing import assert_allclose

from models.cox import fit_cox
from models.proportional_hazards import check_proportional_hazards
from models.survival_scores import harrell_c

# Covariates of R's formulas come as text now and then; their columns are named as R names them.
FORMULA = re.compile(r"Surv\((.+?), (.+?)\) ~ (.+)")


def published(folder):
    """Each published Cox regression with the rows and columns it was computed from."""
    reference = json.loads((folder / "survival_reference.json").read_text())["reference"]
    for name, results in reference.items():
        data = pd.read_parquet(folder / "survival" / f"{name}.parquet")
        for entry in results.get("cox", []):
            if entry["ties"] == "exact":
                continue
            time, status, terms = FORMULA.match(entry["formula"]).groups()
            terms = re.split(r"\s*\+\s*", terms)
            strata = [term[7:-1] for term in terms if term.startswith("strata(")]
            terms = [term for term in terms if not term.startswith("strata(")]
            rows = data.dropna(subset=[time, status, *terms, *strata])
            columns = list(entry["coef"])
            x = pd.concat([numbers(rows[term]) for term in terms], axis=1)[columns]
            event = rows[status] == rows[status].max()
            frame = pd.concat([x, rows[[time, *strata]]], axis=1).assign(event=event)
            options = {"duration": time, "strata": strata, "ties": entry["ties"]}
            yield f"{name} {entry['ties']}", entry, frame, columns, options


def numbers(column):
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float).to_frame()
    return pd.get_dummies(column, prefix=column.name, prefix_sep="", dtype=float)


def fitted(frame, columns, options):
    return fit_cox(frame, covariates=columns, event="event", **options)


def test_coefficients_errors_and_likelihoods_are_those_of_r(reference_data):
    checked = 0
    for name, entry, frame, columns, options in published(reference_data):
        fit = fitted(frame, columns, options)
        found = fit.table.set_index("covariate")
        r = pd.DataFrame(entry["coef"]).T.astype(float)
        assert (fit.n, fit.n_events) == (entry["n"], entry["nevent"]), name
        assert_allclose(found["coefficient"], r["coef"], atol=1e-8, err_msg=name)
        assert_allclose(found["std_err"], r["se"], rtol=1e-8, err_msg=name)
        assert_allclose(found["lower"], r["lower95"], rtol=1e-7, err_msg=name)
        assert_allclose(found["upper"], r["upper95"], rtol=1e-7, err_msg=name)
        assert_allclose(found["p_value"], r["p"], rtol=1e-6, err_msg=name)
        assert fit.log_likelihood == pytest.approx(entry["loglik"], abs=1e-9)
        assert fit.log_likelihood_null == pytest.approx(entry["loglik_null"], abs=1e-9)
        assert fit.likelihood_ratio()[0] == pytest.approx(entry["lr_test"]["stat"], abs=1e-8)
        checked += 1
    assert checked > 0


def test_concordance_and_its_error_are_those_of_r(reference_data):
    checked = 0
    for name, entry, frame, columns, options in published(reference_data):
        if options["strata"]:
            continue  # R compares within strata only
        risk = fitted(frame, columns, options).relative_hazard(frame)
        found = harrell_c(frame[options["duration"]], frame["event"], risk.round(12))
        assert found.c == pytest.approx(entry["concordance"], abs=1e-9), name
        # R sums the squares without n / (n - 1).
        few = np.sqrt(found.n / (found.n - 1))
        assert found.std_err == pytest.approx(entry["concordance_se"] * few, rel=1e-8), name
        checked += 1
    assert checked > 0


def test_predicted_survival_is_that_of_r(reference_data):
    checked = 0
    for name, entry, frame, columns, options in published(reference_data):
        for known in entry.get("predicted", []):
            fit = fitted(frame, columns, options)
            found = fit.survival(pd.DataFrame([known["row"]]), known["time"])
            assert_allclose(found[0], known["surv"], atol=1e-9, err_msg=name)
            checked += 1
    assert checked > 0


@pytest.mark.parametrize("transform", ["km", "rank"])
def test_proportional_hazards_are_tested_as_by_cox_zph(reference_data, transform):
    checked = 0
    for name, entry, frame, columns, options in published(reference_data):
        fit = fitted(frame, columns, options)
        check = check_proportional_hazards(fit, transform=transform)
        r = entry[f"zph_{transform}"]
        found = check.table.set_index("term")
        # R names a two-valued text column by its term, not by its column.
        chi_squared = [r.get(c, r.get(c[:1]))["chisq"] for c in columns]
        p_value = [r.get(c, r.get(c[:1]))["p"] for c in columns]
        assert_allclose(found["chi_squared"], chi_squared, rtol=1e-7, err_msg=name)
        assert_allclose(found["p_value"], p_value, rtol=1e-6, err_msg=name)
        assert check.chi_squared == pytest.approx(r["GLOBAL"]["chisq"], rel=1e-7)
        checked += 1
    assert checked > 0


def test_older_form_of_the_test_finds_what_was_published_for_rossi(reference_data):
    rows = pd.read_parquet(reference_data / "survival" / "rossi.parquet")
    names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"]
    coded = {name: numbers(rows[name]).iloc[:, -1] for name in names}
    rows = pd.DataFrame(coded).assign(week=rows["week"], event=rows["arrest"] == 1)
    fit = fit_cox(rows, covariates=names, duration="week", event="event")
    assert fit.log_likelihood == pytest.approx(-658.75, abs=0.01)
    check = check_proportional_hazards(fit, transform="rank", test="residuals")
    found = check.table.set_index("term")["chi_squared"]
    # The published 11.45 ranks arrests of one week by their place in the file; ours share a rank.
    assert found["age"] == pytest.approx(11.45, abs=0.35)
    assert found["wexp"] == pytest.approx(7.31, abs=0.01)
    assert "`age`, whose coefficient falls" in check.what_to_do()


@pytest.fixture(scope="module")
def six():
    """The test data of Therneau and Grambsch, appendix E."""
    return pd.DataFrame(
        {"time": [9, 1, 1, 6, 6, 8], "event": [1, 1, 0, 1, 1, 0], "x": [0, 1, 1, 1, 0, 0]}
    )


@pytest.mark.parametrize(
    ("ties", "coefficient"), [("efron", 1.676857), ("breslow", np.log((3 + np.sqrt(33)) / 2))]
)
def test_six_rows_have_the_coefficient_of_the_book(six, ties, coefficient):
    fit = fit_cox(
        six, covariates=["x"], duration="time", event="event", ties=ties, events_per_covariate=4
    )
    assert fit.table["coefficient"].item() == pytest.approx(coefficient, abs=1e-6)


def test_heart_transplants_do_not_help_when_they_are_counted_from_their_day():
    rows = load_stanford_heart_transplants()
    covariates = ["age", "year", "surgery", "transplant"]
    fit = fit_cox(rows, covariates=covariates, start="start", stop="stop", event="event")
    known = [0.027, -0.146, -0.637, -0.010]
    assert_allclose(fit.table["coefficient"], known, atol=1e-3)


def test_heart_transplants_seem_to_help_when_they_count_from_the_beginning():
    rows = load_stanford_heart_transplants()
    whole = rows.sort_values("stop").groupby("id").tail(1)
    fit = fit_cox(
        whole,
        covariates=["age", "year", "surgery", "transplant"],
        duration="stop",
        event="event",
    )
    assert fit.table["coefficient"].iloc[3] == pytest.approx(-1.704, abs=1e-3)
