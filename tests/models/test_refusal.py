import numpy as np
import pandas as pd
import pytest

from models.clusters import critical_value
from models.refusal import Refusal, is_ours


@pytest.mark.parametrize(
    ("call", "ours"),
    [
        (lambda: critical_value(2), True),
        # Compiled code leaves our line last in the traceback, as if we had said it.
        (lambda: np.zeros(3).reshape(2, 2), False),
        (lambda: int("twelve"), False),
        (lambda: pd.Series([1]).reindex([0, 0]).reindex([0]), False),
    ],
)
def test_words_of_a_library_are_not_taken_for_ours(call, ours):
    with pytest.raises(ValueError, match=".") as caught:
        call()
    assert is_ours(caught.value) == ours


def test_refusal_is_ours_wherever_it_was_raised():
    assert is_ours(Refusal("Nothing was billed."))
