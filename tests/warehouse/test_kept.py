"""Results are kept for the next process, known by all they follow from, and never when refused."""

import os
import subprocess
import sys
import time
from weakref import WeakKeyDictionary

import pytest

import warehouse.kept
from models.refusal import Refusal
from tests.served import ROOT
from warehouse.kept import FOLDER_VARIABLE, kept, memory


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "kept"))
    # A process has one folder: of a second one joblib would think that it wrote the code there.
    monkeypatch.setattr("joblib.memory._FUNCTION_HASHES", WeakKeyDictionary())
    memory.cache_clear()
    yield tmp_path / "kept"
    memory.cache_clear()


def never():
    raise AssertionError("worked out again")


def test_another_process_finds_the_result(folder):
    assert kept(("an answer", 1), lambda: 42) == 42
    asked = "from warehouse.kept import kept; print(kept(('an answer', 1), lambda: 43))"
    said = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "42"


def test_who_asks_while_it_is_worked_out_waits_and_finds_it(folder):
    asked = (
        "from warehouse.kept import kept\n"
        "print('asked', flush=True)\n"
        "print(kept(('an answer', 1), lambda: 43))"
    )

    def slowly():
        other = subprocess.Popen(
            [sys.executable, "-c", asked], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        waiting.append(other)
        assert other.stdout.readline() == "asked\n"
        # Long enough to have answered, had it not waited.
        time.sleep(0.5)
        assert other.poll() is None
        return 42

    waiting = []
    assert kept(("an answer", 1), slowly) == 42
    assert waiting[0].communicate()[0] == "42\n"
    assert list((folder / "locks").iterdir()) == []


def test_what_is_worked_out_may_ask_for_what_is_kept_under_its_own_name(folder):
    assert kept(("an answer", 1), lambda: kept(("an answer", 1), lambda: 42) + 1) == 43


def test_what_fails_lets_the_next_one_try(folder):
    with pytest.raises(ZeroDivisionError):
        kept(("an answer", 1), lambda: 1 / 0)
    assert kept(("an answer", 1), lambda: 42) == 42


def test_another_key_is_another_result(folder):
    assert kept(("an answer", 1), lambda: 42) == 42
    assert kept(("an answer", 2), lambda: 43) == 43
    assert kept(("an answer", 1), never) == 42


def test_what_is_refused_is_asked_again(folder):
    def refuses():
        raise Refusal("Too few customers. Nothing can be said. Load more.")

    with pytest.raises(Refusal):
        kept(("an answer", 1), refuses)
    assert kept(("an answer", 1), lambda: 42) == 42


def test_result_of_other_code_does_not_count(folder, monkeypatch):
    assert kept(("an answer", 1), lambda: 42) == 42
    monkeypatch.setattr(warehouse.kept, "version_of_code", lambda: "another")
    assert kept(("an answer", 1), lambda: 43) == 43


def test_nobody_else_can_read_or_write_them(folder):
    kept(("an answer", 1), lambda: 42)
    assert folder.stat().st_mode & 0o077 == 0


def test_without_a_folder_to_write_to_everything_is_worked_out(tmp_path, monkeypatch):
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("")
    monkeypatch.setenv(FOLDER_VARIABLE, str(in_the_way / "kept"))
    memory.cache_clear()
    assert kept(("an answer", 1), lambda: 42) == 42
    assert kept(("an answer", 1), lambda: 43) == 43
    memory.cache_clear()
    assert os.listdir(tmp_path) == ["a file"]


def test_result_is_never_read_from_a_folder_that_others_can_write_to(folder):
    assert kept(("an answer", 1), lambda: 42) == 42
    folder.chmod(0o777)
    memory.cache_clear()
    assert kept(("an answer", 1), lambda: 43) == 43
    folder.chmod(0o700)
    memory.cache_clear()
    assert kept(("an answer", 1), lambda: 43) == 42


def test_spoilt_file_is_worked_out_again(folder):
    assert kept(("an answer", 1), lambda: 42) == 42
    for path in folder.rglob("output.pkl"):
        path.write_bytes(b"not a result")
    assert kept(("an answer", 1), lambda: 43) == 43
    assert kept(("an answer", 1), never) == 43
