"""Every notebook runs from top to bottom on the sample company, with the root importable."""

import nbformat
import pytest
from nbclient import NotebookClient

from tests.served import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_runs(path, sample_workspace, monkeypatch):
    monkeypatch.setenv("GOODWILL_WORKSPACE", str(sample_workspace))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    # A debugger warns on each start that frozen modules hide breakpoints; none are set here.
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        # Started where `make notebooks` starts it.
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_is_committed_without_output(path):
    # Outputs are figures of somebody's data, and make every change unreadable.
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert [cell.source for cell in code if cell.outputs or cell.execution_count] == []
