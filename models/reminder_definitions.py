"""What the figures of reminders mean."""

from models.definition import Definition

__all__ = ["CHANNEL_WORDS", "REMINDER_DEFINITIONS"]

#: Each channel in words.
CHANNEL_WORDS = {
    "email": "by email",
    "phone": "by phone",
    "letter": "by letter",
    "portal": "in the portal",
    "sms": "by text message",
}
TONES_COMPARED = ("friendly", "firm", "legal")


ESTIMATED = (
    "exp(coefficient) of Cox's regression in days past due, a reminder counting from three days "
    "after it was sent, differences between kinds made up for what effects lose among those left"
)

REMINDER_DEFINITIONS = (
    *(
        Definition(
            f"reminders.hazard_ratio.{name}",
            f"Effect of a reminder {words}",
            "ratio",
            f"By how much a first reminder {words} multiplies the chance of one unpaid overdue "
            "invoice to be paid on a day, in a neutral tone and against no reminder; 1 is no "
            "effect. All invoices taken together gain less from day to day, as the quick are gone.",
            f"{ESTIMATED}, the mean over channels set by the random hold-out, from the day of the "
            "reminder on, where there is one; interval robust by customer",
            False,
        )
        for name, words in CHANNEL_WORDS.items()
    ),
    *(
        Definition(
            f"reminders.hazard_ratio.{name}",
            f"Effect of a {name} tone",
            "ratio",
            f"By how much a {name} tone of a first reminder multiplies the chance that an unpaid "
            "overdue invoice is paid on a day, against a neutral one (or, where none was sent, the "
            "gentlest there is); 1 is no difference.",
            f"{ESTIMATED}; interval robust by customer",
            False,
        )
        for name in TONES_COMPARED
    ),
    Definition(
        "reminders.paid",
        "Paid sooner through reminders",
        "share",
        "How much larger the share of overdue invoices paid within 30 days of the first possible "
        "reminder is when they are reminded as usual than when chance kept them from it.",
        "share paid among the reminded as usual - share paid among the held out, of invoices "
        "unpaid when reminding starts, whoever was reminded in the end; interval by customer",
        False,
    ),
    Definition(
        "reminders.days_sooner",
        "Days sooner through reminders",
        "days",
        "How many days sooner, of the same 30, the money of an overdue invoice comes when it is "
        "reminded as usual than when chance kept it from reminders.",
        "mean days unpaid among the held out - mean days unpaid among the reminded as usual, "
        "counted up to 30 days after the first possible reminder; interval by customer",
        False,
    ),
)
