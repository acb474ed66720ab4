"""What each persona writes about when it is asked: what it expects, and what it complains of."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.stats import false_discovery_control, norm
from sklearn.feature_extraction.text import CountVectorizer

from models.clusters import critical_value, few_clusters_factor, logit_interval
from models.refusal import Refusal

__all__ = ["FEWEST", "TOPICS", "BuyingExpectations", "fit_buying_expectations", "masked"]

#: Customers of a persona who write, below which nothing is said of it, and customers who
#: mention something, below which it is not shown.
FEWEST, FEWEST_MENTION = 30, 10
#: Share of comments with a topic below which the list does not speak their language.
LEAST_COVERED = 0.1
FALSE_DISCOVERIES = 0.05
MOST_TERMS = 5
#: Score up to which an answer is a complaint, by measure.
LOW: Mapping[str, float] = MappingProxyType({"nps": 6, "csat": 2, "ces": 3})
#: Topic and the beginnings of words that stand for it. A comment can be about several.
TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Price": ("price", "pricing", "cost", "expensive", "cheap", "discount", "value", "bill was",
                  "money"),
        "Ordering and offers": ("order", "offer", "quote", "contract", "basket", "shop", "sales",
                                "terms", "renew"),
        "Invoices": ("invoice", "billing", "bill ", "statement", "credit", "refund"),
        "Reminders": ("reminder", "reminded", "dunning", "collector", "overdue"),
        "Delivery": ("deliver", "parcel", "driver", "packag", "packing", "shipment", "arrived"),
        "Visits": ("visit", "technician", "install", "appointment", "on site"),
        "Help and contact": ("support", "help", "phone", "call", "contact", "explain", "answer",
                             "e-mail", "email", "who picks up"),
        "Speed": ("wait", "quick", "fast", "slow", "late", "days", "weeks", "delay", "soon"),
        "Getting started": ("training", "onboarding", "set up", "setup", "start", "introduc"),
        "The product": ("sensor", "probe", "device", "data", "app ", "works", "broke", "defect",
                        "quality", "measure"),
    }
)  # fmt: skip
HIDDEN = re.compile(r"[\w.+-]+@[\w.-]*\w|(?:https?://|www\.)\S+|\w*\d[\w/-]*")
SENTENCE = re.compile(r"[.!?\n]+\s*")
#: A word that begins with a capital inside a sentence may be a name.
NAME = re.compile(r"(?<=\s)(?!I\b)[^\W\d_a-zà-öø-ÿ]\w*")


@dataclass(frozen=True, eq=False)
class BuyingExpectations:
    """Topics of comments by persona, beside those of all others.

    Attributes
    ----------
    table : DataFrame
        One row a persona and topic: ``persona``, ``topic``, ``n`` (comments about it),
        ``n_customers`` (who wrote them), ``share`` (of the persona's comments) with ``low`` and
        ``high``, ``others`` (share among everyone else's), ``complaints`` (share of those with a
        score that are beside a low one), ``q_value`` and ``verdict`` (more often, less often, no
        difference seen, too few). Small cells have their numbers of comments and nothing else.
    terms : DataFrame
        ``persona``, ``term``, ``n_customers``, ``share`` and ``others``: words that it writes
        more often than everyone else, beyond chance.
    sizes : DataFrame
        ``persona``, ``n_comments`` and ``n_customers``.
    covered : float
        Share of comments in which a topic was found.
    """

    table: pd.DataFrame
    terms: pd.DataFrame
    sizes: pd.DataFrame
    covered: float
    n_comments: int
    n_customers: int
    confidence: float

    def of(self, persona: str) -> pd.DataFrame:
        """Topics of one persona that may be shown, the most frequent first."""
        own = self.table[(self.table["persona"] == persona) & self.table["share"].notna()]
        return own.sort_values(["share", "topic"], ascending=[False, True], ignore_index=True)


def fit_buying_expectations(
    comments: pd.DataFrame, persona: pd.Series, *, confidence: float = 0.95
) -> BuyingExpectations:
    """Count what the comments of each persona are about.

    A comment is about a topic where a word of `TOPICS` begins a word of it: a list that anyone
    can read and disagree with. Comments of one customer are alike, so intervals and tests
    are clustered by customer; the tests are over all personas and topics (and likewise terms)
    together at a false discovery rate of 5 %. Who answers, and who writes, chose to.

    Parameters
    ----------
    comments : DataFrame
        Rows of `warehouse.survey_comments.survey_comments`.
    persona : Series
        Persona by customer id.

    Raises
    ------
    Refusal
        If fewer than 30 customers of personas wrote anything, or the list of words finds next to
        nothing in what they wrote.
    """
    rows = comments.assign(persona=comments["customer_id"].map(persona)).dropna(subset="persona")
    n_customers = rows["customer_id"].nunique()
    if n_customers < FEWEST:
        raise Refusal(
            f"{n_customers:,} customers of these personas wrote a comment beside an answer, so "
            f"what they expect cannot be told. Load surveys with comments; {FEWEST} customers are "
            "needed."
        )
    text = rows["comment"].map(masked)
    about = np.column_stack([text.str.contains(pattern_of(words)) for words in TOPICS.values()])
    covered = float(about.any(axis=1).mean())
    if covered < LEAST_COVERED:
        raise Refusal(
            f"The list of words finds a topic in {covered:.0%} of {len(rows):,} comments. It is "
            "English: these may be in another language, and what they are about cannot be told."
        )
    table = compared(csr_matrix(about.astype(float)), list(TOPICS), rows, confidence, "topic")
    low = (rows["score"] <= rows["measure"].map(LOW)).to_numpy()
    scored = (rows["measure"].map(LOW).notna() & rows["score"].notna()).to_numpy()
    mine = {name: (rows["persona"] == name).to_numpy() for name in rows["persona"].unique()}
    topics = list(TOPICS)
    complaints = []
    for row in table.itertuples():
        told = mine[row.persona] & about[:, topics.index(row.topic)] & scored
        shown = row.verdict != "too few" and told.sum() >= FEWEST_MENTION
        complaints.append(low[told].mean() if shown else np.nan)
    by = rows.groupby("persona")["customer_id"]
    sizes = by.agg(n_comments="size", n_customers="nunique").reset_index()
    return BuyingExpectations(
        table.assign(complaints=complaints), terms_of(text, rows, confidence), sizes, covered,
        len(rows), n_customers, confidence,
    )  # fmt: skip


def masked(comment: str) -> str:
    """A comment without what may name somebody: addresses, numbers, names inside a sentence.

    >>> masked("Ask Jane Doe (jane@acme.com, 030 123456). She helped.")
    'Ask ( , ). She helped.'
    """
    hidden = HIDDEN.sub(" ", comment)
    parts, place = [], 0
    for end in SENTENCE.finditer(hidden):
        parts.append(NAME.sub(" ", hidden[place : end.end()]))
        place = end.end()
    return " ".join("".join([*parts, NAME.sub(" ", hidden[place:])]).split())


def pattern_of(words: tuple[str, ...]) -> re.Pattern:
    # Without groups, which pandas would warn of.
    return re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + ")", re.IGNORECASE)


def compared(
    marks: csr_matrix, names: list[str], rows: pd.DataFrame, confidence: float, what: str
) -> pd.DataFrame:
    """Share of each persona's comments with each mark, beside everyone else's."""
    made = []
    for persona in sorted(rows["persona"].unique()):
        mine = (rows["persona"] == persona).to_numpy()
        own = shares(marks[mine], rows.loc[mine, "customer_id"])
        rest = shares(marks[~mine], rows.loc[~mine, "customer_id"])
        error = np.sqrt(own["std_err"] ** 2 + rest["std_err"] ** 2)
        shown = (own["n_customers"] >= FEWEST_MENTION) & (own["n_writers"] >= FEWEST)
        shown &= (own["share"] < 1) & (error > 0)
        part = pd.DataFrame(own).assign(others=rest["share"], persona=persona, shown=shown)
        part["z"] = (part["share"] - part["others"]) / np.where(shown, error, 1.0)
        part[what] = names
        made.append(part)
    table = pd.concat(made, ignore_index=True)
    shown = table["shown"].to_numpy()
    q = np.full(len(table), np.nan)
    if shown.any():
        q[shown] = false_discovery_control(2 * norm.sf(np.abs(table["z"][shown])))
    critical = float(critical_value(confidence))
    ends = np.full((len(table), 2), np.nan)
    for place in np.flatnonzero(shown):
        ends[place] = logit_interval(
            table["share"].iloc[place], table["std_err"].iloc[place], critical
        )
    side = np.where(table["z"] > 0, "more often", "less often")
    verdict = np.where(q <= FALSE_DISCOVERIES, side, "no difference seen")
    table = table.assign(
        share=table["share"].where(shown), others=table["others"].where(shown),
        low=ends[:, 0], high=ends[:, 1], q_value=q, verdict=np.where(shown, verdict, "too few"),
    )  # fmt: skip
    columns = ["persona", what, "n", "n_customers", "share", "low", "high", "others", "q_value"]
    return table[[*columns, "verdict"]]


def shares(marks: csr_matrix, customer: pd.Series) -> dict[str, np.ndarray | int]:
    """Share of comments with each mark, its error by customer, and how many wrote it."""
    codes, writers = pd.factorize(customer)
    n, k = marks.shape[0], len(writers)
    if n == 0:
        nothing = np.zeros(marks.shape[1])
        return {"n": 0, "n_customers": 0, "n_writers": 0, "share": nothing, "std_err": nothing}
    by = csr_matrix((np.ones(n), (codes, np.arange(n))), shape=(k, n))
    sums, sizes = (by @ marks).toarray(), np.bincount(codes, minlength=k)[:, None]
    mean = np.asarray(marks.mean(axis=0)).ravel()
    influence = (sums - sizes * mean) / n
    return {
        "n": np.asarray(marks.sum(axis=0)).ravel().astype(int),
        "n_customers": (sums > 0).sum(axis=0),
        "n_writers": k,
        "share": mean,
        "std_err": np.sqrt((influence**2).sum(axis=0) * few_clusters_factor(k)) if k > 1 else 0.0,
    }


def terms_of(text: pd.Series, rows: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Words that a persona writes more often than everyone else, beyond chance."""
    columns = ["persona", "term", "n_customers", "share", "others"]
    # Without endings of sentences, so that no pair of words reaches over one.
    counter = CountVectorizer(
        binary=True, stop_words="english", ngram_range=(1, 2), min_df=FEWEST_MENTION,
        token_pattern=r"\b[^\W\d_]{3,}\b",
    )  # fmt: skip
    try:
        marks = counter.fit_transform(text)
    except ValueError:
        # No word is in ten comments.
        return pd.DataFrame(columns=columns)
    names = list(counter.get_feature_names_out())
    table = compared(csr_matrix(marks, dtype=float), names, rows, confidence, "term")
    table = table[table["verdict"] == "more often"].sort_values("q_value")
    kept = []
    for persona, own in table.groupby("persona", sort=True):
        said: list[str] = []
        for term in own["term"]:
            # "battery pack" says it; "pack" after it says nothing more.
            if not any(term in other or other in term for other in said):
                said.append(term)
        kept.append(own[own["term"].isin(said[:MOST_TERMS])].assign(persona=persona))
    return pd.concat(kept)[columns].reset_index(drop=True) if kept else table[columns]
