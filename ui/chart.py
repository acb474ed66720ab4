"""A chart on a page: a sentence that says what it shows, and the chart under it."""

from typing import Any

import pandas as pd
import streamlit as st

from charts import Chart
from ui.text import undollared

__all__ = ["told", "told_live"]


def told(sentence: str, chart: Chart, *, key: str | None = None) -> None:
    """Print the finding in words, then draw it; the words are also the chart's name."""
    st.markdown(undollared(sentence))
    st.altair_chart(chart, alt=sentence.replace("**", "").replace("\\", ""), key=key)


def told_live(
    sentence: str, spec: dict[str, Any], rows: pd.DataFrame, *, name: str, key: str
) -> None:
    """As `told` for a chart that follows a slider: the browser is sent new rows, nothing else.

    `name` is the chart's accessible name; one that changed with the slider would have the
    whole chart built anew.
    """
    st.markdown(undollared(sentence))
    st.vega_lite_chart(rows, spec, alt=name, key=key)
