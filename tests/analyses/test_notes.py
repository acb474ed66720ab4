"""Notes of people: what they write stays, whoever writes beside them and whatever is imported."""

import datetime as dt
import shutil
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.notes import LONGEST, keep_note, kept_notes, notes_so_far
from tests.warehouse.company import write_company
from warehouse.load import load
from warehouse.settings import Settings
from warehouse.workspace import Workspace

HOSTILE = ('=HYPERLINK("http://e.vil","x")', "<script>alert(1)</script>", "'; DROP TABLE kept; --",
           "*bold* [x](http://e.vil) $a$", "nul \x00 and half a letter \ud800",
           "نص عربي 日本")  # fmt: skip


def test_newest_word_on_each_field_holds_and_older_ones_stay_in_the_history():
    settings = Settings(":memory:")
    first = dt.datetime(2025, 6, 1, 9, tzinfo=dt.UTC)
    keep_note(settings, "invoice", "I", who="Ada", at=first, status="promised",
              promised_on=dt.date(2025, 7, 1), note="Friday")  # fmt: skip
    keep_note(settings, "invoice", "I", who="Ben", at=first + dt.timedelta(hours=1), note="")
    row = kept_notes(settings, "invoice").loc["I"]
    assert (row["status"], row["note"], row["who"]) == ("promised", "", "Ben")
    assert row["promised_on"].date() == dt.date(2025, 7, 1)
    assert notes_so_far(settings)["who"].tolist() == ["Ada", "Ben"]
    assert kept_notes(settings, "customer").empty


def test_writers_at_one_time_lose_nothing(tmp_path):
    path = tmp_path / "settings.sqlite"

    def write(who):
        for k in range(10):
            keep_note(Settings(path), "invoice", f"I{k}", who=who, **{
                "status": "contacted"} if who == "Ada" else {"note": f"said {k}"})  # fmt: skip

    writers = [threading.Thread(target=write, args=(who,)) for who in ("Ada", "Ben")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    kept = kept_notes(Settings(path), "invoice")
    # Each wrote another field of the same ten invoices: neither took back the other's.
    assert (kept["status"] == "contacted").all()
    assert sorted(kept["note"]) == sorted(f"said {k}" for k in range(10))
    assert len(notes_so_far(Settings(path))) == 20


def test_notes_survive_an_import_and_those_on_vanished_invoices_are_kept(tmp_path):
    workspace = Workspace.create(tmp_path / "workspace")
    load([str(write_company(tmp_path / "files"))], workspace, currency="EUR")
    keep_note(workspace.settings, "invoice", "I-2", who="Ada", note="Call again")
    keep_note(workspace.settings, "invoice", "I-gone", who="Ada", note="Was on the list")
    before = workspace.current().id
    shutil.rmtree(tmp_path / "files")
    later = "payment_id,invoice_id,paid_on,amount\nP-9,I-2,2024-03-09,200.50\n"
    files = write_company(tmp_path / "files", payments=later)
    load([str(files)], workspace, currency="EUR")
    assert workspace.current().id != before
    kept = kept_notes(Workspace.open(workspace.folder).settings, "invoice")
    assert kept["note"].to_dict() == {"I-2": "Call again", "I-gone": "Was on the list"}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text, tmp_path):
    settings = Settings(tmp_path / "settings.sqlite")
    keep_note(settings, "customer", text, who=text, note=text, owner=text)
    row = kept_notes(settings, "customer").iloc[0]
    assert row["note"] == text.encode("utf-8", "replace").decode().replace("\0", "")
    assert len(notes_so_far(settings)) == 1


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"note": "x" * 10_000}, "10,000 letters"),
        ({"status": "paid"}, "no status 'paid'"),
        ({"promised_on": "soon"}, "is not a date"),
        ({"owner": "x" * (LONGEST["owner"] + 1)}, "letters"),
        ({"price": "1"}, "cannot be noted"),
        ({}, "cannot be noted"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_kept(fields, why):
    settings = Settings(":memory:")
    with pytest.raises(ValueError, match=why):
        keep_note(settings, "invoice", "I", who="Ada", **fields)
    assert notes_so_far(settings).empty


def test_what_is_no_entry_in_the_file_is_passed_over():
    settings = Settings(":memory:")
    for place, entry in enumerate(
        [7, ["x"], {"about": "invoice"}, {"about": 3, "id": {}, "at": ""}]
    ):
        settings.put(f"noted:{place}", entry)
    assert kept_notes(settings, "invoice").empty


def test_notes_are_no_decision_so_nothing_is_computed_again_for_them():
    settings = Settings(":memory:")
    before = settings.version()
    keep_note(settings, "invoice", "I", who="Ada", note="x")
    assert settings.version() == before


@given(st.lists(st.tuples(st.sampled_from(["I", "J"]), st.text(max_size=30)), max_size=8))
def test_the_last_note_written_is_the_one_that_holds(written):
    settings = Settings(":memory:")
    for k, (id, note) in enumerate(written):
        at = dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=k)
        keep_note(settings, "invoice", id, who="A", at=at, note=note)
    kept = kept_notes(settings, "invoice")["note"].to_dict()
    cleaned = {id: n.strip().encode("utf-8", "replace").decode().replace("\0", "")
               for id, n in dict(written).items()}  # fmt: skip
    assert kept == cleaned
