"""The app as a visitor gets it: a sample workspace in a folder, and a server in a process."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

__all__ = ["PAGE_FILES", "ROOT", "load_sample", "registered_pages", "serve"]

ROOT = Path(__file__).parents[1]
PAGE_FILES = tuple(p.relative_to(ROOT).as_posix() for p in sorted(ROOT.glob("pages/**/*.py")))
SERVER_STARTS_WITHIN = 60.0


def load_sample(folder: Path) -> Path:
    """Make the sample company in `folder` and load it, by the commands a person would type."""
    files, workspace = folder / "files", folder / "workspace"
    size = ("--customers", "600", "--months", "36")
    run_module("sample_data", str(files), *size, "--truth", str(folder / "known_truth.json"))
    run_module("warehouse", "load", str(files), "--workspace", str(workspace))
    (folder / "known_truth.json").rename(workspace / "known_truth.json")
    return workspace


def run_module(module: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"`python -m {module} {' '.join(arguments)}` ended with {done.returncode}:\n"
            f"{done.stdout[-2000:]}{done.stderr[-4000:]}"
        )


def registered_pages() -> dict[str, str]:
    """Each page that app.py registers, from its file to its address in the app.

    The app is run once and asked, so that a page whose address differs from its file name
    is still found. The workspace must be named in the environment before.
    """
    import streamlit
    from streamlit.testing.v1 import AppTest

    made = {}
    real = streamlit.Page

    def spy(page, *args, **kwargs):
        registered = real(page, *args, **kwargs)
        name = Path(page).as_posix() if isinstance(page, str | Path) else repr(page)
        made[name.removeprefix(f"{ROOT.as_posix()}/")] = registered
        return registered

    with mock.patch.object(streamlit, "Page", spy):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
        # The first page would work out all that it shows.
        app.switch_page("pages/about/definitions.py").run()
    # The address of the default page is empty, and only known once navigation has run.
    return {name: page.url_path for name, page in made.items()}


@contextmanager
def serve(*module: str, log: Path, workspace: Path | None = None) -> Iterator[str]:
    """Serve on a free port with ``python -m`` `module`; give the address, and end it afterwards.

    ``serve("ui")`` is the app as `make app` serves it.
    """
    port = free_port()
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    if workspace is not None:
        environment["GOODWILL_WORKSPACE"] = str(workspace)
    command = [sys.executable, "-m", *module]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1"]
    # Watching files would only add work to what a benchmark times.
    options += ["--server.headless", "true", "--server.fileWatcherType", "none"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            command + options,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_healthy(server, address, log)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def wait_until_healthy(server: subprocess.Popen, address: str, log: Path) -> None:
    ends = time.monotonic() + SERVER_STARTS_WITHIN
    while time.monotonic() < ends:
        if server.poll() is not None:
            raise RuntimeError(f"The server ended at once:\n{log.read_text()[-4000:]}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(
        f"The server did not answer in {SERVER_STARTS_WITHIN:.0f} s:\n{log.read_text()[-4000:]}"
    )


def free_port() -> int:
    """A port that is free, and that no other worker of this run is given meanwhile."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        # By pairs: the kernel prefers ports of one parity.
        if port // 2 % workers == worker % workers:
            return port
