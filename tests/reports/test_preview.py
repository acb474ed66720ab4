"""A deck read back says what stands on it, and its pictures are one a slide."""

import datetime as dt

import pytest

from models.asks import Ask
from reports.asks import add_asks
from reports.edition import Edition
from reports.native_charts import Line, add_bars, add_curves
from reports.preview import can_draw, draw, outline
from reports.slides import Draft, Finding
from reports.template import ACCENT, CONTENT, as_bytes, new_deck


@pytest.fixture(scope="module")
def deck():
    edition = Edition("Acme", "a", dt.date(2026, 9, 30), "EUR")
    ask = Ask("bill_sooner", (), 5.2e5, 3.9e5, 6.5e5, 0.95, "once", "receivables.dso", -5.5,
              "measured")  # fmt: skip
    draft = Draft(new_deck(), edition, {}, asks=(ask,))
    add_asks(draft, None)
    bars = draft.add(Finding("Retail is late", "Call them."))
    add_bars(bars, CONTENT, ["Retail", "Works"], [0.5, 0.25], name="Late", says="Bars",
             number_format="0 %", colors=[ACCENT, ACCENT])  # fmt: skip
    curves = draft.add(Finding("It turns", "Slowly."))
    lines = {"One": ([1.0, 2.0], [0.1, 0.2], Line(ACCENT)), "Two": ([3.0], [0.3], Line(ACCENT))}
    add_curves(curves, CONTENT, lines, says="Curves", number_format="0", x_title="Days", x_step=1)
    return as_bytes(draft.deck)


def test_tables_and_charts_are_read_as_they_stand(deck):
    asks, bars, curves = outline(deck)
    [table] = asks.tables
    assert table["Worth"].tolist() == ["€520K once"]
    assert bars.said == ("Call them.",)
    [chart] = bars.charts
    assert chart.to_dict("list") == {"at": ["Retail", "Works"], "Late": [0.5, 0.25]}
    [lines] = curves.charts
    assert lines["value"].tolist() == [0.1, 0.2, 0.3]
    assert lines["series"].tolist() == ["One", "One", "Two"]
    assert [float(at) for at in lines["at"]] == [1, 2, 3]


def test_office_that_fails_is_told_in_a_sentence(deck, monkeypatch):
    monkeypatch.setattr("reports.preview.OFFICE", "no-such-office")
    assert not can_draw()
    with pytest.raises(ValueError, match="did not draw the slides. The deck itself is whole"):
        draw(deck)


@pytest.mark.verify
@pytest.mark.skipif(not can_draw(), reason="no LibreOffice here")
def test_pictures_are_one_a_slide(deck):
    pictures = draw(deck)
    assert len(pictures) == 3
    assert all(picture.startswith(b"\x89PNG") for picture in pictures)
