"""The sheet to print: the figures of the result, names that stay text, nothing fetched."""

import datetime as dt
import re
from html import escape
from html.parser import HTMLParser

import pytest

from models.persona_names import KeptPersona
from models.persona_sheet import fit_persona_sheets
from models.personas import fit_personas, recognised
from reports.edition import Edition
from reports.persona_sheet import persona_sheet_html
from tests.models.test_personas import AS_OF, customers, sheet_rows

HOSTILE = '</title><script>alert(1)</script><img src="http://e.vil/x">'


@pytest.fixture(scope="module")
def result():
    rows = sheet_rows(customers(apart=2.4)[0])
    found = fit_personas(rows, AS_OF)
    kept = KeptPersona(HOSTILE, dict(found.distances.iloc[0]))
    named = recognised(found, [kept])
    return named, fit_persona_sheets(named, rows)


def page(result, persona):
    edition = Edition("Acme & Sons", "20250630-a", dt.date(2025, 6, 30), "EUR")
    return persona_sheet_html(result[1], result[0], persona, edition).decode()


def test_hostile_name_stays_text_and_nothing_is_fetched(result):
    text = page(result, HOSTILE)
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert not re.findall(r"(?:src|href)=|url\(|@import", text.replace("src=&quot;", ""))

    class Opened(HTMLParser):
        tags: set = set()  # noqa: RUF012

        def handle_starttag(self, tag, attrs):
            self.tags.add(tag)

    parser = Opened()
    parser.feed(text)
    assert not parser.tags & {"script", "img", "iframe", "link", "object", "form"}


def test_sheet_prints_the_numbers_of_the_result(result):
    personas, sheets = result
    name = personas.table["persona"].iloc[1]
    text = page(result, name)
    line = sheets.sheet(name).set_index("measure").loc["revenue_month"]
    assert f"€{line['value']:,.0f}" in text
    assert f"€{line['everyone']:,.0f}" in text
    assert f"{personas.table['n'].iloc[1]:,} customers" in text
    assert "20250630-a" in text
    assert "do not decide by it" not in text


def test_unstable_persona_says_so_on_the_sheet(result):
    shaky = recognised(result[0], ())
    shaky.table.loc[0, "verdict"] = "pattern"
    name = shaky.table["persona"].iloc[0]
    renamed = fit_persona_sheets(shaky, sheet_rows(customers(apart=2.4)[0]))
    assert "do not decide by it" in page((shaky, renamed), name)


def test_lines_in_days_say_so_once_and_every_line_with_a_value_is_there(result):
    personas, sheets = result
    name = personas.table["persona"].iloc[1]
    text = page(result, name)
    assert "Payment terms, days" in text
    assert not re.search(r">[\d.,]+ days<", text)
    for label in sheets.sheet(name).dropna(subset="value")["label"]:
        assert escape(label) in text
