"""The link persona by persona: by hand, and where personas do or do not differ."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.linkage_money import persona_margins
from models.linkage_personas import drawn_together, fit_persona_links
from models.refusal import Refusal
from tests.models.satisfied import AS_OF, company


@pytest.fixture(scope="module")
def rows():
    return company(6, 600)


def personas_of(rows, ends):
    """Customers whose id ends in one of `ends` are of another persona than all others."""
    named = rows["answers"]["customer_id"].drop_duplicates()
    return pd.Series(np.where(named.str.endswith(ends), "fast", "slow"), index=named)


def slower(rows, persona, days):
    """The invoices of one persona, paid sooner by so many days for each point of the last score."""
    invoices = rows["invoices"].sort_values("issued_on")
    answers = rows["answers"].sort_values("answered_on")
    last = pd.merge_asof(
        invoices.assign(issued_on=invoices["issued_on"].astype("datetime64[ns]")),
        answers.assign(answered_on=answers["answered_on"].astype("datetime64[ns]")),
        left_on="issued_on", right_on="answered_on", by="customer_id", allow_exact_matches=False,
    )["score"].fillna(3.5)  # fmt: skip
    mine = invoices["customer_id"].map(persona).eq("fast").to_numpy()
    return invoices.assign(days=invoices["days"] - days * mine * (last.to_numpy() - 3.5))


def test_personas_that_are_alike_share_one_effect(rows):
    persona = personas_of(rows, ("1", "4", "7"))
    links = fit_persona_links(**rows, personas=persona, as_of=AS_OF, measure="csat")
    days = links.table[links.table["outcome"] == "days_to_pay"].set_index("persona")
    # Drawn together they lie nearer to each other than on their own, and are surer.
    own = np.ptp(days["own"])
    assert np.ptp(days["value"]) <= own
    assert (days["std_err"] <= days["own_err"] + 1e-12).all()
    assert links.apart["days_to_pay"] > 0.01
    assert "disputes" in links.reasons


def test_persona_that_pays_sooner_when_content_is_found(rows):
    persona = personas_of(rows, ("1", "4", "7"))
    changed = {**rows, "invoices": slower(rows, persona, 5.0)}
    links = fit_persona_links(**changed, personas=persona, as_of=AS_OF, measure="csat")
    plain = fit_persona_links(**rows, personas=persona, as_of=AS_OF, measure="csat")
    fast, slow = (links.of("days_to_pay", name) for name in ("fast", "slow"))
    before = plain.table.set_index(["outcome", "persona"]).loc[("days_to_pay", "fast"), "own"]
    # Five days for each point, on top of what was there; invoices of others are as they were.
    assert fast["own"] - before == pytest.approx(-5.0, abs=0.05)
    assert links.apart["days_to_pay"] < 0.001
    assert fast["upper"] < slow["lower"]


def test_thin_persona_is_not_told_and_says_why(rows):
    named = rows["answers"]["customer_id"].drop_duplicates().reset_index(drop=True)
    persona = pd.Series(np.where(named.index < 20, "thin", "most"), index=named)
    persona[named[20:300]] = "some"
    links = fit_persona_links(**rows, personas=persona, as_of=AS_OF, measure="csat")
    with pytest.raises(Refusal, match="30 and 200 are needed"):
        links.of("days_to_pay", "thin")
    assert links.table.loc[links.table["persona"] == "thin", "value"].isna().all()
    with pytest.raises(Refusal, match="1 of the personas"):
        fit_persona_links(
            **rows, personas=persona.replace({"some": "most"}), as_of=AS_OF, measure="csat"
        )


def test_persona_margin_is_of_its_months():
    year = pd.DataFrame(
        {"customer_id": ["A", "B", "C", "D"], "contribution": [600.0, 100.0, 50.0, 9.0],
         "months": [12.0, 2.0, 12.0, 0.0]}
    )  # fmt: skip
    persona = pd.Series({"A": "one", "B": "one", "C": "two", "D": "two"})
    # 12 × 700 / 14 and 12 × 50 / 12.
    assert persona_margins(year, persona) == {"one": 600.0, "two": 50.0}


@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(0.1, 3)), min_size=2, max_size=6),
    st.floats(-10, 10),
)
def test_drawing_together_stays_between_the_estimates_and_moves_with_them(pairs, shift):
    value, error = np.array(pairs).T
    drawn, spread, p_value = drawn_together(value, np.diag(error**2))
    assert value.min() - 1e-9 <= drawn.min() <= drawn.max() <= value.max() + 1e-9
    assert (np.sqrt(np.diag(spread)) <= error + 1e-9).all()
    assert 0 <= p_value <= 1
    moved, _, _ = drawn_together(value + shift, np.diag(error**2))
    assert moved == pytest.approx(drawn + shift, abs=1e-6)
