import datetime as dt

import pytest

from models.figures import DEFINITIONS, GLOSSARY_FILE, Figure, glossary, home

AS_OF = dt.date(2025, 6, 30)


def test_glossary_page_is_the_one_made_from_the_definitions():
    assert GLOSSARY_FILE.read_text(encoding="utf-8") == glossary()


def test_glossary_names_every_figure_with_its_sentence_and_formula():
    page = glossary()
    for definition in DEFINITIONS.values():
        assert f"`{definition.id}`" in page
        assert definition.sentence in page
        assert definition.formula in page


@pytest.mark.parametrize("figure_id", DEFINITIONS)
def test_glossary_names_the_module_that_makes_the_figure(figure_id):
    named = GLOSSARY_FILE.parents[1] / "models" / f"{home(figure_id)}.py"
    source = named.read_text(encoding="utf-8")
    name = figure_id.split(".")[1]
    # Families of figures are made by their first words: one for each cause or covariate.
    families = ('f"churn.cif_{', 'f"churn.hazard_ratio.{')
    of_family = any(figure_id.startswith(f[2:-1]) and f in source for f in families)
    written = (f'"{figure_id}"', f'"{name}",', f'"{name}":', f'"{name}")')
    assert of_family or any(words in source for words in written)


def test_definitions_are_filed_under_their_own_id():
    assert all(name == definition.id for name, definition in DEFINITIONS.items())


def test_figure_takes_its_words_from_the_glossary():
    figure = Figure("receivables.dso", 45.0, None, None, 10, AS_OF)
    definition = DEFINITIONS["receivables.dso"]
    assert (figure.label, figure.unit, figure.definition, figure.formula) == (
        definition.label,
        definition.unit,
        definition.sentence,
        definition.formula,
    )


def test_figure_without_definition_is_refused():
    with pytest.raises(ValueError, match=r"'receivables\.mood' has no definition"):
        Figure("receivables.mood", 1.0, None, None, 1, AS_OF)
