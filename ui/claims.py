"""Claims: registering what an initiative will do, and showing what came of those before."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

import analyses.claims
from analyses.roi import Company, treated
from charts.claims import came_beside_claimed, came_words, expected_words
from models.claims import SCORED, Claim, Score, by_lot, expected_of, record_of
from models.initiatives import Initiative
from models.refusal import Refusal
from ui.chart import told
from ui.download import offer_csv
from ui.errors import explained, say
from ui.frame import View, open_workspace
from ui.results import compute
from ui.tables import height_of
from ui.text import count, count_of, escape, listed
from warehouse.snapshot import MissingTable

__all__ = ["record_sentence", "register_claim", "show_record"]


def register_claim(view: View, found: Company, offer: Sequence[Initiative]) -> None:
    """A form: which initiative, from when on, and how many customers first."""
    open_to = {
        f"{one.name}:{moved.driver}": (one, moved)
        for one in offer
        for moved in one.moves
        if moved.driver in SCORED
    }
    if not open_to:
        return
    words = {key: f"{one.title}: {expected_words(moved.driver, expected_of(moved))}"
             for key, (one, moved) in open_to.items()}  # fmt: skip
    box = st.expander("Register a claim before its initiative starts", icon=":material/flag:")
    with box, st.form("register_claim", border=False):
        st.caption(
            "What is expected, of whom and from when on is kept as it stands and never changed. "
            "Who is treated first is drawn by lot; the others are held back as look-alikes until "
            "it is scored."
        )
        key = st.selectbox("What is claimed", list(words), format_func=words.__getitem__)
        left, right = st.columns(2)
        start = left.date_input("Starts on", view.as_of, min_value=view.as_of, format="YYYY-MM-DD")
        share = right.slider("Customers treated first, %", 10, 90, 50, step=10)
        pressed = st.form_submit_button("Register the claim", icon=":material/flag:")
    if pressed:
        with explained():
            one, moved = open_to[key]
            everyone = found.segments.index[treated(found, [one])[:, 0]]
            first, others = by_lot(everyone, one.name, share / 100)
            claim = Claim(
                f"{one.name} {moved.driver} {start}", one.title, moved.driver, expected_of(moved),
                view.as_of, view.snapshot.manifest.newest_date or view.as_of, view.snapshot.id,
                start, one.ramp_months, first, others,
            )  # fmt: skip
            analyses.claims.register(open_workspace().settings, claim)
            st.toast(f"Registered {escape(one.title)} for {count_of(len(first), 'customer')}.")
            # The record stands outside of what the sliders redraw.
            st.rerun()


def show_record(view: View) -> None:
    """Every claim registered by the as-of date, with what came of it."""
    claims = analyses.claims.kept(open_workspace().settings, view.as_of)
    scored = [scored_or_why(view, claim, tuple(claims)) for claim in claims]
    known = [one for one in scored if isinstance(one, Score)]
    sentence = record_sentence(known, len(claims))
    if known:
        told(sentence, came_beside_claimed(known))
    else:
        st.markdown(sentence)
    if not claims:
        return
    rows = [row_of(claim, score) for claim, score in zip(claims, scored, strict=True)]
    table = pd.DataFrame(rows)
    said = pd.DataFrame(
        {
            "Claim": table["claim"],
            "Starts": table["starts_on"],
            "Claimed": [expected_words(claim.outcome, claim.expected) for claim in claims],
            "Came": [came_words(score) for score in scored],
            "Verdict": table["verdict"],
            "Treated": [count(n) for n in table["n_treated"]],
            "Look-alikes": [count(n) for n in table["n_alike"]],
            "Registered": table["registered_as_of"],
        }
    )
    day = st.column_config.DateColumn(format="YYYY-MM-DD")
    st.dataframe(
        said, hide_index=True, placeholder="", height=height_of(said), alt="Claims and scores",
        column_config={"Starts": day, "Registered": day,
                       "Verdict": st.column_config.TextColumn(width="medium")},
    )  # fmt: skip
    for claim, score in zip(claims, scored, strict=True):
        if isinstance(score, str):
            st.caption(f"{escape(claim.title)}: {say(score)}")
    st.caption(
        "Came: how much more the treated changed than customers held back of the same industry "
        "that did about as well before, with its 90 % interval; in leaving, the ratio of those "
        "who left. Customers that left are in no score of anything else."
    )
    offer_csv("Download the record", table, "claims.csv", key="claims")
    offer_csv("Download who is treated", lambda: members(claims), "treated.csv", key="treated")


def scored_or_why(view: View, claim: Claim, others: tuple[Claim, ...]) -> Score | str:
    try:
        return compute(analyses.claims.score, view, claim=claim, others=others)
    except (Refusal, MissingTable) as refusal:
        return str(refusal)


def row_of(claim: Claim, score: Score | str) -> dict[str, object]:
    known = isinstance(score, Score)
    verdict = score.verdict if known else ("too early" if score.startswith("Too early") else "none")
    return {
        "claim": claim.title, "outcome": claim.outcome, "registered_as_of": claim.as_of,
        "snapshot": claim.snapshot, "starts_on": claim.starts_on,
        "claimed": claim.expected.likely, "claimed_low": claim.expected.low,
        "claimed_high": claim.expected.high, "came": score.value if known else None,
        "low": score.low if known else None, "high": score.high if known else None,
        "smallest": score.smallest if known else None,
        "verdict": f"{verdict} (in hindsight)" if claim.in_hindsight else verdict,
        "n_treated": score.n_treated if known else len(claim.treated),
        "n_alike": score.n_alike if known else len(claim.held_back),
    }  # fmt: skip


def members(claims: Sequence[Claim]) -> pd.DataFrame:
    """Whom each claim treats and holds back."""
    return pd.DataFrame(
        [
            (claim.title, claim.outcome, claim.starts_on, customer, group)
            for claim in claims
            for group, who in (("treated", claim.treated), ("held back", claim.held_back))
            for customer in who
        ],
        columns=["claim", "outcome", "starts_on", "customer_id", "group"],
    )


def record_sentence(scores: Sequence[Score], n_claims: int) -> str:
    """How often what was claimed came true."""
    if not n_claims:
        return (
            "No claim has been registered by this day. Register one before its initiative starts: "
            "later dates then score it against untreated look-alikes."
        )
    record = record_of(scores)
    if not record.scored:
        said = f"{count_of(n_claims, 'claim')} registered, and none made beforehand can be scored "
        return said + "yet."
    counts = record.counts
    parts = [
        f"{counts[verdict]} came to {verdict}"
        for verdict in ("less than claimed", "more than claimed")
        if counts[verdict]
    ]
    if counts["cannot tell"]:
        parts.append(f"of {counts['cannot tell']} it cannot be told from no effect")
    said = (
        f"Of {count_of(record.scored, 'scored claim')}, **{counts['as claimed']}** came within the "
        "range that was claimed"
    )
    return f"{said}; {listed(parts)}." if parts else f"{said}."
