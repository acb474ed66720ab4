"""Teaching a file: which of its columns becomes which of ours."""

import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from ui.intake import known_recipes
from ui.text import count_of, escape
from warehouse.mapping import Guess
from warehouse.preview import first_rows, guess_columns, recipe_of
from warehouse.recipe import Recipe, parse_recipe, recipe_text, save_recipe, shipped_recipes
from warehouse.staging import Staged
from warehouse.tables import TABLES
from warehouse.workspace import Workspace

__all__ = ["edit_mapping", "name_recipe", "recipe_from", "save"]

#: Everything a column can become, as the editor lists it.
TARGETS = tuple(
    f"{table}.{column}" for table, schema in TABLES.items() for column in schema.columns
)

EXAMPLES_SHOWN = 3


def edit_mapping(staged: Staged) -> list[Guess]:
    """The guesses as a table to correct; what the visitor leaves or says is then certain."""
    guesses = guessed(str(staged.path), staged.sha256, _staged=staged)
    answered = st.data_editor(
        editor_rows(staged, guesses),
        hide_index=True,
        key=f"mapping_{staged.sha256}",
        disabled=["Column in the file", "For example", "Confidence", "Why"],
        column_config={
            "Becomes": st.column_config.MultiselectColumn(
                options=TARGETS,
                width="large",
                help="A column may serve several tables, like the number of an invoice. Leave it "
                "empty to leave the column out.",
            ),
            "Confidence": st.column_config.ProgressColumn(
                min_value=0, max_value=100, format="%.0f %%", width="small"
            ),
            "Why": st.column_config.TextColumn(width="large"),
        },
        alt="Columns of the file and what each becomes",
    )
    return answers(answered)


def editor_rows(staged: Staged, guesses: Sequence[Guess]) -> pd.DataFrame:
    """One row a column of the file: examples, the guesses good enough to use, and why."""
    first = first_rows(staged, 50)
    rows = []
    for column in staged.columns:
        own = [g for g in guesses if g.column == column and g.table]
        sure = max((g.confidence for g in own), default=0.0)
        texts = first[column].dropna().astype(str)
        examples = texts[texts.str.strip() != ""].drop_duplicates().head(EXAMPLES_SHOWN)
        rows.append(
            {
                "Column in the file": column,
                "For example": ", ".join(text[:40] for text in examples),
                "Becomes": [f"{g.table}.{g.target}" for g in own],
                "Confidence": 100 * sure,
                "Why": own[0].why if own else "Nothing of ours is called like it.",
            }
        )
    return pd.DataFrame(rows)


def answers(rows: pd.DataFrame) -> list[Guess]:
    """What the table says after the visitor has looked it over."""
    said = []
    for column, becomes in zip(rows["Column in the file"], rows["Becomes"], strict=True):
        for target in becomes if becomes is not None else []:
            # A browser can send what the list does not offer.
            if target in TARGETS:
                table, name = target.split(".")
                said.append(Guess(column, table, name, 1.0, "Said so."))
    twice = [g for g in said if sum((h.table, h.target) == (g.table, g.target) for h in said) > 1]
    if twice:
        columns = sorted({g.column for g in twice})
        raise ValueError(
            f"{twice[0].table}.{twice[0].target} can be filled from one column, and "
            f"{', '.join(columns)} are all said to become it. Keep one of them."
        )
    if not said:
        raise ValueError(
            "No column of the file becomes one of ours yet, so there is nothing to load. Choose "
            "what at least one column becomes."
        )
    return said


def name_recipe(staged: Staged, workspace: Workspace | None) -> str:
    """A name to keep the recipe under; small letters, digits and underscores."""
    stem = re.sub(r"[^a-z0-9]+", "_", staged.source.rsplit(".", 1)[0].lower()).strip("_")
    given = st.text_input("Name of the recipe", stem or "our_export", max_chars=60)
    name = re.sub(r"[^a-z0-9]+", "_", given.lower()).strip("_")
    if not re.match("[a-z]", name):
        raise ValueError(
            "The name of a recipe begins with a letter. Write one, such as our_export."
        )
    if name in shipped_recipes() or name in TABLES:
        raise ValueError(f"{name} is the name of a recipe of Goodwill's own. Choose another name.")
    if name in known_recipes(workspace):
        st.caption(f"There is a recipe {escape(name)} already; saving replaces it.")
    return name


def recipe_from(said: Sequence[Guess], staged: Staged, name: str) -> Recipe:
    """The recipe the answers amount to, which may also be edited as text."""
    recipe = recipe_of(said, staged, name)
    text = recipe_text(recipe)
    with st.expander("The recipe as text", icon=":material/code:"):
        st.caption(
            "For what the table cannot say: values to translate, several lines an invoice, rows "
            "to set aside."
        )
        edited = st.text_area(
            "Recipe", text, height=320, key=f"recipe_{hash(text)}", label_visibility="collapsed"
        )
    tables = ", ".join(f"`{table}`" for table in recipe.tables)
    st.markdown(f"The file fills {count_of(len(recipe.tables), 'table')}: {tables}.")
    return recipe if edited == text else parse_recipe(edited, name)


def save(recipe: Recipe, workspace: Workspace) -> None:
    save_recipe(recipe, workspace.folder / "recipes")
    st.toast(f"Saved the recipe {escape(recipe.name)}.", icon=":material/save:")


@st.cache_data(max_entries=16, show_spinner="Comparing columns", scope="session")
def guessed(path: str, sha256: str, _staged: Staged) -> list[Guess]:
    return guess_columns(_staged)
