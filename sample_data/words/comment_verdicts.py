"""What customers write beside a survey score at any touchpoint: verdicts, wishes, troubles.

A sentence stands at one level only, so that a low score is never praised.
"""

__all__ = ["FOREIGN_VERDICTS", "SUGGESTIONS", "TROUBLE_REMARKS", "VERDICTS"]

#: Level of score and a verdict on the whole, one a line; most say no more.
VERDICTS = {
    "low": """
        not good
        Disappointing.
        We expected more.
        poor
        Not what we pay for.
        below par
        This was no pleasure.
        I would not recommend this.
        Not satisfied.
        Needs to improve a lot.
        Sorry, but no.
        Too complicated for us.
        no comment, see score
        Others do this better.
        It costs us nerves.
        weak
        Frustrating.
        I had hoped for better.
        We are looking around.
        not happy
    """,
    "mid": """
        ok
        fine
        ok for us
        Average.
        Nothing special.
        it does the job
        Acceptable.
        Could be better, could be worse.
        Neither good nor bad.
        Some things work, some do not.
        all right
        So far acceptable.
        no strong opinion
        Middling.
        as expected
        works
        Mostly fine.
        We get by.
        Room for improvement, but fine.
        passable
    """,
    "high": """
        great
        Very good.
        Keep it up.
        We are happy.
        Excellent.
        No complaints at all.
        top
        Good people.
        Just as it should be.
        Always reliable.
        perfect for us
        I can recommend you.
        very satisfied
        Great work, thank you.
        A pleasure to work with.
        Well done.
        Smooth from start to end.
        couldn't be easier
        Good value.
        We will stay with you.
    """,
}

#: Level and what is wished for, after a specific remark; the tone is the level's.
SUGGESTIONS = {
    "low": """
        Someone should call us.
        Please change this.
        We have said so before.
        {who} sees it the same way.
        This has to get better.
        Please take this seriously.
    """,
    "mid": """
        A call now and then would help.
        Maybe there is a simpler way.
        {who} would agree.
        No rush.
        Please think about it.
    """,
    "high": """
        Thank you.
        Thanks to the whole team.
        Please pass this on to the colleague.
        {who} agrees.
        Keep it like that.
    """,
}

#: Language and level, and a short verdict, one a line.
FOREIGN_VERDICTS = {
    "de low": "Leider nicht zufrieden.\nDas geht besser.\nEnttäuschend.",
    "de mid": "Geht so.\nIn Ordnung.\nDurchschnittlich.",
    "de high": "Sehr gut.\nWeiter so.\nAlles bestens.",
    "fr low": "Déçus.\nPas satisfaits.\nÀ revoir.",
    "fr mid": "Correct.\nMoyen.\nSans plus.",
    "fr high": "Très bien.\nParfait, merci.\nRien à redire.",
    "nl low": "Niet tevreden.\nValt tegen.\nDit moet beter.",
    "nl mid": "Gaat wel.\nRedelijk.\nNiet slecht, niet goed.",
    "nl high": "Prima.\nHeel tevreden.\nGa zo door.",
}

#: Level and trouble, and how it is remarked on. With a high score it is mentioned without anger.
TROUBLE_REMARKS = {
    "low late_delivery": "The delivery was late.\nLate again.\nWe waited {few} days too long."
    "\nYour late delivery stopped the work at {site}.",
    "low billing_error": "Wrong invoice.\nThe invoice had to be corrected."
    "\nMistakes on the invoice for {site}.\nInvoices with errors cost {who} hours.",
    "low bill_shock": "The last bill was a shock.\nFar too high a bill, and no warning."
    "\n{who} could not believe the bill.\nNobody warned us before the bill exploded.",
    "low harsh_reminder": "The tone of the reminder was rude.\nWe do not like to be threatened."
    "\n{who} was upset by your letter.\nA harsh reminder after years of paying well.",
    "low slow_ticket": "Support takes weeks to answer.\nStill waiting for an answer."
    "\nWe wait far too long for help.\nMy ticket has been open for {few} weeks.",
    "low price_rise": "Too expensive since the price rise.\nThe new price is not justified."
    "\n{who} is furious about the increase.\nPrice up, service the same.",
    "low visit_shortfall": "The technician does not come any more.\nWe miss the agreed visits."
    "\nNobody has visited {site} for months.\nFewer visits than we pay for.",
    "mid late_delivery": "Delivery was a little late.\nThe delay of {few} days was a nuisance.",
    "mid billing_error": "One invoice was wrong, now it is corrected.\nThe invoice had a mistake.",
    "mid bill_shock": "The last bill was higher than we thought.\nA warning before a large bill "
    "would be welcome.",
    "mid harsh_reminder": "The reminder could have been friendlier.\nThe letter was rather stiff.",
    "mid slow_ticket": "The answer took its time.\nSupport could be quicker.",
    "mid price_rise": "The price has gone up, we are thinking about it.\nNot cheap any more.",
    "mid visit_shortfall": "One visit was missed.\nWe would like to see the technician more often.",
    "high late_delivery": "One delivery was late, but we were told in time."
    "\nThe delay was handled well.",
    "high billing_error": "The mistake on the invoice was put right at once."
    "\nOne wrong invoice, corrected the same day.",
    "high bill_shock": "The bill was high, but it was explained well."
    "\nA large bill this time, and all of it understandable.",
    "high harsh_reminder": "The reminder was a bit strict, all else is great."
    "\nStrict letter, nice people.",
    "high slow_ticket": "It took a while, but the answer was excellent."
    "\nWorth the wait for the answer.",
    "high price_rise": "Dearer than before, and still worth it."
    "\nThe price went up, we stay all the same.",
    "high visit_shortfall": "One visit was missed, the rest is great."
    "\nFewer visits lately, but a very good technician.",
}
