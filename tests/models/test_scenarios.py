"""Scenarios survive their file, and what somebody wrote wrong is named and never run."""

import pytest

from models.roi_templates import TEMPLATES
from models.scenarios import MOST_BYTES, Scenario, scenario_from_yaml, scenario_to_yaml

FAQ = "{name: faq, title: FAQ, cost: 10, moves: [{driver: reminders, size: 0.1}]%s}"


def test_scenario_survives_its_file_and_a_list_gets_the_usual_terms():
    kept = Scenario("Früh & billig", TEMPLATES, budget=50e3, months=24, tax_rate=0.25)
    text = scenario_to_yaml(kept)
    assert scenario_from_yaml(text) == kept
    assert scenario_from_yaml(text.encode(), name="Other").name == "Other"
    alone = scenario_from_yaml("- " + FAQ % "", name="Alone")
    assert (alone.budget, alone.months) == (None, 36)
    assert alone.initiatives[0].cost.likely == 10
    assert alone.initiatives[0].run_cost.likely == 0


BOMB = "\n".join(
    ["a: &a [x, x]"]
    + [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]"
       for old, new in zip("abcdefghij", "bcdefghijk", strict=True)]
)  # fmt: skip
# Nine mappings merged into the next, ten times over: 70 billion keys of a page of text.
MERGED_BOMB = BOMB.replace("[x, x]", "{x: 1, y: 2}").replace("[*", "{<<: [*").replace("]", "]}")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("][", "not YAML"),
        (b"\xff\xfe\x00", "not YAML"),
        ("!!python/object/apply:os.system [echo]", "not YAML"),
        ("[" * 400, "not YAML"),
        ("[" * 90_000, "lists in lists"),
        ("name: !!bool perhaps", "not YAML"),
        ("name: !!int ''", "not YAML"),
        ("name: !!timestamp noon", "not YAML"),
        (MERGED_BOMB, "lists in lists|repeats parts"),
        ("7", "names and values"),
        ("a: 1", "has no a"),
        (BOMB, "lists in lists|repeats parts"),
        ("x" * (MOST_BYTES + 1), "more than any scenario"),
        ("initiatives: faq", "no list"),
        ("[]", "may have 1 to 12"),
        ("[7]", "names and values"),
        ("- {name: a, colour: red}", "no colour"),
        ("- {name: a, title: A}", "lacks moves"),
        ("- " + FAQ % ", starts_in: 1.5", "no whole number"),
        ("- " + FAQ % ", ramp_months: soon", "no number"),
        ("- " + FAQ % ", decay: .nan", "no number"),
        ("- " + FAQ % ", cashable: true", "no number"),
        ("- " + FAQ % ", run_cost: {low: 1, likely: 2}", "lacks high"),
        ("- " + FAQ % ", run_cost: {low: 3, likely: 2, high: 4}", "not in order"),
        ("- " + FAQ % ", treats: Retail", "Whom FAQ treats"),
        ("- " + FAQ % ", treats: {industry: Retail}", "no list"),
        ("- " + FAQ % ", treats: {riskiest: most}", "no number"),
        ("- " + FAQ % ", needs: other", "no list"),
        ("- {name: 'a b', title: A, moves: []}", "letters, digits"),
        ("- {name: a, title: A, moves: []}", "moves nothing"),
        ("- {name: a, title: A, moves: [{driver: luck, size: 1}]}", "nothing that an initiative"),
        ("- {name: a, title: A, moves: [{driver: reminders, size: 30}]}", "not between 0 and 1"),
        (f"[{FAQ % ''}, {FAQ % ''}]", "told apart"),
        (f"{{months: 0, initiatives: [{FAQ % ''}]}}", "no number from 1"),
        (f"{{budget: lots, initiatives: [{FAQ % ''}]}}", "no number"),
        (f"{{budget: .inf, initiatives: [{FAQ % ''}]}}", "no number"),
        (f"{{months: -3, initiatives: [{FAQ % ''}]}}", "no number from 1"),
        (f"[{', '.join([FAQ % ''] * 60)}]", "no list"),
        ("- " + FAQ % ", run_cost: -.inf", "no number"),
        ("- " + FAQ % f", run_cost: 1{'0' * 400}", "very large number"),
        ("- " + FAQ % f", run_cost: 0x{'f' * 9_000}", "very large number"),
        ("- " + FAQ % ", starts_in: -1", "no number from 0"),
        ("- {name: a, title: 'A', moves: []}".replace("'A'", '"A\\x07"'), "cannot be printed"),
        ("- {name: a, title: 'A', moves: []}".replace("'A'", '"A\\ud800"'), "printed|not YAML"),
    ],
)
def test_wrong_file_is_refused_in_words(text, said):
    with pytest.raises(ValueError, match=said):
        scenario_from_yaml(text)


def test_scenario_without_a_name_is_refused():
    with pytest.raises(ValueError, match="1 to 40 characters"):
        Scenario("  ", TEMPLATES)
