"""What the garbage collector need not look at again."""

import gc
import sys

__all__ = ["set_libraries_aside"]

_seen = 0


def set_libraries_aside() -> None:
    """Take the objects of newly imported libraries out of the garbage collector's rounds.

    Streamlit collects garbage after every run of a script or fragment, with the lock held
    that sending the answer needs. Going through what pandas, scikit-learn and Ibis leave
    in memory takes several times as long as a moved slider's answer, and finds nothing:
    modules stay. Objects alive at this moment are never collected later, so this is done
    only when there are new modules, a handful of times in a server's life.
    """
    global _seen
    if len(sys.modules) > _seen:
        _seen = len(sys.modules)
        gc.collect()
        gc.freeze()
