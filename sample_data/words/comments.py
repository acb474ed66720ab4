"""What customers write beside a survey score; most write nothing."""

import numpy as np

from sample_data.words.comment_phrases import COMPLAINTS, MIXED, PRAISE
from sample_data.words.comment_verdicts import (
    FOREIGN_VERDICTS,
    SUGGESTIONS,
    TROUBLE_REMARKS,
    VERDICTS,
)
from sample_data.words.phrases import Phrases, codes
from sample_data.words.tickets import TROUBLES

__all__ = ["SCALES", "TOUCHPOINTS", "survey_comments"]

#: Measure, its lowest and highest score, and the scores from which it is middling and high.
SCALES = {"nps": (0, 10, 7, 9), "csat": (1, 5, 3, 4), "ces": (1, 7, 4, 6)}
#: Where a customer may be asked.
TOUCHPOINTS = tuple(PRAISE)

LEVELS = ("low", "mid", "high")
LANGUAGES = ("de", "fr", "nl")
# Share who write at a middling score, and how many more at either end. Illustrative.
WRITES, WRITES_MORE = 0.34, 0.32
# Shares of comments: only a verdict, in another language, typed in a hurry, with a wish at the end.
TERSE, FOREIGN, HASTY, WISHES = 0.34, 0.05, 0.25, 0.25
# How many of those who had trouble bring it up.
REMARKS = 0.7
# And how many of these leave it at that.
ALONE = 0.65

verdicts, suggestions = Phrases(VERDICTS), Phrases(SUGGESTIONS)
foreign_verdicts = Phrases(FOREIGN_VERDICTS)
remarks = Phrases(TROUBLE_REMARKS)
specifics = Phrases(
    {
        f"{level} {touchpoint}": sentences
        for level, by_touchpoint in zip(LEVELS, (COMPLAINTS, MIXED, PRAISE), strict=True)
        for touchpoint, sentences in by_touchpoint.items()
    }
)


def survey_comments(
    rng: np.random.Generator,
    measures: np.ndarray,
    touchpoints: np.ndarray,
    scores: np.ndarray,
    troubles: np.ndarray,
) -> np.ndarray:
    """Write what customers added to their scores.

    Parameters
    ----------
    rng : Generator
        Eight numbers are drawn an answer, whatever was answered.
    measures : array of str
        One of nps (0 to 10), csat (1 to 5) and ces (1 to 7, high is good) an answer.
    touchpoints : array of str
        One of `TOUCHPOINTS` an answer.
    scores : array of float
        On the scale of the measure.
    troubles : array of str
        One of `TROUBLES` an answer: what had really gone wrong before it, or the empty text.
        Seven comments in ten bring it up, in the tone of the score.

    Returns
    -------
    ndarray of object
        A text, or None where nothing was written: somewhat more than half of the answers, fewer
        at either end of the scale.

    Raises
    ------
    ValueError
        If a measure, touchpoint or trouble is unknown, or a score is not on its scale.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(4)
    >>> asked = (["nps", "csat", "ces"], ["delivery", "support", "invoicing"])
    >>> for text in survey_comments(rng, *asked, [2, 5, 4], ["late_delivery", "", ""]):
    ...     print(text)
    The delivery was late. Too much packing material for eight small boxes.
    They called back to see whether it works.
    passable
    """
    measure = codes(measures, tuple(SCALES), "measure")
    touchpoint = codes(touchpoints, TOUCHPOINTS, "touchpoint")
    trouble = codes(troubles, TROUBLES, "trouble")
    score = np.asarray(scores, dtype=float)
    lowest, highest, from_mid, from_high = np.array(list(SCALES.values()), dtype=float)[measure].T
    if not np.all((score >= lowest) & (score <= highest)):
        wrong = np.flatnonzero(~((score >= lowest) & (score <= highest)))[0]
        raise ValueError(
            f"The score {score[wrong]:g} is not on the scale of {measures[wrong]}, which goes from "
            f"{lowest[wrong]:g} to {highest[wrong]:g}, so no comment fits it."
        )
    level = (score >= from_mid).astype(int) + (score >= from_high)
    u = rng.random((len(score), 8)).T

    verdict = verdicts.pick(level, u[0])
    specific = specifics.pick(level * len(TOUCHPOINTS) + touchpoint, u[0])
    wish = " " + suggestions.pick(level, u[3])
    # Whoever had trouble and is content all the same praises no particular that it contradicts.
    forgiven = (trouble > 0) & (level == LEVELS.index("high"))
    at_length = np.where(u[1] < WISHES, specific + wish, specific)
    texts = np.where((u[2] < TERSE) | forgiven, verdict, at_length)
    language = (u[3] * len(LANGUAGES)).astype(int)
    foreign = foreign_verdicts.pick(language * len(LEVELS) + level, u[0])
    texts = np.where(u[4] < FOREIGN, foreign, texts)

    # A remark stands alone, or before what is said of the touchpoint at the same level.
    remark = remarks.pick(level * (len(TROUBLES) - 1) + np.maximum(trouble - 1, 0), u[3])
    longer = remark + np.where(forgiven, wish, " " + specific)
    remark = np.where(u[2] < ALONE, remark, longer)
    texts = np.where((trouble > 0) & (u[5] < REMARKS), remark, texts)

    hasty = np.flatnonzero(u[6] < HASTY)
    texts[hasty] = [text.lower().rstrip(".") for text in texts[hasty]]
    extreme = (2 * (score - lowest) / (highest - lowest) - 1) ** 2
    texts[u[7] >= WRITES + WRITES_MORE * extreme] = None
    return texts
