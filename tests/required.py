"""The rule that what is required may not be skipped, for every run of the tests.

``GOODWILL_REQUIRE=browser,reference`` turns skipped tests of these marks into failures, and
also fails a run in which none of them took part, whichever worker it would have been on.
It stands apart from what tests ask for, so that its own tests start pytest and nothing else.
"""

import os

import pytest

REQUIRED = frozenset(filter(None, os.environ.get("GOODWILL_REQUIRE", "").split(",")))
passed_marks: set[str] = set()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    demanded = {mark for mark in REQUIRED if item.get_closest_marker(mark)}
    # The report is what a worker sends to the process that sums up the run.
    report.demanded = sorted(demanded)
    if demanded and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.longrepr = f"Required by GOODWILL_REQUIRE ({', '.join(demanded)}), but: {reason}"
    return report


def pytest_runtest_logreport(report):
    if report.when == "call" and report.passed:
        passed_marks.update(getattr(report, "demanded", ()))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    # A module that skips itself has no tests left to carry the mark.
    if REQUIRED and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Skipped as a whole, which GOODWILL_REQUIRE forbids: {report.longrepr}"
    return report


def pytest_sessionfinish(session, exitstatus):
    if hasattr(session.config, "workerinput"):
        return  # a worker knows its own part only
    if exitstatus == pytest.ExitCode.OK and REQUIRED - passed_marks:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter):
    absent = REQUIRED - passed_marks
    if absent:
        terminalreporter.write_line(
            f"Required by GOODWILL_REQUIRE, but no such test passed: {', '.join(sorted(absent))}",
            red=True,
        )
