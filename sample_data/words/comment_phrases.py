"""What customers write about a touchpoint beside a survey score, by how good the score is.

A sentence stands in one of the three only, so that a low score is never praised. As in
`ticket_topics`, no complaint here names a trouble that has a word of its own there.
"""

__all__ = ["COMPLAINTS", "MIXED", "PRAISE"]

#: Touchpoint and what was bad about it, one a line.
COMPLAINTS = {
    "purchase": """
        Ordering took far too many steps.
        The offer was hard to understand.
        I had to enter our address {few} times.
        The sales contact knew little about {site}.
        The shop lost my basket twice.
        Nobody could tell me which sensor fits.
        The contract is full of small print.
    """,
    "invoicing": """
        The invoices are impossible to read.
        {few} pages for one site is too much paper.
        The annex is useless for {who}.
        I never find our order number on the invoice.
        The portal for invoices is clumsy.
        We have to retype each invoice by hand.
        The invoice does not say which site it is for.
    """,
    "refund": """
        Returning the goods was a paper chase.
        The return form asked for things nobody knows.
        I had to ask {few} people about the credit.
        We had to pay for sending it back.
        It was never clear what we would get back.
        Too many questions for {few} probes.
    """,
    "reminder": """
        The reminder came although the money was on its way.
        The reminder does not say which invoice it is about.
        It went to the wrong person again.
        I got the same reminder by mail and by letter.
        Reminders before the due date are annoying.
        No number to call on the reminder.
    """,
    "collection": """
        The caller did not have our file.
        I had to explain our case {few} times.
        No way to agree on parts, only yes or no.
        The collector called {who} instead of me.
        Nobody looked at the papers we had sent.
        They called in the middle of our stocktaking.
    """,
    "renewal": """
        The renewal papers were a burden.
        Nobody asked what we need before renewing.
        The new terms are hard to compare with the old ones.
        We were renewed without a word from our contact.
        The deadline was hidden on page {few}.
        Changing the number of sites at renewal was a struggle.
    """,
    "delivery": """
        The parcel was left in the rain.
        The driver did not call before coming.
        The packaging was torn.
        A time window of a whole day is no use.
        The delivery note was missing.
        The driver would not go to {site}.
        Too much packing material for {few} small boxes.
    """,
    "support": """
        I had to explain everything twice.
        I was passed on to {few} people.
        The answer did not match my question.
        The advice did not help at {site}.
        The menu on the phone is a maze.
        They closed the case without asking me.
        {who} had to find the fix without you.
    """,
    "onboarding": """
        The training was too short and too general.
        The manual does not match what we see on screen.
        We had {few} different contacts in the first weeks.
        The set-up of {site} was chaotic.
        Nobody told us what to prepare.
        Logins for {who} did not work on the first day.
    """,
    "relationship": """
        We do not feel like a valued customer.
        Our contact changes all the time.
        You only call when you want to sell something.
        Nobody at your end knows {site}.
        Promises are forgotten.
        For a small customer you have no time.
        The system is hard to use for {who}.
    """,
}

#: Touchpoint and what was neither good nor bad.
MIXED = {
    "purchase": """
        Ordering works, but the offer could be shorter.
        The shop is usable once you know it.
        Fair offer, long contract.
        It took {few} mails, then it was settled.
        The choice is fine, the descriptions are thin.
    """,
    "invoicing": """
        The invoice is all right, the annex is long.
        We would prefer one invoice for all sites.
        Invoices are clear enough, {who} would like more detail.
        The portal works, but the search is basic.
        Fine since we get them by email.
    """,
    "refund": """
        The return worked in the end.
        A normal return, a bit too much paper.
        The credit note came, though without our reference.
        The form could be simpler, the rest was fine.
    """,
    "reminder": """
        A reminder is a reminder.
        The reminder was fair, the channel less so.
        Understandable, but please send it to {who}.
        Clear text, though I would rather be called.
    """,
    "collection": """
        Correct, no more and no less.
        We found an arrangement, after some back and forth.
        The call was all right, the paperwork less so.
        Neutral, they did their job.
    """,
    "renewal": """
        We renewed, but would like to be asked earlier.
        The renewal was routine.
        Some terms are better, some are not.
        It worked, {who} had a few questions.
    """,
    "delivery": """
        It arrived, the packaging could be better.
        Delivery was normal.
        Fine, but the driver did not know {site}.
        The time window is wide, the rest is all right.
        Complete, but in {few} parcels.
    """,
    "support": """
        The answer helped in part.
        Friendly, but I had to ask again.
        Solved after the second call.
        It depends on who picks up.
        All right by phone, less so by email.
    """,
    "onboarding": """
        The start was all right, some loose ends remain.
        Training fine, manual thin.
        {site} runs, the others are still to come.
        It took us a while to find our way.
    """,
    "relationship": """
        A supplier like others.
        The product is solid, the contact could be closer.
        We use it, {who} would like a better overview.
        Normal business relations.
        Some sites are content, others less so.
    """,
}

#: Touchpoint and what was good about it.
PRAISE = {
    "purchase": """
        Ordering was quick and clear.
        Good advice on which sensor fits {site}.
        The offer came within a day and was easy to compare.
        {who} liked how simple the order was.
        Honest advice, nothing forced on us.
        The shop is a joy to use.
    """,
    "invoicing": """
        The invoices are clear and complete.
        {who} can book your invoices in a minute.
        Each site on its own line, exactly what we need.
        Electronic invoices save us a lot of work.
        Never a question about your invoices.
        The annex answers everything.
    """,
    "refund": """
        The money was back within days.
        Returning {few} probes was simple.
        No discussion, the credit note came at once.
        Very fair about the return.
        The return label was in the box, well thought of.
    """,
    "reminder": """
        A friendly reminder, and helpful.
        I was glad to be reminded.
        Polite and clear, with a name to call.
        The reminder had everything {who} needed.
        Nicely put, we paid at once.
    """,
    "collection": """
        They listened and found a plan that works for us.
        Fair and polite in a difficult month.
        The colleague on the phone was understanding.
        We settled it in one call.
        Very respectful, thank you.
    """,
    "renewal": """
        Renewing took five minutes.
        We were asked what we need, that was good.
        Clear terms, no surprises.
        Our contact prepared everything for {who}.
        The yearly review before the renewal is valuable.
    """,
    "delivery": """
        Everything arrived on time and in one piece.
        The driver called ahead and was friendly.
        Well packed and complete.
        Right on the promised day.
        The parcel went straight to {site}, great service.
        Quick delivery.
    """,
    "support": """
        Solved in one call.
        The colleague knew our system at {site}.
        Quick and friendly help.
        {who} was impressed by the answer.
        Patient, competent, done.
        They called back to see whether it works.
    """,
    "onboarding": """
        A very well prepared start.
        The trainer was excellent with {who}.
        {site} was running after a day.
        One contact for everything, that helped a lot.
        We felt in good hands from the first day.
    """,
    "relationship": """
        Reliable for years.
        Our contact knows our sites by heart.
        You keep what you promise.
        The monitoring has saved us {few} breakdowns.
        {who} sleeps better since we have the alarms.
        We recommend you to our partners.
    """,
}
