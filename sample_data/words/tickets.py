"""What customers write to support: a text for each ticket, by topic and by what really happened."""

import numpy as np

from sample_data.words.phrases import Phrases, codes, pick_one
from sample_data.words.ticket_topics import BODIES, CLOSINGS, GREETINGS, OPENINGS
from sample_data.words.ticket_troubles import (
    ASIDES,
    FITS,
    FOREIGN_BODIES,
    FOREIGN_TROUBLES,
    TROUBLE_BODIES,
)

__all__ = ["TOPICS", "TROUBLES", "ticket_texts"]

#: What a ticket may be about.
TOPICS = tuple(BODIES)
#: What may have gone wrong before it; the empty text is nothing.
TROUBLES = ("", *TROUBLE_BODIES)

LANGUAGES = ("de", "fr", "nl")
# Shares of messages that are in another language, hasty, greeted and closed. Illustrative.
FOREIGN, HASTY, GREETED, CLOSED = 0.04, 0.18, 0.45, 0.40
# Of those in full sentences, how many come to the point at once.
BLUNT = 0.15

openings, bodies, trouble_bodies = Phrases(OPENINGS), Phrases(BODIES), Phrases(TROUBLE_BODIES)
asides, foreign_bodies = Phrases(ASIDES), Phrases(FOREIGN_BODIES)
foreign_troubles = Phrases(FOREIGN_TROUBLES)
is_matter_of = np.array([[trouble in FITS[topic] for trouble in TROUBLES] for topic in TOPICS])


def ticket_texts(rng: np.random.Generator, topics: np.ndarray, troubles: np.ndarray) -> np.ndarray:
    """Write what the customer wrote when opening each ticket.

    Parameters
    ----------
    rng : Generator
        Eight numbers are drawn a ticket, whatever its topic and trouble.
    topics : array of str
        One of `TOPICS` a ticket.
    troubles : array of str
        One of `TROUBLES` a ticket: what really happened before it, or the empty text. A trouble
        is always told: as the message itself where it is the topic's matter, else as an aside.
        Without trouble nothing is said that would imply one.

    Returns
    -------
    ndarray of object
        Texts, as long as `topics`.

    Raises
    ------
    ValueError
        If a topic or trouble is unknown.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> for text in ticket_texts(rng, ["delivery", "billing"], ["late_delivery", ""]):
    ...     print(text)
    Where are the four gateways? They were promised for the 11th.
    Is the fee on line six charged monthly or yearly? Many thanks.
    """
    topic, trouble = codes(topics, TOPICS, "topic"), codes(troubles, TROUBLES, "trouble")
    u = rng.random((len(topic), 8)).T
    troubled = trouble > 0
    told = is_matter_of[topic, trouble]
    # Rows without trouble are given some sentence here too, which is then not used.
    which = np.maximum(trouble - 1, 0)
    point = np.where(told, trouble_bodies.pick(which, u[0]), bodies.pick(topic, u[0]))
    aside = np.where(troubled & ~told, " " + asides.pick(which, u[1]), "")

    opening = np.where(u[3] < BLUNT, "", openings.pick(topic, u[2]) + " ")
    greeting = np.where(u[4] < GREETED, pick_one(GREETINGS, np.minimum(u[4] / GREETED, 0.999)), "")
    closing = np.where(u[5] < CLOSED, pick_one(CLOSINGS, np.minimum(u[5] / CLOSED, 0.999)), "")
    texts = greeting + opening + point + aside + closing

    hasty = np.flatnonzero(u[6] < HASTY)
    brief = np.where(u[3] < 0.5, "", openings.pick(topic, u[2]) + " ") + point + aside
    texts[hasty] = [text.lower().rstrip(".") for text in brief[hasty]]

    foreign = np.flatnonzero(u[7] < FOREIGN)
    if len(foreign):
        language = (u[7, foreign] / FOREIGN * len(LANGUAGES)).astype(int)
        texts[foreign] = in_language(
            language, topic[foreign], trouble[foreign], told[foreign], u[:2, foreign]
        )
    return texts


def in_language(language, topic, trouble, told, u) -> np.ndarray:
    """The same matters in another language, in a sentence or two."""
    point = foreign_bodies.pick(language * len(TOPICS) + topic, u[0])
    which = language * (len(TROUBLES) - 1) + np.maximum(trouble - 1, 0)
    complaint = foreign_troubles.pick(which, u[1])
    both = np.where(trouble > 0, point + " " + complaint, point)
    return np.where(told, complaint, both)
