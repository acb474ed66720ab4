"""Every notebook runs from top to bottom on the sample company, with the root importable."""

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from tests.conftest import SELDOM
from tests.served import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
#: What `%reset` does, which also collects the garbage of all libraries, four times.
FORGET = """\
def forget(names, hidden):
    for name in set(names) - set(hidden):
        del names[name]
    Out.clear()
forget(get_ipython().user_ns, get_ipython().user_ns_hidden)
"""


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.fixture(scope="module")
def kernel(sample_workspace):
    """One kernel for all, since each would import the same libraries anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOODWILL_WORKSPACE", str(sample_workspace))
        patch.setenv("PYTHONPATH", str(ROOT))
        # A debugger warns on each start that frozen modules hide breakpoints; none are set here.
        patch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
        # Started where `make notebooks` starts it.
        manager, client = start_new_kernel(cwd=str(ROOT / "notebooks"))
    client.execute(f"import gc; gc.set_threshold(*{SELDOM})")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_runs(path, kernel):
    notebook = nbformat.read(path, as_version=4)
    # What the notebook before it has named is gone: each must run by itself.
    notebook.cells.insert(0, nbformat.v4.new_code_cell(FORGET))
    manager, client = kernel
    runner = NotebookClient(notebook, km=manager, timeout=300)
    runner.kc = client
    runner.execute(cleanup_kc=False)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_is_committed_without_output(path):
    # Outputs are figures of somebody's data, and make every change unreadable.
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert [cell.source for cell in code if cell.outputs or cell.execution_count] == []
