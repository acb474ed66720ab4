from difflib import SequenceMatcher

import numpy as np
import pytest

from sample_data.words import catalogue, comments, tickets
from sample_data.words.comment_phrases import COMPLAINTS, MIXED, PRAISE
from sample_data.words.comment_verdicts import (
    FOREIGN_VERDICTS,
    SUGGESTIONS,
    TROUBLE_REMARKS,
    VERDICTS,
)
from sample_data.words.comments import SCALES, TOUCHPOINTS, survey_comments
from sample_data.words.companies import company_names, group_names, legal_form, misspelt
from sample_data.words.company_parts import TRADES
from sample_data.words.phrases import Phrases, lines
from sample_data.words.ticket_topics import BODIES, OPENINGS
from sample_data.words.ticket_troubles import ASIDES, FOREIGN_TROUBLES, TROUBLE_BODIES
from sample_data.words.tickets import TOPICS, TROUBLES, ticket_texts

COUNTRIES, INDUSTRIES = list(TRADES), list(TRADES["DE"])
SPECIFICS = {"low": COMPLAINTS, "mid": MIXED, "high": PRAISE}


@pytest.fixture(scope="module")
def names():
    rng = np.random.default_rng(8)
    return company_names(rng, rng.choice(INDUSTRIES, 20_000), rng.choice(COUNTRIES, 20_000))


def bare(text):
    """As it is compared here: without capitals and the full stop, which a hasty writer drops."""
    return text.lower().rstrip(".")


def sayings(*blocks):
    """Every sentence of the blocks, filled in all its ways."""
    filled = Phrases({str(i): block for i, block in enumerate(blocks)})
    return {bare(text) for texts in filled.texts.values() for text in texts}


def said(texts, phrases):
    """Which of the phrases occur in any of the texts as a whole remark."""
    together = "|" + "|".join(bare(t).replace(". ", "|").replace("? ", "?|") for t in texts) + "|"
    return {phrase for phrase in phrases if f"|{phrase.replace('. ', '|')}|" in together}


# --- names -----------------------------------------------------------------------------------


def test_no_two_companies_share_a_name_even_without_its_legal_form(names):
    assert len(set(names)) == 20_000
    assert len({name.removesuffix(legal_form(name)) for name in names}) == 20_000


def test_there_are_words_for_forty_thousand_companies():
    industries = np.repeat(INDUSTRIES, 8_000)
    countries = np.tile(COUNTRIES, 8_000)
    names = company_names(np.random.default_rng(1), industries, countries)
    assert len(set(names)) == 40_000


def test_company_has_a_legal_form_of_its_country():
    german, dutch = company_names(np.random.default_rng(2), ["Retail"] * 2, ["DE", "NL"])
    assert legal_form(german) in {"GmbH", "GmbH & Co. KG", "AG"}
    assert legal_form(dutch) in {"B.V.", "N.V."}


def test_changing_one_company_leaves_nearly_all_other_names():
    industries, countries = np.repeat(INDUSTRIES, 400), np.tile(COUNTRIES, 400)
    before = company_names(np.random.default_rng(3), industries, countries)
    countries[0] = "US"
    after = company_names(np.random.default_rng(3), industries, countries)
    assert before[0] != after[0]
    assert np.mean(before[1:] == after[1:]) > 0.99


def test_more_companies_than_words_are_refused_not_repeated():
    with pytest.raises(ValueError, match="some would repeat"):
        company_names(np.random.default_rng(1), ["Retail"] * 11_000, ["FR"] * 11_000)


def test_unknown_country_is_named():
    with pytest.raises(ValueError, match="'Retail' in 'ES'"):
        company_names(np.random.default_rng(1), ["Retail"], ["ES"])


def test_groups_are_distinct_and_no_customers(names):
    groups = group_names(np.random.default_rng(4), 2_400)
    assert len(set(groups)) == 2_400
    assert set(groups).isdisjoint(names)


def test_misspelt_name_differs_and_stays_close(names):
    few = names[:1_500]
    typed = misspelt(np.random.default_rng(5), few)
    assert (typed != few).all()
    closeness = [
        SequenceMatcher(None, a.casefold(), b.casefold(), autojunk=False).ratio()
        for a, b in zip(few, typed, strict=True)
    ]
    # The shortest names lose most with "GmbH & Co. KG"; a single letter costs little.
    assert min(closeness) > 0.65
    assert np.mean(closeness) > 0.92


def test_misspelt_name_is_no_other_companys(names):
    typed = misspelt(np.random.default_rng(6), names)
    assert set(typed).isdisjoint(names)


@pytest.mark.parametrize("name", ["", "X", "ABC", "Ünal", "名前"])
def test_any_name_can_be_misspelt(name):
    for seed in range(20):
        assert misspelt(np.random.default_rng(seed), [name])[0] != name


# --- catalogue -------------------------------------------------------------------------------


def test_catalogue_holds_what_the_company_sells():
    families = [family for _, _, family, _, _ in catalogue.PRODUCTS]
    assert {f: families.count(f) for f in set(families)} == {
        "subscription": 4,
        "usage": 4,
        "goods": 8,
        "service": 5,
    }
    assert len({product for product, *_ in catalogue.PRODUCTS}) == len(families)
    assert all(price >= cost for *_, price, cost in catalogue.PRODUCTS)


def test_every_meter_bills_a_usage_product():
    usage = {product for product, _, family, _, _ in catalogue.PRODUCTS if family == "usage"}
    assert set(catalogue.METERS) == usage


def test_every_kind_of_project_has_scopes():
    assert len(catalogue.PROJECT_SCOPES) == 2 * 2 * 3
    scopes = [scope for some in catalogue.PROJECT_SCOPES.values() for scope in some]
    assert len(set(scopes)) == len(scopes) >= 24


# --- tickets ---------------------------------------------------------------------------------


def test_every_topic_has_many_openings_and_bodies():
    for topic in TOPICS:
        assert len(set(lines(OPENINGS[topic]))) >= 14
        assert len(set(lines(BODIES[topic]))) >= 14


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("trouble", TROUBLES[1:])
def test_ticket_tells_the_trouble_whatever_its_topic(topic, trouble):
    foreign = [FOREIGN_TROUBLES[f"{language} {trouble}"] for language in ("de", "fr", "nl")]
    telling = sayings(TROUBLE_BODIES[trouble], ASIDES[trouble], *foreign)
    texts = ticket_texts(np.random.default_rng(7), [topic] * 60, [trouble] * 60)
    assert all(any(phrase in bare(text) for phrase in telling) for text in texts)


@pytest.mark.parametrize("topic", TOPICS)
def test_ticket_without_trouble_tells_none(topic):
    telling = sayings(*TROUBLE_BODIES.values(), *ASIDES.values(), *FOREIGN_TROUBLES.values())
    texts = ticket_texts(np.random.default_rng(8), [topic] * 60, [""] * 60)
    assert not any(phrase in bare(text) for text in texts for phrase in telling)


def test_tickets_seldom_repeat():
    rng = np.random.default_rng(9)
    texts = ticket_texts(rng, rng.choice(TOPICS, 5_000), [""] * 5_000)
    assert len(set(texts)) > 4_500


def test_some_tickets_are_hasty_and_some_greet():
    texts = ticket_texts(np.random.default_rng(9), ["billing"] * 1_000, [""] * 1_000)
    assert 0.1 < np.mean([text == text.lower() for text in texts]) < 0.3
    assert 0.2 < np.mean([text.startswith(tickets.GREETINGS) for text in texts]) < 0.5


def test_unknown_topic_is_named():
    with pytest.raises(ValueError, match="'weather' is no topic"):
        ticket_texts(np.random.default_rng(1), ["weather"], [""])


# --- comments --------------------------------------------------------------------------------


def answers(n, seed=10):
    """Random answers: measure, touchpoint, score, trouble."""
    rng = np.random.default_rng(seed)
    measures = rng.choice(list(SCALES), n)
    lowest, highest = np.array([SCALES[measure][:2] for measure in measures]).T
    scores = rng.integers(lowest, highest + 1)
    return measures, rng.choice(TOUCHPOINTS, n), scores, rng.choice(TROUBLES, n)


def levels(measures, scores):
    mid, high = np.array([SCALES[measure][2:] for measure in measures]).T
    return np.where(scores >= high, "high", np.where(scores >= mid, "mid", "low"))


def phrases_of(level):
    remarks = [text for key, text in TROUBLE_REMARKS.items() if key.startswith(level)]
    foreign = [text for key, text in FOREIGN_VERDICTS.items() if key.endswith(level)]
    specifics = SPECIFICS[level].values()
    return sayings(VERDICTS[level], SUGGESTIONS[level], *specifics, *remarks, *foreign)


@pytest.mark.parametrize("level", ["low", "mid", "high"])
def test_comment_says_what_its_score_says_and_nothing_else(level):
    measures, touchpoints, scores, troubles = answers(6_000)
    texts = survey_comments(np.random.default_rng(11), measures, touchpoints, scores, troubles)
    spoken = [t for t in texts[levels(measures, scores) == level] if t is not None]
    assert len(said(spoken, phrases_of(level))) > 60
    for other in {"low", "mid", "high"} - {level}:
        assert said(spoken, phrases_of(other)) == set()


def test_phrases_of_two_levels_are_never_the_same():
    low, mid, high = (phrases_of(level) for level in ("low", "mid", "high"))
    assert low & mid == mid & high == low & high == set()


@pytest.mark.parametrize("touchpoint", TOUCHPOINTS)
@pytest.mark.parametrize(("level", "score"), [("low", 1), ("mid", 7), ("high", 10)])
def test_comment_is_about_its_touchpoint(touchpoint, level, score):
    n = 200
    texts = survey_comments(
        np.random.default_rng(12), ["nps"] * n, [touchpoint] * n, [score] * n, [""] * n
    )
    spoken = [t for t in texts if t is not None]
    about = SPECIFICS[level]
    assert said(spoken, sayings(about[touchpoint]))
    elsewhere = sayings(*(block for other, block in about.items() if other != touchpoint))
    assert said(spoken, elsewhere) == set()


@pytest.mark.parametrize("trouble", TROUBLES[1:])
@pytest.mark.parametrize(("level", "score"), [("low", 1), ("mid", 3), ("high", 5)])
def test_most_comments_after_trouble_bring_it_up(trouble, level, score):
    n = 200
    texts = survey_comments(
        np.random.default_rng(13), ["csat"] * n, ["support"] * n, [score] * n, [trouble] * n
    )
    spoken = [t for t in texts if t is not None]
    remarks = sayings(TROUBLE_REMARKS[f"{level} {trouble}"])
    share = np.mean([any(remark in bare(text) for remark in remarks) for text in spoken])
    assert 0.5 < share < 0.9


def test_content_customer_with_trouble_praises_no_particular_that_it_contradicts():
    n = 500
    texts = survey_comments(
        np.random.default_rng(14), ["nps"] * n, ["delivery"] * n, [10] * n, ["late_delivery"] * n
    )
    spoken = [t for t in texts if t is not None]
    assert said(spoken, sayings(PRAISE["delivery"])) == set()


def test_about_45_percent_comment_and_more_at_the_extremes():
    n = 4_000
    everyday = np.clip(np.round(np.random.default_rng(15).normal(7.4, 1.9, n)), 0, 10)

    def share(scores):
        texts = survey_comments(
            np.random.default_rng(16), ["nps"] * n, ["support"] * n, scores, [""] * n
        )
        return np.mean([text is not None for text in texts])

    assert 0.40 < share(everyday) < 0.50
    assert share([0] * n) > share([5] * n) + 0.2
    assert share([10] * n) > share([5] * n) + 0.2


def test_score_off_its_scale_is_refused():
    with pytest.raises(ValueError, match="score 9 is not on the scale of csat"):
        survey_comments(np.random.default_rng(1), ["csat"], ["support"], [9], [""])


# --- chance ----------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [0, 1, 300])
def test_draws_depend_on_the_number_of_rows_only_and_the_same_seed_says_the_same(n):
    measures, touchpoints, scores, troubles = answers(n, seed=17) if n else ([], [], [], [])
    rng = np.random.default_rng(18)
    topics = rng.choice(TOPICS, n)
    industries, countries = rng.choice(INDUSTRIES, n), rng.choice(COUNTRIES, n)
    calm = [""] * n

    for write, one, other in [
        (company_names, (industries, countries), (["Retail"] * n, ["DE"] * n)),
        (misspelt, (["Alderbrook Castings Ltd"] * n,), (["X"] * n,)),
        (ticket_texts, (topics, troubles), (["other"] * n, calm)),
        (
            survey_comments,
            (measures, touchpoints, scores, troubles),
            (["nps"] * n, ["support"] * n, [5] * n, calm),
        ),
    ]:
        first, second, third = (np.random.default_rng(19) for _ in range(3))
        assert write(first, *one).tolist() == write(second, *one).tolist()
        assert len(write(third, *other)) == n
        assert first.random() == second.random() == third.random()


def test_every_trouble_has_words_in_tickets_and_comments():
    assert set(ASIDES) == set(TROUBLES[1:]) == set(TROUBLE_BODIES)
    assert {key.split()[1] for key in TROUBLE_REMARKS} == set(TROUBLES[1:])
    assert set(COMPLAINTS) == set(MIXED) == set(PRAISE) == set(comments.TOUCHPOINTS)
