import json
import shutil
import subprocess
import sys

import pytest
from pptx import Presentation
from typer.testing import CliRunner

from reports.__main__ import app
from reports.build import FILES
from tests.served import ROOT
from warehouse.workspace import Workspace

LISTS = ("avoid_list.csv", "target_list.csv")


@pytest.fixture(scope="module")
def small(workspace_of, long_history):
    return workspace_of(long_history(4), ("A", "B", "C", "D"))


def run(*arguments):
    return CliRunner().invoke(app, ["build", *map(str, arguments)])


@pytest.fixture(scope="module")
def whole(small, tmp_path_factory):
    """What a build without options said, and its folder. Shared: read it."""
    out = tmp_path_factory.mktemp("whole") / "out"
    return run("--workspace", small.folder, "--out", out, "--json"), out


@pytest.fixture(scope="module")
def cut(small, whole, tmp_path_factory):
    """As of a day before, cut to two customers, with age bands of one's own; over another build."""
    out = shutil.copytree(whole[1], tmp_path_factory.mktemp("cut") / "out")
    return run("-w", small.folder, "--out", out, "--as-of", "2025-06-30", "--filter", "industry=A",
               "--filter", "industry=B", "--aging-bounds", "15,45,90"), out  # fmt: skip


def test_build_writes_every_file_and_says_which(small, whole):
    done, out = whole
    assert done.exit_code == 0, done.output
    summary = json.loads(done.stdout)
    assert {path.name for path in out.iterdir()} == set(FILES) == set(summary["files"])
    assert summary["snapshot"] == small.current().id


def test_only_the_file_that_is_named_is_written(small, whole, tmp_path):
    done = run("-w", small.folder, "--out", tmp_path, "--only", "quarterly_review.pptx", "--json")
    assert done.exit_code == 0, done.output
    assert [path.name for path in tmp_path.iterdir()] == ["quarterly_review.pptx"]
    assert (tmp_path / "quarterly_review.pptx").read_bytes() == (
        whole[1] / "quarterly_review.pptx"
    ).read_bytes()
    done = run("-w", small.folder, "--out", tmp_path, "--only", "deck.ppt")
    assert done.exit_code == 2
    assert "There is no file deck.ppt" in done.output


def test_lists_that_nobody_can_be_on_have_a_header_and_the_build_says_why(whole):
    done, out = whole
    summary = json.loads(done.stdout)
    for name in LISTS:
        [header] = (out / name).read_text(encoding="utf-8-sig").splitlines()
        assert "persona" in header.split(",")
        assert "customers" in summary["empty"][name]


def test_earlier_as_of_date_gives_the_figures_of_that_day(cut):
    done, out = cut
    assert done.exit_code == 0, done.output
    parts = figures_of(out)
    assert parts["as_of"] == "2025-06-30"
    assert {figure["as_of"] for figure in parts["figures"]} == {"2025-06-30"}


@pytest.mark.parametrize(
    ("as_of", "says"),
    [("2020-01-01", "Nothing was billed up to 2020-01-01"), ("30.06.2025", "is not a date")],
)
def test_nothing_is_written_when_nothing_can_be_built(small, tmp_path, as_of, says):
    done = run("-w", small.folder, "--out", tmp_path / "out", "--as-of", as_of)
    assert done.exit_code == 2
    assert says in done.stderr
    assert not (tmp_path / "out").exists()


def test_empty_workspace_builds_nothing(tmp_path):
    Workspace.create(tmp_path / "empty")
    done = run("-w", tmp_path / "empty", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "holds no data yet" in done.stderr


def test_folder_that_is_no_workspace_ends_with_a_sentence_and_no_traceback(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "reports",
            "build",
            "--workspace",
            tmp_path,
            "--out",
            tmp_path / "o",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "is not a workspace" in done.stderr
    assert "Traceback" not in done.stderr


def test_building_again_replaces_the_files(whole, cut):
    assert {path.name for path in cut[1].iterdir()} == set(FILES)
    for name in set(FILES) - set(LISTS):
        assert (cut[1] / name).read_bytes() != (whole[1] / name).read_bytes(), name


@pytest.mark.parametrize("fault", [lambda: {}["amount"], lambda: int("twelve")])
def test_fault_of_the_program_is_one_sentence_and_not_taken_for_a_refusal(
    small, tmp_path, monkeypatch, fault
):
    monkeypatch.setattr("pandas.DataFrame.groupby", lambda *_, **__: fault())
    done = run("-w", small.folder, "--out", tmp_path / "out")
    assert done.exit_code == 1
    assert "fault in the program" in done.stderr
    assert "Report this line: " in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def figures_of(folder):
    return json.loads((folder / "figures.json").read_text(encoding="utf-8"))


def test_own_bounds_reach_the_file_and_the_slide(cut):
    done, out = cut
    assert done.exit_code == 0, done.output
    parts = figures_of(out)
    labels = [bucket["label"] for bucket in parts["aging"]["buckets"]]
    assert labels[1:3] == ["1 to 15 days past due", "16 to 45 days past due"]
    owed = next(f["value"] for f in parts["figures"] if f["id"] == "receivables.open_amount")
    assert sum(b["amount"] for b in parts["aging"]["buckets"]) == pytest.approx(owed)
    deck = Presentation(out / "quarterly_review.pptx")
    cells = {
        cell.text.lower()
        for slide in deck.slides
        for shape in slide.shapes
        if shape.has_table
        for row in shape.table.rows
        for cell in row.cells
    }
    assert set(labels) <= cells


def test_filter_cuts_every_file_and_each_says_so(whole, cut):
    done, out = cut
    assert done.exit_code == 0, done.output
    assert "Industry: A, B" in done.stdout
    all_of_it, part = figures_of(whole[1]), figures_of(out)
    assert (all_of_it["cut"], part["cut"]) == ("All customers", "Industry: A, B")
    owed = [
        next(f["value"] for f in parts["figures"] if f["id"] == "receivables.open_amount")
        for parts in (all_of_it, part)
    ]
    assert 0 < owed[1] < owed[0]
    deck = Presentation(out / "quarterly_review.pptx")
    foot = next(p for p in deck.slides[1].placeholders if p.placeholder_format.idx == 14)
    assert "Industry: A, B" in foot.text_frame.text


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--aging-bounds", "30,15", "are not rising days above zero"),
        ("--aging-bounds", "soon", "is no whole number of days"),
        ("--filter", "mood=good", "is not one of the ways to cut this data"),
        ("--filter", "industry", "Write it like"),
        ("--filter", "industry=Z", "has industry 'Z', so the filter would leave nothing. Choose"),
    ],
)
def test_option_that_is_not_understood_says_so_and_builds_nothing(
    small, tmp_path, option, value, says
):
    done = run("-w", small.folder, "--out", tmp_path / "out", option, value)
    assert done.exit_code == 2
    assert says in done.stderr
    assert not (tmp_path / "out").exists()
