"""The account from app.py: a link shows the customer, and an unknown one is said to be unknown."""

import shutil

import pytest

import analyses.account
from analyses.notes import keep_note
from analyses.scope import Scope
from tests.shown import show
from ui.text import escape, money
from warehouse.workspace import Workspace

PAGE = "pages/customers/account.py"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def found(sample_workspace):
    """A customer with invoices that are disputed, its money, and the currency."""
    with Workspace.open(sample_workspace).current().tables() as tables:
        known = tables["disputes"].inner_join(tables["invoices"], "invoice_id")
        counts = known.group_by("customer_id").agg(n=known.count())
        customer = counts.order_by(counts.n.desc(), "customer_id").limit(1).to_pandas()
        id, scope = customer["customer_id"].item(), Scope(tables.newest_date)
        paid = analyses.account.money(tables, scope, customer_id=id)
        history = analyses.account.history(tables, scope, customer_id=id)
        return history, paid, tables.reporting_currency


def test_link_shows_one_customer_on_one_screen(in_sample_workspace, found):
    history, paid, currency = found
    id = history.customer["customer_id"]
    at = show(PAGE, customer=id, industry="Retail")
    assert not at.warning
    shown = {metric.label: metric.value.replace("\\$", "$") for metric in at.metric}
    assert shown["Open"] == money(paid.open_amount, currency)
    assert shown["Headroom"] == money(paid.headroom, currency)
    assert escape(history.customer["name"]) in {heading.value for heading in at.subheader}
    said = " ".join(markdown.value for markdown in at.markdown)
    assert all(escape(sentence, longest=300) in said for sentence in history.side)
    assert f"**{len(history.touchpoints):,} touchpoints**" in said
    assert "Next best step" in said
    assert "It leaves within 12 months" in said or "It is not among" in said
    newest = history.invoices["invoice_id"].iloc[0]
    documents = next(f.value for f in at.dataframe if "reference" in f.value.columns
                     and "invoice_id" not in f.value.columns)  # fmt: skip
    ours = history.documents[history.documents["invoice_id"] == newest]
    assert documents["reference"].tolist() == ours["reference"].tolist()


def test_unknown_customer_is_said_to_be_unknown_and_words_are_searched(in_sample_workspace, found):
    at = show(PAGE, customer=HOSTILE)
    said = at.warning[0].value
    assert "so there is no account to show" in said
    assert "Check the number" in said
    assert "<script>" not in said.replace("\\<script\\>", "")
    name = found[0].customer["name"]
    at = show(PAGE, customer=name.split()[0].lower())
    assert not at.warning
    assert not at.metric
    assert any("hold" in markdown.value for markdown in at.markdown)
    assert show(PAGE).text_input[0].value == ""


def test_notes_of_a_customer_stand_on_its_account_whatever_they_hold(
    in_sample_workspace, found, tmp_path, monkeypatch
):
    folder = shutil.copytree(in_sample_workspace, tmp_path / "own")
    monkeypatch.setenv("GOODWILL_WORKSPACE", str(folder))
    settings = Workspace.open(folder).settings
    id = found[0].customer["customer_id"]
    keep_note(settings, "customer", id, who=HOSTILE, owner="Ada", note=HOSTILE)
    keep_note(settings, "invoice", "vanished", who="Ben", note="was here")
    # A day on which nothing can be learnt yet: the parts that are read at once stand all the same.
    first = found[0].invoices["issued_on"].min().date().isoformat()
    at = show(PAGE, customer=id, as_of=first)
    notes = next(f.value for f in at.dataframe if "note" in f.value.columns)
    assert notes["note"].tolist() == [HOSTILE]
    assert any("owner Ada" in caption.value for caption in at.caption)
    assert any("Next best step" in markdown.value for markdown in at.markdown)
