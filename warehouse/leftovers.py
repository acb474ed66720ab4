"""Folders that killed processes left in the system's folder for temporary files."""

import os
import re
import shutil
import stat
import tempfile
import time
from pathlib import Path

__all__ = ["sweep_leftovers"]

#: Uploads, rehearsals, engines of imports, and what engines of readers spilled.
OURS = re.compile(r"goodwill-((intake|rehearsal|import)-.+|[0-9a-f]{32})")
# Nobody keeps a page open, or an import running, for as long without anything being written.
OLD_AFTER_SECONDS = 2 * 24 * 3600


def sweep_leftovers() -> list[Path]:
    """Remove this user's folders that no process can still need, and give what was removed.

    A process removes its folders when it ends, but not when it is killed; what is in them are
    rows of somebody's books.
    """
    removed = []
    for path in Path(tempfile.gettempdir()).glob("goodwill-*"):
        try:
            found = path.lstat()
            ours = OURS.fullmatch(path.name) and found.st_uid == os.getuid()
            if ours and stat.S_ISDIR(found.st_mode) and _is_old(path):
                shutil.rmtree(path, ignore_errors=True)
                removed.append(path)
        except OSError:  # gone meanwhile
            continue
    return removed


def _is_old(folder: Path) -> bool:
    newest = max(path.lstat().st_mtime for path in [folder, *folder.rglob("*")])
    return time.time() - newest > OLD_AFTER_SECONDS
