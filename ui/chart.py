"""A chart on a page: a sentence that says what it shows, and the chart under it."""

import streamlit as st

from charts import Chart
from ui.text import undollared

__all__ = ["told"]


def told(sentence: str, chart: Chart, *, key: str | None = None) -> None:
    """Print the finding in words, then draw it; the words are also the chart's name."""
    st.markdown(undollared(sentence))
    st.altair_chart(chart, alt=sentence.replace("**", "").replace("\\", ""), key=key)
