import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ui.text import count_of, date, days, escape, exact_money, in_unit, money, share


@given(st.text(max_size=79))
def test_escaped_data_reads_as_it_was_and_formats_nothing(data):
    # An independent Markdown reader gives back the words alone: one paragraph of text.
    words = " ".join(data.split())
    inline = [token for token in MarkdownIt().parse(escape(data)) if token.type == "inline"]
    kinds = {child.type for token in inline for child in token.children}
    assert kinds <= {"text", "text_special"}
    assert "".join(c.content for t in inline for c in t.children) == words.replace("\0", "\ufffd")


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "[click](javascript:alert(1))",
        "![x](http://e.vil/x.png)",
        ":material/delete: :red[no]",
        "$\\frac{1}{2}$",
        "# heading",
        "1. item",
        "https://e.vil",
    ],
)
def test_streamlit_directives_in_names_are_taken_apart(name):
    text = escape(name)
    assert "<" not in text.replace("\\<", "")
    assert ":" not in text.replace("\\:", "")
    assert "$" not in text.replace("\\$", "")
    assert "[" not in text.replace("\\[", "")


def test_long_name_is_cut():
    assert len(escape("x" * 10_000)) == 80


def test_headline_money_is_short_and_receipt_money_is_exact():
    assert money(1_234_567.891, "EUR") == "€1.23M"
    assert money(20_500_000, "EUR") == "€20.5M"
    assert money(-999_999.9, "EUR") == "-€1.00M"
    assert money(3e9, "CHF") == "CHF3.00bn"
    assert money(7e15, "EUR") == "€7,000tn"
    assert money(9_499.4, "EUR") == "€9,499"
    assert money(-62_591.4, "EUR") == "-€62.6K"
    assert money(115_034_000, "EUR") == "€115M"
    assert exact_money(1_234_567.891, "EUR") == "€1,234,567.89"
    assert exact_money(1_234.5, "JPY") == "¥1,234"


def test_absent_value_is_a_dash_in_every_unit():
    units = ("money", "share", "days", "count", "score")
    assert {in_unit(None, unit, "EUR") for unit in units} == {"–"}
    assert {in_unit(float("nan"), unit, "EUR") for unit in units} == {"–"}


def test_units_read_as_people_write_them():
    assert share(0.3561) == "35.6 %"
    assert days(1) == "1 day"
    assert days(45.25, 1) == "45.2 days"
    assert count_of(2, "factory", "factories") == "2 factories"
    assert date(dt.date(2024, 3, 5)) == "5 Mar 2024"
