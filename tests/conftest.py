"""What every test may ask for; the rule that what is required may not be skipped is `required`.

``GOODWILL_REFERENCE_DATA`` names the folder of real data; its default is ``../shared/data``.
"""

import fcntl
import gc
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings
from streamlit.components.v2 import manifest_scanner
from xdist.scheduler import LoadScopeScheduling

# What pytest asks a conftest for by name.
from tests.required import (  # noqa: F401
    pytest_make_collect_report,
    pytest_runtest_logreport,
    pytest_runtest_makereport,
    pytest_sessionfinish,
    pytest_terminal_summary,
)
from tests.served import ROOT, load_sample
from warehouse.kept import FOLDER_VARIABLE, memory

# A law is tried on enough cases to be broken by a mistake; how long a case takes says how busy the
# machine is, and nothing of the law.
settings.register_profile("suite", max_examples=40, deadline=None)
settings.load_profile("suite")
# Expressions are many small objects, and looking through them for cycles is a sixth of the time.
SELDOM = (100_000, 20, 50)
gc.set_threshold(*SELDOM)
# Which mark a test earns by asking for one of these.
MARK_OF_FIXTURE = {
    "reference_data": "reference",
    "reference_file": "reference",
    "chromium": "browser",
}
# What the tests of a group make once is shared by all of them, so one worker runs them all; any
# other module is a group of its own.
GROUPS = {
    "tests/pages/": "pages",
    "tests/test_frame.py": "frame",
    "tests/ui/": "frame",
    "tests/test_contract.py": "frame",
    "tests/reports/": "reports",
    "tests/browser/": "server",
    "tests/sample_data/": "companies",
    "tests/models/test_discrete_hazard.py": "companies",
}
# These take longest: they are begun first, so that no worker is left alone with one at the end.
# What everybody asks of the sample is worked out by the first of them, while the others have
# companies of their own: two that ask for the same would only wait for each other.
LONGEST = ("frame", "companies", "reports", "tests/warehouse/test_refused.py",
           "tests/warehouse/test_load.py", "tests/warehouse/test_workspace.py", "pages", "server",
           "tests/test_notebooks.py", "tests/analyses/test_review.py")  # fmt: skip


def reference_folder() -> Path:
    named = os.environ.get("GOODWILL_REFERENCE_DATA")
    return Path(named) if named else ROOT.parent / "shared" / "data"


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of real data and published references; the test is skipped without it."""
    folder = reference_folder()
    if not folder.is_dir():
        pytest.skip(f"no reference data: {folder} is not a folder (GOODWILL_REFERENCE_DATA)")
    return folder


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory, worker_id) -> Path:
    """The folder of the run, which is that of all its workers."""
    folder = tmp_path_factory.getbasetemp()
    return folder if worker_id == "master" else folder.parent


@pytest.fixture(scope="session", autouse=True)
def kept_results(shared_folder):
    """Results are kept for the run alone: none is older than the code, none stays behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(shared_folder / "kept"))
        memory.cache_clear()
        yield
    memory.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def components_looked_for_once():
    """Each app that a test opens would look through all installed packages for components."""
    with pytest.MonkeyPatch.context() as patch:
        look = cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", look)
        yield


@pytest.fixture(scope="session")
def sample_workspace(shared_folder) -> Path:
    """A workspace with the sample company. Shared by all workers: read it, do not load into it."""
    return made_once(shared_folder / "sample", load_sample)


def made_once(folder: Path, make: Callable[[Path], Path]) -> Path:
    """What `make` makes in `folder`: the worker that asks first makes it, the others wait."""
    folder.mkdir(exist_ok=True)
    said = folder / "made"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not said.exists():
            said.write_text(str(make(folder)))
    return Path(said.read_text())


@pytest.fixture(scope="session")
def plain_company():
    """Without what enters the price hazard beside satisfaction and size, and without frailty."""
    from sample_data import generate

    off = ["price_response", "bill_shock", "frailty", "policy_change", "policy_noise"]
    return generate(seed=11, n_customers=2_500, months=60, off=off)


@pytest.fixture(scope="session")
def sample_view(sample_workspace):
    """The sample company as pages see it uncut: what they work out is found under it, and back."""
    from ui.frame import View
    from warehouse.workspace import Workspace

    workspace = Workspace.open(sample_workspace)
    snapshot, settings = workspace.current(), workspace.settings
    made = snapshot.manifest
    return View(workspace.folder, snapshot, workspace.company, made.reporting_currency,
                made.newest_date, {}, settings.version())  # fmt: skip


@pytest.fixture(scope="session")
def sample_review(sample_workspace):
    """Every result of the sample, worked out apart from the pages. Shared: do not change it."""
    from analyses.scope import Scope
    from reports.build import reviewed
    from warehouse.workspace import Workspace

    workspace = Workspace.open(sample_workspace)
    with workspace.current().tables() as tables:
        return reviewed(workspace, tables, Scope(tables.newest_date))


@pytest.fixture
def in_sample_workspace(sample_workspace, monkeypatch) -> Path:
    """The sample workspace, named to the app the way a person names one."""
    monkeypatch.setenv("GOODWILL_WORKSPACE", str(sample_workspace))
    monkeypatch.chdir(ROOT)
    return sample_workspace


def pytest_generate_tests(metafunc):
    """Give `reference_file` each file that the test's mark names: reference("ibm_ar/*")."""
    if "reference_file" not in metafunc.fixturenames:
        return
    pattern = metafunc.definition.get_closest_marker("reference").args[0]
    folder = reference_folder()
    files = sorted(folder.glob(pattern))
    nothing = pytest.param(
        None, marks=pytest.mark.skip(reason=f"no reference data: no {pattern} in {folder}")
    )
    metafunc.parametrize("reference_file", files or [nothing], ids=lambda f: f and f.name)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        names = set(getattr(item, "fixturenames", ()))
        for mark in {MARK_OF_FIXTURE[name] for name in names & MARK_OF_FIXTURE.keys()}:
            item.add_marker(mark)


class ByGroup(LoadScopeScheduling):
    """Gives a worker all tests of a group: the longest, then those with the most tests."""

    def _split_scope(self, nodeid):
        module = nodeid.split("::")[0]
        return next((name for start, name in GROUPS.items() if module.startswith(start)), module)

    def _assign_work_unit(self, node):
        if longest := [name for name in LONGEST if name in self.workqueue]:
            self.workqueue.move_to_end(longest[0], last=False)
        super()._assign_work_unit(node)


# The marks that xdist has for this do nothing in the pytest that is pinned.
@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByGroup(config, log)
