"""A page as its reader meets it: opened from app.py by its address, and what it then says."""

from streamlit.testing.v1 import AppTest

from tests.served import ROOT

__all__ = ["app_at", "metrics", "show", "text_of"]

#: Seconds before a page that draws nothing is taken for one that hangs.
WITHIN = 240


def app_at(page: str | None = None, **query: str) -> AppTest:
    """The app turned to a page, or its first one, under `query` of its link, not run yet."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=WITHIN)
    for name, value in query.items():
        at.query_params[name] = value
    return at if page is None else at.switch_page(page)


def show(page: str | None = None, **query: str) -> AppTest:
    """The page drawn, or the first one, without a fault or a refusal."""
    at = app_at(page, **query).run()
    assert not at.exception
    assert not at.error
    return at


def metrics(at: AppTest) -> dict[str, str]:
    """Label of each card to its value, as it is read."""
    return {metric.label: metric.value.replace("\\$", "$") for metric in at.metric}


def text_of(at: AppTest) -> str:
    """All running text of the page."""
    return " ".join(element.value for element in [*at.markdown, *at.info, *at.caption])
