"""The link against the truth of simulated companies, and against ones in which there is none."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from models.linkage import fit_linkage
from models.linkage_effects import churn_design, expose
from models.linkage_rows import HORIZON
from models.linkage_slopes import fit_hazard_slopes
from sample_data import generate
from sample_data.churn import CAUSES
from tests.warehouse.frame_tables import FrameTables
from warehouse.customer_months import customer_months
from warehouse.linkage import linked_answers, linked_invoices
from warehouse.settlements import settlements

AS_OF = dt.date(2026, 9, 30)
NEEDED = ("customers", "invoices", "payments", "tickets", "surveys", "reminders", "disputes",
          "orders", "contracts", "price_changes", "fx_rates", "adjustments")  # fmt: skip
#: Companies of each kind, and how many times leaving is drawn anew from the true hazards.
COMPANIES, DRAWS = 12, 25

pytestmark = pytest.mark.verify


class Known:
    """What the link is estimated from, and the true hazard and satisfaction of each month."""

    def __init__(self, seed, n_customers=500, months=36, off=()):
        company = generate(seed=seed, n_customers=n_customers, months=months, off=off)
        truth = company.truth
        tables = FrameTables({name: company.tables[name] for name in NEEDED})
        rows = customer_months(tables, AS_OF, churn_rule_days=180).to_pandas()
        # Second accounts of customers are no customers of the truth.
        rows = rows[~rows["customer_id"].str.endswith("D")]
        place = {c: k for k, c in enumerate(truth.customers["customer_id"])}
        who = rows["customer_id"].map(place).to_numpy()
        last = pd.Period(AS_OF, "M")
        month = months - 1 - (last - rows["begins"].dt.to_period("M")).map(lambda d: d.n).to_numpy()
        month = np.minimum(month, months - 1)
        self.satisfaction = truth.satisfaction[who, month]
        self.hazards = truth.hazards[who, month]
        # Size is known from employees and the first deal, and who means to stop early from nothing.
        self.confounders = truth.customers[["size", "stops_early"]].to_numpy(dtype=float)[who]
        self.key = pd.MultiIndex.from_arrays([rows["customer_id"], pd.to_datetime(rows["begins"])])
        issued = settlements(tables)
        issued = issued.filter(issued.issued_on <= AS_OF)
        self.rows = {
            "months": rows.reset_index(drop=True),
            "answers": linked_answers(tables, AS_OF).to_pandas(),
            "invoices": linked_invoices(issued, tables, AS_OF, horizon=HORIZON).to_pandas(),
        }
        self.truth = truth

    def exposed(self):
        """Months with a last CSAT, and where each stands in the truth."""
        frames = {
            name: self.rows[name].assign(
                **{day: pd.to_datetime(self.rows[name][day]).astype("datetime64[ns]")}
            )
            for name, day in (("answers", "answered_on"), ("months", "begins"),
                              ("invoices", "issued_on"))
        }  # fmt: skip
        found = expose("csat", "all", *frames.values(), pd.Timestamp(AS_OF)).months
        at = self.key.get_indexer(pd.MultiIndex.from_frame(found[["customer_id", "begins"]]))
        return found, at

    def slopes(self, exposure, hazard, rows, rng, *, draws=DRAWS, besides=None):
        """Log hazard ratio with leaving drawn anew: that of the truth, all but without noise."""
        _, adjust, common = churn_design(rows)
        if besides is not None:
            adjust = np.column_stack([adjust, besides])
        return np.mean(
            [
                fit_hazard_slopes(
                    exposure[:, None], adjust,
                    event=rng.random(len(hazard)) < -np.expm1(-hazard), **common,
                ).value[0]
                for _ in range(draws)
            ]
        )  # fmt: skip


@pytest.fixture(scope="module")
def companies():
    return [Known(100 + seed) for seed in range(COMPANIES)]


@pytest.fixture(scope="module")
def links(companies):
    return [fit_linkage(**known.rows, as_of=AS_OF) for known in companies]


def test_with_true_satisfaction_the_true_log_hazard_ratios_come_out():
    rng, errors = np.random.default_rng(0), {cause: [] for cause in CAUSES[:3]}
    for seed in (7, 3):
        known = Known(seed, 1_500, 48)
        rows, at = known.exposed()
        true = known.truth.effects["satisfaction_on_churn"]
        for k, cause in enumerate(CAUSES[:3]):
            found = known.slopes(
                known.satisfaction[at], known.hazards[at, k], rows, rng, draws=60,
                besides=known.confounders[at],
            )  # fmt: skip
            errors[cause].append(found - true[cause])
    # Not of insolvency: who is short of cash is reminded firmly, which hurts satisfaction, and how
    # short it is stands in no table.
    bias = {cause: float(np.mean(values)) for cause, values in errors.items()}
    assert max(abs(value) for value in bias.values()) <= 0.02


def test_columns_of_the_books_stand_for_what_truly_differs(companies):
    gaps = []
    for seed, known in enumerate(companies):
        rows, at = known.exposed()
        hazard = known.hazards[at].sum(axis=1)
        # The same customers leave in both, so that luck falls out of the difference.
        own, true = (
            known.slopes(
                known.satisfaction[at], hazard, rows, np.random.default_rng(seed), draws=5,
                besides=besides,
            )
            for besides in (None, known.confounders[at])
        )  # fmt: skip
        gaps.append(own - true)
    assert abs(np.mean(gaps)) <= 0.02


def test_interval_holds_the_effect_of_the_score_as_reported(companies, links):
    rng, held = np.random.default_rng(1), []
    for known, link in zip(companies, links, strict=True):
        rows, at = known.exposed()
        score = rows["last_score"].to_numpy(dtype=float)
        true = known.slopes(score, known.hazards[at].sum(axis=1), rows, rng)
        effect = link.effect("csat", "churn")
        held.append((effect.lower <= true <= effect.upper, effect.value - true))
    # Of 12 intervals at 95 % ten or more hold in 98 of 100 runs.
    assert sum(inside for inside, _ in held) >= COMPANIES - 2
    assert abs(np.mean([error for _, error in held])) < 0.05


def test_placebo_rejects_as_rarely_as_it_promises(links):
    p = [link.timing["csat"].p_value for link in links]
    # At 5 % three or more of 12 in one run of fifty.
    assert np.mean(np.array(p) < 0.05) <= 2 / COMPANIES


def test_where_satisfaction_moves_no_leaving_none_is_found():
    found = []
    for seed in range(COMPANIES):
        known = Known(200 + seed, off=["satisfaction_on_churn"])
        link = fit_linkage(**known.rows, as_of=AS_OF)
        effects = [link.effect(measure, "churn") for measure in ("csat", "nps", "ces")]
        found.append([effect.found for effect in effects])
    assert np.mean(found) <= 0.08
