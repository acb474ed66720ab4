"""Topics of comments: counted by comment, their error by customer, nothing shown of few."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.buying_expectations import (
    FEWEST,
    TOPICS,
    fit_buying_expectations,
    masked,
    pattern_of,
)
from models.clusters import critical_value, logit_interval
from models.refusal import Refusal


def comments(said):
    """Rows from {persona: [(comment, score), ...]}, each of a customer of its own."""
    rows = [
        {"customer_id": f"{persona}-{i}", "measure": "csat", "score": score, "comment": comment}
        for persona, lines in said.items() for i, (comment, score) in enumerate(lines)
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    persona = frame.set_index("customer_id").index.to_series().str.split("-").str[0]
    return frame, persona


DIFFER = {
    "A": [("The parcel was late.", 1)] * 30 + [("Fine.", 5)] * 20,
    "B": [("The parcel was late.", 5)] * 10 + [("Good price.", 5)] * 40,
}


def test_share_is_of_comments_with_its_interval_and_its_complaints():
    found = fit_buying_expectations(*comments(DIFFER))
    row = found.table.set_index(["persona", "topic"]).loc[("A", "Delivery")]
    assert (row["n"], row["n_customers"], row["share"], row["others"]) == pytest.approx(
        (30, 30, 0.6, 0.2)
    )
    # One comment a customer: p (1 - p) / (n - 1) is the variance.
    error = np.sqrt(0.6 * 0.4 / 49)
    assert (row["low"], row["high"]) == pytest.approx(
        logit_interval(0.6, error, float(critical_value(0.95)))
    )
    assert row["complaints"] == 1.0
    assert row["verdict"] == "more often"
    by = found.table.set_index(["persona", "topic"])
    assert by.loc[("B", "Delivery"), "verdict"] == "less often"
    assert by.loc[("B", "Delivery"), "complaints"] == 0.0
    assert by.loc[("B", "Price"), "verdict"] == "more often"
    # Nothing is said of what nobody, or nearly nobody, wrote.
    assert by.loc[("A", "Price"), "verdict"] == "too few"
    assert np.isnan(by.loc[("A", "Price"), "share"])
    assert set(found.terms.query("persona == 'B'")["term"]) == {"good price"}


def test_many_comments_of_one_customer_are_not_many_customers():
    rows, persona = comments(DIFFER)
    again = pd.concat([rows] * 10, ignore_index=True)
    once, often = (fit_buying_expectations(r, persona) for r in (rows, again))
    columns = ["share", "low", "high", "others", "q_value"]
    np.testing.assert_allclose(once.table[columns], often.table[columns], rtol=1e-9)


def test_groups_that_write_alike_are_not_told_apart():
    rng = np.random.default_rng(3)
    words = [f"{word} again" for names in TOPICS.values() for word in names[:2]]
    said = {p: [(words[i], 3) for i in rng.integers(0, len(words), 400)] for p in "ABCD"}
    found = fit_buying_expectations(*comments(said))
    assert set(found.table["verdict"]) <= {"no difference seen", "too few"}
    assert found.terms.empty


def test_few_writers_are_refused_and_so_is_another_language():
    few = {"A": [("The parcel was late.", 1)] * (FEWEST - 1)}
    with pytest.raises(Refusal, match="29 customers"):
        fit_buying_expectations(*comments(few))
    foreign = {"A": [("Paket kam zu spät an", 1)] * 40}
    with pytest.raises(Refusal, match="another language"):
        fit_buying_expectations(*comments(foreign))


def test_customers_of_no_persona_do_not_count():
    rows, persona = comments(DIFFER)
    strangers = rows.assign(customer_id="X-" + rows["customer_id"])
    both = pd.concat([rows, strangers], ignore_index=True)
    assert fit_buying_expectations(both, persona).n_comments == len(rows)


@pytest.mark.parametrize(
    ("comment", "hidden"),
    [
        ("Write to jane.doe@acme.com soon", "jane"),
        ("Please ask Miller about it", "Miller"),
        ("Invoice 2024-0815 is wrong", "0815"),
        ("see https://acme.com/x", "acme"),
    ],
)
def test_what_may_name_somebody_is_not_read(comment, hidden):
    assert hidden not in masked(comment)


@given(st.text(max_size=80))
def test_masking_only_takes_away(comment):
    left = iter(comment)
    # What is left stands in the comment in the same order.
    assert all(letter in left for letter in "".join(masked(comment).split()))


def test_topics_are_beginnings_of_words():
    assert pattern_of(TOPICS["Delivery"]).search("two Deliveries")
    assert not pattern_of(TOPICS["Speed"]).search("relate")
