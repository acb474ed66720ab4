"""A chart on a page: a sentence that says what it shows, and the chart under it."""

from typing import Any

import pandas as pd
import streamlit as st

from charts import Chart
from charts.points import name_of_chart, points_of_chart, points_of_spec
from charts.theme import LABELS, TEXT
from ui.comments import offer_chart_comments
from ui.text import undollared

__all__ = ["told", "told_live"]


def told(sentence: str, chart: Chart, *, key: str | None = None, commented: bool = True) -> None:
    """Print the finding in words, then draw it; the words are also the chart's name.

    With `commented` false its page has a place of its own for what people write on it.
    """
    st.markdown(undollared(sentence))
    drawn = chart
    text = text_color()
    chart = chart.configure_axis(labelColor=text, titleColor=text)
    chart = chart.configure_legend(labelColor=text, titleColor=text)
    chart = chart.configure_text(color=TEXT[mode()])
    st.altair_chart(chart, alt=sentence.replace("**", "").replace("\\", ""), key=key)
    if commented:
        offer_chart_comments(name_of_chart(drawn), lambda: points_of_chart(drawn), key=sentence)


def told_live(
    sentence: str, spec: dict[str, Any], rows: pd.DataFrame, *, name: str, key: str
) -> None:
    """As `told` for a chart that follows a slider: the browser is sent new rows, nothing else.

    `name` is the chart's accessible name; one that changed with the slider would have the
    whole chart built anew.
    """
    st.markdown(undollared(sentence))
    st.vega_lite_chart(rows, with_text_color(spec), alt=name, key=key)
    offer_chart_comments(name, lambda: points_of_spec(spec, rows), key=key)


def with_text_color(spec: dict[str, Any]) -> dict[str, Any]:
    """`spec` with axes and legend in a colour that is read on this page."""
    config, text = spec.get("config", {}), text_color()
    words = config.get("text", {}) | {"color": TEXT[mode()]}
    axis = config.get("axis", {}) | {"labelColor": text, "titleColor": text}
    legend = config.get("legend", {}) | {"labelColor": text}
    return spec | {"config": config | {"axis": axis, "legend": legend, "text": words}}


def text_color() -> str:
    """Streamlit's own grey of axis text is too pale on the light page (3.6:1)."""
    return LABELS[mode()]


def mode() -> str:
    return "dark" if st.context.theme.type == "dark" else "light"
