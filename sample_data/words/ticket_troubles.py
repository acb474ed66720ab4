"""What customers write to support when something has gone wrong, and a few foreign messages."""

__all__ = ["ASIDES", "FITS", "FOREIGN_BODIES", "FOREIGN_TROUBLES", "TROUBLE_BODIES"]

#: Topic and the troubles that are its matter. Another trouble is added as an aside.
FITS = {
    "billing": ("billing_error", "bill_shock", "harsh_reminder", "price_rise"),
    "payment": ("harsh_reminder", "billing_error"),
    "pricing": ("price_rise", "bill_shock"),
    "refund": ("slow_ticket",),
    "delivery": ("late_delivery",),
    "product": ("slow_ticket", "visit_shortfall"),
    "onboarding": ("visit_shortfall", "slow_ticket"),
    "other": (
        "late_delivery", "billing_error", "bill_shock", "harsh_reminder", "slow_ticket",
        "price_rise", "visit_shortfall",
    ),
}  # fmt: skip

#: Trouble and the message about it, one a line.
TROUBLE_BODIES = {
    "late_delivery": """
        The delivery was promised for {day} and has not arrived.
        The goods came {few} days after the promised date.
        We are still waiting for the parcel that was due on the {nth}.
        Order {nr} is late and nobody can tell us where it is.
        The parts for {site} are overdue and our fitters stand idle.
        Your confirmation said {day}, it is now {few} days later.
        The tracking has not moved since {day} and the promised date has passed.
        This is the second delivery this year that came too late.
        We had to postpone the work at {site} because your goods were late.
        Where are the {few} gateways? They were promised for the {nth}.
        The shipment missed its date and {who} is asking for a new one.
        The delivery was late again, please tell us the reason.
        The order should have been here on the {nth}, when does it come?
        Late once more: the sensors for {site} came after our shutdown was over.
        We were told {day}, then {few} days more, and still no delivery.
    """,
    "billing_error": """
        The invoice lists {few} sites too many, please correct it.
        We were charged for {site}, which we closed in spring.
        The amount on invoice {nr} is wrong, it does not match our agreement.
        The same item is charged twice on invoice {nr}.
        The invoice is made out to the wrong company.
        You billed {few} units, we received one fewer.
        The discount from our contract is missing on invoice {nr}.
        The order number on the invoice is wrong, so {who} has refused it.
        The tax on invoice {nr} is calculated wrongly.
        We got the invoice of the {nth} twice, with different numbers.
        The meter reading on the invoice is not the one from {site}.
        There is a mistake in the invoice: wrong rate for {few} sensors.
        We are billed for a visit to {site} that we cancelled in writing.
        Please cancel invoice {nr} and send a correct one, the period is wrong.
        The sum does not add up, I get a different total.
    """,
    "bill_shock": """
        The invoice is more than twice what we usually pay, why?
        We were not prepared for an amount this high.
        Usage of {site} has exploded according to the bill, nobody warned us.
        The bill is far above our budget and I have to explain it to {who}.
        This month costs as much as the last {few} together.
        Why is the invoice so high? Nothing has changed here.
        We were shocked by the amount for {site}.
        The overage alone is higher than the normal bill.
        Could you not have told us before {few} times the usual amount came up?
        {who} stopped the payment because the amount is so unusual.
        I nearly fell off my chair when I saw the total of invoice {nr}.
        Please explain how the bill could rise like this within a month.
        The readings may be right, but a bill this size came out of nowhere.
        We expected the usual amount and got a much higher one.
        An alert before the limit is passed would have spared us this bill.
    """,
    "harsh_reminder": """
        We do not like the tone of your reminder of the {nth}.
        A threat of legal steps over one open invoice is out of place.
        The reminder sounded as if we were crooks.
        Your collector was rude to {who} on the phone.
        After {few} years as a customer we expect a friendlier letter.
        The invoice was a few days over and you write to us like that?
        Please tell your colleagues to mind their tone, {who} was upset.
        The last reminder was unnecessarily harsh.
        We pay our bills, there is no need to threaten us.
        A call would have been enough, instead we got a letter full of threats.
        The wording of the reminder for invoice {nr} is not acceptable.
        {few} calls in one week about one invoice is too much pressure.
        Your reminder went to {who} as well, which was embarrassing and harsh.
        I was spoken to in a tone that I will not accept.
        We found the demand for invoice {nr} rather aggressive.
    """,
    "slow_ticket": """
        I wrote on the {nth} and have had no answer yet.
        Ticket {nr} has been open for {few} weeks.
        This is my third message about the same thing.
        We have been waiting for a reply since the {nth}.
        Nobody has called back, although it was promised for {day}.
        Is anyone working on ticket {nr}? We hear nothing.
        Your first answer took {few} days and did not solve it.
        It takes far too long to hear from you.
        We were told {day}, and the case is still open.
        {who} asks me every day and I have nothing to say, because you do not answer.
        Still no solution for {site} after {few} weeks.
        The status of our request has not changed since the {nth}.
        How long should we wait for an answer?
        I have now explained this {few} times and am still waiting.
        Please give ticket {nr} to someone who has time for it.
    """,
    "price_rise": """
        The new price is too high for us.
        We got the letter about the price rise and do not agree.
        Why does contract {nr} become more expensive?
        The rise was announced without a reason.
        {who} will not sign at the new rate.
        If the increase stays, we will ask for other offers.
        We see no added service that would justify the higher price.
        The second increase within {few} years is hard to explain here.
        Can we keep the old rate for {site}?
        The higher rate is not covered by our budget.
        Please reconsider the increase for our {few} sites.
        I would like to discuss the price rise before it takes effect.
        Your letter of the {nth} raises our rate, on what grounds?
        The price goes up and the service stays the same, we are not happy.
        With the new rates the contract is no longer worth it for {site}.
    """,
    "visit_shortfall": """
        The technician has not been to {site} this quarter.
        Our contract includes {few} visits and we had one fewer.
        The visit planned for {day} was called off again.
        Nobody came on the {nth}, although the visit was agreed.
        We pay for regular visits and see nobody.
        The inspection of {site} is overdue, no one has visited us.
        The last visit was shortened and half of the sensors were left out.
        When does someone come by again? Visits have become rare.
        {who} waited for your technician in vain.
        The visit was moved {few} times and then dropped.
        We used to see your people every month, now hardly ever.
        Please make up for the visits that we have missed.
        No one visited {site} since the {nth}, which is not what we signed.
        Your planner offers the next visit in {few} weeks, that is too late for us.
        Fewer visits than agreed, please tell us why.
    """,
}

#: Trouble and a sentence that brings it up at the end of a message about something else.
ASIDES = {
    "late_delivery": """
        By the way, order {nr} came late.
        And the delivery for {site} is still overdue.
        Also, your last delivery was {few} days late.
        On another note, the goods due on {day} have not come.
        While I am at it: our last order was late.
        And please look into the late delivery to {site}.
    """,
    "billing_error": """
        By the way, invoice {nr} is wrong as well.
        Also, the last invoice has a mistake, please check.
        And you billed {site} by mistake.
        On another note, the amount on invoice {nr} is not right.
        While I am at it: we were charged twice for one item.
        And invoice {nr} still needs correcting.
    """,
    "bill_shock": """
        By the way, why was the last bill so high?
        Also, the amount of invoice {nr} came as a shock.
        And we need to talk about the size of the last bill.
        On another note, the bill for {site} is far higher than usual.
        While I am at it: nobody warned us about such a large bill.
        And {who} wants to know why the bill has jumped.
    """,
    "harsh_reminder": """
        By the way, the tone of your last reminder was not nice.
        Also, {who} was upset by the harsh reminder.
        And please be friendlier in your reminders.
        On another note, the threat in your reminder was uncalled for.
        While I am at it: the call about invoice {nr} was rude.
        And we did not deserve that harsh letter.
    """,
    "slow_ticket": """
        By the way, ticket {nr} is still waiting for an answer.
        Also, my last message was never answered.
        And I hope for a quicker answer than last time.
        On another note, how long will ticket {nr} take?
        While I am at it: we have waited {few} weeks for a reply.
        And please look at ticket {nr}, nobody has replied.
    """,
    "price_rise": """
        By the way, we are not happy with the price rise.
        Also, the new rates are too high for us.
        And please call {who} about the price increase.
        On another note, why did our rate go up?
        While I am at it: the increase is not in our budget.
        And we have not agreed to the higher price.
    """,
    "visit_shortfall": """
        By the way, nobody has visited {site} for a while.
        Also, we are missing a visit this quarter.
        And when is the next visit? The last one was cancelled.
        On another note, we had fewer visits than agreed.
        While I am at it: your technician did not come on {day}.
        And please send someone to {site}, the visit is overdue.
    """,
}

#: Language and topic, and a whole message, one a line.
FOREIGN_BODIES = {
    "de billing": "Bitte senden Sie uns die Rechnung {nr} noch einmal zu.\n"
    "Kann unsere Bestellnummer {nr} künftig auf der Rechnung stehen?",
    "de payment": "Bitte bestätigen Sie den Eingang unserer Zahlung zu Rechnung {nr}.\n"
    "Wir möchten auf Lastschrift umstellen, was brauchen Sie dafür?",
    "de pricing": "Was würden zwei weitere Standorte kosten?\n"
    "Bitte schicken Sie uns die aktuelle Preisliste.",
    "de refund": "Wohin sollen wir die nicht benötigten Sensoren zurückschicken?\n"
    "Bitte verrechnen Sie die Gutschrift mit Rechnung {nr}.",
    "de delivery": "Können Sie die Bestellung {nr} an unser Lager liefern?\n"
    "Bitte nennen Sie uns die Sendungsnummer zur Bestellung {nr}.",
    "de product": "Das Gateway {nr} blinkt rot, was ist zu tun?\n"
    "Wie ändern wir die Alarmgrenze für einen Sensor?",
    "de onboarding": "Wer legt die Zugänge für unsere Nachtschicht an?\n"
    "Was muss vor der Installation vorbereitet sein?",
    "de other": "Bitte ändern Sie den Ansprechpartner für unser Konto {nr}.\n"
    "Unsere Anschrift ändert sich zum Monatsende.",
    "fr billing": "Merci de nous renvoyer la facture {nr}.\n"
    "Pouvez-vous indiquer notre numéro de commande {nr} sur la facture ?",
    "fr payment": "Merci de confirmer la réception de notre virement pour la facture {nr}.\n"
    "Nous souhaitons passer au prélèvement, que vous faut-il ?",
    "fr pricing": "Quel serait le prix pour deux sites de plus ?\n"
    "Merci de nous envoyer le tarif en vigueur.",
    "fr refund": "À quelle adresse renvoyer les capteurs inutilisés ?\n"
    "Merci d'imputer l'avoir sur la facture {nr}.",
    "fr delivery": "Pouvez-vous livrer la commande {nr} à notre dépôt ?\n"
    "Merci de nous donner le numéro de suivi de la commande {nr}.",
    "fr product": "La passerelle {nr} clignote en rouge, que faire ?\n"
    "Comment modifier le seuil d'alarme d'un capteur ?",
    "fr onboarding": "Qui crée les accès pour notre équipe de nuit ?\n"
    "Que faut-il préparer avant l'installation ?",
    "fr other": "Merci de changer l'interlocuteur de notre compte {nr}.\n"
    "Notre adresse change à la fin du mois.",
    "nl billing": "Kunt u factuur {nr} nog een keer sturen?\n"
    "Kan ons bestelnummer {nr} voortaan op de factuur staan?",
    "nl payment": "Kunt u de ontvangst van onze betaling van factuur {nr} bevestigen?\n"
    "Wij willen graag overstappen op incasso, wat heeft u nodig?",
    "nl pricing": "Wat kosten twee extra locaties?\nGraag ontvangen wij de actuele prijslijst.",
    "nl refund": "Waar kunnen wij de ongebruikte sensoren naartoe sturen?\n"
    "Graag de creditnota verrekenen met factuur {nr}.",
    "nl delivery": "Kunt u bestelling {nr} bij ons magazijn afleveren?\n"
    "Wat is het volgnummer van de zending voor bestelling {nr}?",
    "nl product": "De gateway {nr} knippert rood, wat moeten wij doen?\n"
    "Hoe pas ik de alarmgrens van een sensor aan?",
    "nl onboarding": "Wie maakt de accounts voor onze nachtploeg aan?\n"
    "Wat moet er klaarstaan voor de installatie?",
    "nl other": "Graag de contactpersoon van ons account {nr} wijzigen.\n"
    "Ons adres verandert aan het eind van de maand.",
}

#: Language and trouble, and a whole sentence, one a line.
FOREIGN_TROUBLES = {
    "de late_delivery": "Die Lieferung zu Bestellung {nr} ist immer noch nicht da.",
    "de billing_error": "Die Rechnung {nr} ist falsch, bitte korrigieren Sie sie.",
    "de bill_shock": "Die Rechnung {nr} ist viel höher als sonst, wir waren darauf nicht gefasst.",
    "de harsh_reminder": "Der Ton Ihrer Mahnung zu Rechnung {nr} war unangemessen.",
    "de slow_ticket": "Auf unsere Anfrage {nr} haben wir seit Wochen keine Antwort.",
    "de price_rise": "Mit der Preiserhöhung zu Vertrag {nr} sind wir nicht einverstanden.",
    "de visit_shortfall": "Der vereinbarte Technikerbesuch {nr} hat nicht stattgefunden.",
    "fr late_delivery": "La livraison de la commande {nr} est en retard.",
    "fr billing_error": "La facture {nr} est erronée, merci de la corriger.",
    "fr bill_shock": "La facture {nr} est bien plus élevée que d'habitude, sans avertissement.",
    "fr harsh_reminder": "Le ton de votre relance pour la facture {nr} est inacceptable.",
    "fr slow_ticket": "Notre demande {nr} est sans réponse depuis des semaines.",
    "fr price_rise": "Nous n'acceptons pas la hausse de prix du contrat {nr}.",
    "fr visit_shortfall": "La visite prévue du technicien, numéro {nr}, n'a pas eu lieu.",
    "nl late_delivery": "De levering van bestelling {nr} is te laat.",
    "nl billing_error": "Factuur {nr} klopt niet, graag corrigeren.",
    "nl bill_shock": "Factuur {nr} is veel hoger dan normaal, daar schrokken wij van.",
    "nl harsh_reminder": "De toon van uw aanmaning voor factuur {nr} vonden wij ongepast.",
    "nl slow_ticket": "Op onze vraag {nr} wachten wij al weken op antwoord.",
    "nl price_rise": "Wij gaan niet akkoord met de prijsverhoging van contract {nr}.",
    "nl visit_shortfall": "Het afgesproken bezoek {nr} van de monteur is niet doorgegaan.",
}
