"""What GOODWILL_REQUIRE demands holds for a run as a whole, however many workers share it."""

import os
import subprocess
import sys

import pytest

from tests.conftest import made_once
from tests.served import ROOT

SETTINGS = f"""
[pytest]
pythonpath = {ROOT}
markers =
    browser: as in the project
    reference: as in the project
"""
SKIPPED = 'import pytest\n@pytest.mark.{0}\ndef test_{0}():\n    pytest.skip("there is none")\n'
PASSED = "import pytest\n@pytest.mark.{0}\ndef test_{0}(): pass\n"
PLAIN = "def test_plain(): pass\n"
SKIPPED_WHOLE = 'import pytest\npytest.skip("there is none", allow_module_level=True)\n'

one_and_two_workers = pytest.mark.parametrize("workers", ["0", "2"])


@pytest.fixture
def run(tmp_path):
    """Run modules of tests under the project's rule; gives exit code and output."""

    def run(workers, *modules, require="browser,reference"):
        (tmp_path / "conftest.py").write_text("from tests.required import *\n")
        (tmp_path / "pytest.ini").write_text(SETTINGS)
        for place, module in enumerate(modules):
            (tmp_path / f"test_module_{place}.py").write_text(module)
        kept = {name: text for name, text in os.environ.items() if "PYTEST" not in name}
        # By file, so that two modules are on two workers where there are two.
        command = [sys.executable, "-m", "pytest", "-n", workers, "--dist", "loadfile"]
        done = subprocess.run(
            [*command, "-p", "no:cacheprovider", str(tmp_path)],
            cwd=tmp_path,
            env=kept | {"GOODWILL_REQUIRE": require},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@one_and_two_workers
def test_marks_that_passed_on_different_workers_are_enough(run, workers):
    code, said = run(workers, PASSED.format("browser"), PASSED.format("reference"))
    assert code == 0, said


@one_and_two_workers
def test_mark_of_which_no_test_passed_fails_the_run(run, workers):
    code, said = run(workers, PASSED.format("browser"), PLAIN)
    assert code == 1, said
    assert "no such test passed: reference" in said


def test_skipped_test_that_is_required_fails(run):
    code, said = run(
        "2", PASSED.format("browser"), PASSED.format("reference"), SKIPPED.format("browser")
    )
    assert code == 1, said
    assert "1 failed, 2 passed" in said
    assert "Required by GOODWILL_REQUIRE (browser), but: Skipped: there is none" in said


def test_module_that_skips_itself_fails_the_run(run):
    code, said = run("2", PASSED.format("browser"), SKIPPED_WHOLE, require="browser")
    assert code != 0, said
    assert "Skipped as a whole, which GOODWILL_REQUIRE forbids" in said


def test_skipped_test_that_nobody_requires_is_skipped(run):
    code, said = run("2", PLAIN, SKIPPED.format("browser"), require="")
    assert code == 0, said


def test_what_workers_share_is_made_once(tmp_path):
    calls = []

    def make(folder):
        calls.append(folder)
        return folder / "workspace"

    made = [made_once(tmp_path / "sample", make) for _ in range(2)]
    assert made == [tmp_path / "sample" / "workspace"] * 2
    assert len(calls) == 1
