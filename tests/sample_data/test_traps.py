"""The careless estimator is wrong on this company by at least what the method handbook says.

And the careful one is right on the same rows. What the handbook measured on its own designs
stands beside each bound.
"""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from lifelines import CoxPHFitter
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.mixture import GaussianMixture

from sample_data.book import LAST_DAY, Calendar
from sample_data.effects import EFFECTS
from sample_data.market import decoys
from sample_data.population import FEATURES, draw_population
from sample_data.projects import draw_window
from sample_data.streams import Streams
from sample_data.true_churn import MONTH_DAYS


def cox(rows, columns, *, entry=None, strata=None):
    kept = ["stop", "event", *columns, *(strata or []), *([entry] if entry else [])]
    fit = CoxPHFitter().fit(
        rows[kept].astype(float), "stop", "event", entry_col=entry, strata=strata
    )
    return fit.params_, fit.standard_errors_


def split_at(rows, when, flag):
    """Each row before and after `when` (missing: never), with `flag` 0 and then 1."""
    never = rows[when].isna()
    before = rows.assign(stop=np.where(never, rows["stop"], rows[when]), **{flag: 0})
    before = before.assign(event=np.where(never, rows["event"], 0))
    after = rows[~never].assign(start=rows[when], **{flag: 1})
    pieces = pd.concat([before, after])
    return pieces[pieces["stop"] > pieces["start"]]


# --- reminders -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reminded(company):
    """Undisputed invoices since issue: when they were paid, and when first reminded."""
    rows = company.truth.invoices.merge(company.tables["invoices"], on="invoice_id")
    adjustments = company.tables["adjustments"]
    ended = adjustments[adjustments["kind"] != "refund"].groupby("invoice_id")["requested_on"].min()
    rows = rows[~rows["disputed"] & ~rows["held_out"]].sample(15_000, random_state=1)
    cancelled = adjustments.loc[adjustments["reason"] == "invoice cancelled", "invoice_id"]
    rows = rows[~rows["invoice_id"].isin(cancelled)]
    age = (LAST_DAY - rows["issued_on"]).dt.days
    given_up = (rows["invoice_id"].map(ended) - rows["issued_on"]).dt.days.fillna(np.inf)
    watched = np.minimum(age, given_up)
    first = company.tables["reminders"].query("stage == 1").set_index("invoice_id")["sent_on"]
    return rows.assign(
        start=0.0,
        stop=np.minimum(rows["days_to_pay"], watched).clip(lower=0.5),
        event=(rows["days_to_pay"] <= watched).astype(int),
        terms=(rows["due_on"] - rows["issued_on"]).dt.days,
        first=(rows["invoice_id"].map(first) - rows["issued_on"]).dt.days,
        ever=rows["invoice_id"].isin(first.index).astype(int),
    )


def test_ever_reminded_looks_as_if_reminders_stopped_people_from_paying(reminded):
    """The handbook has 0.12; true hazard ratios are 1.05 to 1.65."""
    found, _ = cox(reminded, ["ever"], strata=["terms"])
    assert np.exp(found["ever"]) < 0.12


def test_reminded_invoices_are_paid_a_month_later(reminded):
    """The handbook has 34 days."""
    paid = reminded[reminded["event"] == 1]
    later = paid.groupby("ever")["stop"].mean()
    assert later[1] > later[0] + 34


def test_reminders_look_harmful_even_from_their_day_on_when_risk_is_left_out(reminded):
    """The handbook has 0.83 for a true 1.35."""
    late = reminded[reminded["state"] != "on_time"]
    late = late.assign(
        stop=late["stop"] - late["terms"], first=late["first"] - late["terms"]
    ).query("stop > 0")
    pieces = split_at(late, "first", "sent")
    careless, _ = cox(pieces, ["sent"], entry="start")
    assert np.exp(careless["sent"]) < 0.83


# --- leaving -------------------------------------------------------------------------------------


def test_ever_repriced_looks_like_a_reason_to_stay(company):
    """Only who stays long enough is ever repriced: the handbook has -1.70 for a true -0.01."""
    truth, tables = company.truth, company.tables
    rows = truth.customers.merge(
        tables["customers"][["customer_id", "acquired_on"]], on="customer_id"
    )
    changes = tables["price_changes"].merge(
        tables["contracts"][["contract_id", "customer_id"]], on="contract_id"
    )
    told = changes.groupby("customer_id")["effective_on"].min()
    left = rows["left_on"].where(rows["left_on"] <= LAST_DAY)

    first = truth.window["month"].iloc[0]
    day = {"start": first, "stop": left.fillna(LAST_DAY), "told": rows["customer_id"].map(told)}
    months = {name: (at - rows["acquired_on"]).dt.days / MONTH_DAYS for name, at in day.items()}
    rows = rows.assign(**months, event=left.notna().astype(int))
    rows["start"] = rows["start"].clip(lower=0)
    rows = rows[rows["stop"] > rows["start"]]
    rows["told"] = rows["told"].where(rows["told"] < rows["stop"])
    rows["ever"] = rows["told"].notna().astype(int)
    careless, _ = cox(rows, ["ever"])
    pieces = split_at(rows, "told", "since")
    careful, error = cox(pieces, ["since", "size", "satisfaction_base"], entry="start")
    # A rise moves one cause in four for half a year: close to nothing in all.
    assert abs(careful["since"]) < 3 * error["since"]
    assert error["since"] < 0.12
    assert careless["ever"] < careful["since"] - 1.7


# --- personas ------------------------------------------------------------------------------------


def one_cloud(seed):
    off = ["personas", "negative_persona"]
    return draw_population(Streams(seed), 0, 600, months=60, months_before=36, off=off)


def best_by_bic(features):
    scaled = (features - features.mean(axis=0)) / features.std(axis=0)
    fits = {k: GaussianMixture(k, random_state=0).fit(scaled) for k in (1, 2, 3)}
    return min(fits, key=lambda k: fits[k].bic(scaled))


@pytest.mark.parametrize("seed", [1, 2])
def test_skewed_features_invent_personas_and_their_logarithms_do_not(seed):
    """On raw lognormal features the handbook saw personas invented in 12 of 12 runs."""
    people = one_cloud(seed)
    assert best_by_bic(people.features) == 1
    assert best_by_bic(np.column_stack([getattr(people, name) for name in FEATURES])) > 1


@pytest.mark.parametrize("seed", [1, 2])
def test_silhouette_finds_two_groups_where_there_is_one(seed):
    """The handbook: two in 12 of 12 runs. A silhouette knows no answer of one."""
    drawn = one_cloud(seed).features
    score = {
        k: silhouette_score(drawn, KMeans(k, n_init=2, random_state=0).fit_predict(drawn))
        for k in (2, 3, 4)
    }
    assert max(score, key=score.get) == 2
    assert score[2] > 0.15


def test_k_means_takes_correlation_for_groups_and_a_mixture_does_not():
    """The handbook has agreement of 0.68 against 0.91 at the same separation."""
    agreement = []
    for seed in (1, 2, 3):
        people = draw_population(Streams(seed), 0, 1_500, months=60, months_before=36)
        scaled = people.features / people.features.std(axis=0)
        groups = KMeans(5, n_init=4, random_state=0).fit_predict(scaled)
        mixture = GaussianMixture(5, covariance_type="tied", n_init=3, random_state=0)
        agreement.append(
            [
                adjusted_rand_score(people.persona, found)
                for found in (groups, mixture.fit_predict(scaled))
            ]
        )
    careless, careful = np.mean(agreement, axis=0)
    assert careful > 0.91
    assert careless < careful - 0.1


# --- journey -------------------------------------------------------------------------------------


def test_paper_invoices_please_more_in_all_and_less_in_every_size(company):
    """Simpson: the large are content and still on paper."""
    tables, truth = company.tables, company.truth
    channel = tables["invoices"].groupby("customer_id")["channel"].first()
    answers = tables["surveys"].query("touchpoint == 'invoicing'")
    answers = answers.merge(truth.customers, on="customer_id").join(channel, on="customer_id")
    pooled = answers.groupby("channel")["score"].mean()
    assert pooled["paper"] > pooled["e_invoice"] + 0.2
    kinds = pd.get_dummies(answers["channel"], dtype=float).drop(columns="email")
    design = sm.add_constant(pd.concat([answers[["size"]], kinds], axis=1))
    fit = sm.OLS(answers["score"], design).fit()
    within = fit.params["paper"] - fit.params["e_invoice"]
    assert within < -0.4
    error = fit.t_test("paper - e_invoice = 0").sd.item()
    assert within < -4 * error


# --- prices --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changes(company):
    """Each price change and the mean log use of the half years before and after it."""
    tables, truth = company.tables, company.truth
    first = truth.window["month"].iloc[0]

    def month_of(day):
        return (day.dt.year - first.year) * 12 + day.dt.month - first.month

    usage = tables["usage"].assign(month=month_of(tables["usage"]["month"]))
    wide = usage.pivot_table(index="customer_id", columns="month", values="quantity")
    log_use = np.log(wide.where(wide > 0))
    left = month_of(truth.customers.set_index("customer_id")["left_on"]).fillna(np.inf)
    persona = truth.customers.set_index("customer_id")["persona"]
    rows = tables["price_changes"].merge(
        tables["contracts"][["contract_id", "customer_id"]], on="contract_id"
    )
    rows["month"] = month_of(rows["effective_on"])
    rows["rise"] = np.log(rows["new_monthly_value"] / rows["old_monthly_value"])
    inside = (rows["month"] >= 7) & (rows["month"] + 6 <= truth.months)
    inside &= rows["month"] + 6 < rows["customer_id"].map(left)
    rows = rows[inside].assign(persona=rows["customer_id"].map(persona))
    rows["change"] = [
        log_use.loc[who, month : month + 5].mean() - log_use.loc[who, month - 6 : month - 1].mean()
        for who, month in zip(rows["customer_id"], rows["month"], strict=True)
    ]
    return rows.dropna(subset="change")


def test_prices_look_harmless_because_those_who_grow_are_charged_more(changes):
    """Observed prices are endogenous: the elasticity comes out far too small, or positive."""
    careless = sm.OLS(changes["change"], sm.add_constant(changes["rise"])).fit()
    kinds = [pd.get_dummies(changes[name], dtype=float) for name in ("persona", "month")]
    design = pd.concat([changes["rise"], kinds[0].iloc[:, 1:], kinds[1]], axis=1)
    careful = sm.OLS(changes["change"], design).fit()
    true = EFFECTS.price_elasticity
    assert abs(careful.params["rise"] - true) < 3 * careful.bse["rise"]
    assert careful.bse["rise"] < 0.25
    assert careless.params["rise"] > true + 0.3


# --- lead and lag --------------------------------------------------------------------------------

LAGS = np.arange(-12, 13)


def correlations(first, second):
    """Correlation of `second` with `first` at each lag; positive where `second` comes later."""
    n = first.shape[-1]
    first, second = (
        (x - x.mean(axis=-1, keepdims=True)) / x.std(axis=-1, keepdims=True)
        for x in (first, second)
    )
    return np.stack(
        [
            (first[..., max(0, -k) : n - max(0, k)] * second[..., max(0, k) : n - max(0, -k)])
            .sum(axis=-1) / n
            for k in LAGS
        ],
        axis=-1,
    )  # fmt: skip


def whitened(series):
    """What a series does beyond what its own month before lets expect."""
    before, now = series[:-1], series[1:]
    slope, level = np.polyfit(before, now, 1)
    return now - level - slope * before


@pytest.fixture(scope="module")
def outside():
    """How late we are paid, and each outside series, in forty like companies."""
    calendar = Calendar(60)
    found = []
    for seed in range(40):
        late = draw_window(Streams(seed), calendar, ()).slower_days
        wide = decoys(Streams(seed), calendar, late).pivot(
            index="month", columns="metric", values="value"
        )
        found.append((late, {name: wide[name].to_numpy() for name in wide}))
    return found


UNRELATED = [f"market_index_{number:02d}" for number in range(1, 11)]


def test_unrelated_series_correlate_somewhere_and_hold_up_nowhere(outside):
    """Of independent series the handbook found 89 in 100 significant at some lag, raw."""
    rng = np.random.default_rng(5)
    raw, held = [], []
    for late, series in outside:
        for name in UNRELATED:
            raw.append(np.abs(correlations(series[name], late)).max() > 1.96 / np.sqrt(60))
            a, b = whitened(series[name]), whitened(late)
            null = np.abs(correlations(rng.permuted(np.tile(a, (99, 1)), axis=1), b)).max(axis=1)
            held.append(np.abs(correlations(a, b)).max() > np.quantile(null, 0.95))
    assert np.mean(raw) > 0.89
    # Four hundred tests at five in a hundred; the handbook saw up to 5.8, three errors more.
    assert np.mean(held) < 0.09


def test_a_shared_trend_looks_like_a_link_in_levels_only(outside):
    level, change = np.array(
        [
            (
                np.corrcoef(series["market_trend_index"], late)[0, 1],
                np.corrcoef(np.diff(series["market_trend_index"]), np.diff(late))[0, 1],
            )
            for late, series in outside
        ]
    ).T
    assert level.mean() > 0.6
    assert abs(change.mean()) < 0.06


def test_the_series_that_follows_moves_with_us_and_comes_later(outside):
    level, lag = [], []
    for late, series in outside:
        follows = series["collection_cost_index"]
        level.append(np.corrcoef(follows, late)[0, 1])
        lag.append(LAGS[np.argmax(np.abs(correlations(whitened(late), whitened(follows))))])
    # As strong as any driver could be, to who asks only what moves together.
    assert np.mean(level) > 0.7
    assert np.mean(np.array(lag) == 3) > 0.9
