import csv
import io

import pandas as pd
import pytest

from charts.spreadsheet import csv_bytes, spreadsheet_safe


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "=HYPERLINK(1)"]
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert spreadsheet_safe(text) == "'" + text


@pytest.mark.parametrize("value", [-12.5, 0, None, "-12.50", "+3", "-1.234,56", "plain", "a=b", ""])
def test_numbers_and_plain_text_are_left_alone(value):
    assert spreadsheet_safe(value) == value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        # Turned round, this would read as a name that ends in .txt.
        ("Acme \u202etxt.exe\u202c", "Acme txt.exe"),
        ("bell\x07 and \u2066isolated\u2069 \ufeff", "bell and isolated "),
        # What stands behind an unseen sign is still no formula.
        ("\u202e=1+1", "'=1+1"),
        ("\x00@SUM(A1)", "'@SUM(A1)"),
    ],
)
def test_characters_that_are_not_seen_are_taken_out(text, shown):
    assert spreadsheet_safe(text) == shown


def test_joiners_of_letters_and_lines_of_text_stay():
    for text in ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "two\nlines", "a\tb"):
        assert spreadsheet_safe(text) == text


def test_file_opens_with_every_cell_as_it_was_but_the_formulas():
    frame = pd.DataFrame(
        {
            "name": ["=cmd|' /C calc'!A0", 'He said "no", twice\nthere', "Müller"],
            "amount": [-1.5, 2.0, None],
            "=header": pd.Categorical(["@x", "y", "y"]),
        }
    )
    text = csv_bytes(frame).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [
        ["name", "amount", "'=header"],
        ["'=cmd|' /C calc'!A0", "-1.5", "'@x"],
        ['He said "no", twice\nthere', "2.0", "y"],
        ["Müller", "", "y"],
    ]


def test_file_carries_the_mark_by_which_excel_knows_utf8():
    assert csv_bytes(pd.DataFrame({"a": ["é"]})).startswith(b"\xef\xbb\xbf")
