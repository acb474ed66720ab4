"""What customers write to support about, by topic, when nothing has gone wrong at our end.

No sentence here complains of late goods, a wrong or surprising bill, a rude reminder, a slow
answer, a price rise or a visit that was not made: those are in `ticket_troubles`.
"""

__all__ = ["BODIES", "CLOSINGS", "GREETINGS", "OPENINGS"]

GREETINGS = (
    "Hello. ", "Good morning. ", "Good afternoon. ", "Hi there. ", "Dear support team. ",
    "Dear colleagues. ", "Hi. ", "Hello again. ", "Good day. ", "Dear all. ",
)  # fmt: skip

CLOSINGS = (
    " Thank you.", " Many thanks.", " Thanks in advance.", " Please let me know.",
    " Kind regards from accounts.", " A short answer is enough.", " You can also call me.",
    " I am in until four.", " Best by email, please.", " Please copy in my colleague.",
    " Happy to explain by phone.", " Thanks, and have a good week.", " Can you confirm, please?",
    " Our customer number is on the last order.", " It can wait until next week.",
    " We would like to settle this before the month closes.",
)  # fmt: skip

#: Topic and how a message about it begins, one a line. Fits whatever follows.
OPENINGS = {
    "billing": """
        A question about our last invoice.
        This is about invoice {nr}.
        I am writing for accounts payable.
        I have the invoice of the {nth} in front of me.
        Please see invoice {nr}.
        Our controller asked me to write about an invoice.
        We are checking our invoices from you.
        I look after supplier invoices here.
        Regarding the billing of {site}.
        Invoice dated the {nth}, please have a look.
        This concerns the invoices for {site}.
        Something about invoicing.
        I am going through this quarter's invoices.
        It is about your invoice number {nr}.
        Purchasing passed me your invoice {nr}.
        One point on the invoice, please.
    """,
    "payment": """
        This is about our payment of the {nth}.
        A question about a payment.
        I am writing from treasury.
        Regarding the transfer for invoice {nr}.
        We have just been through our open items.
        I run the payments here.
        Our bank wrote to us about item {nr}.
        It is about the account we pay into.
        Payment for {site}, please check.
        Our payment run is on {day}.
        I have your statement of account in front of me.
        We are about to pay invoice {nr}.
        Please look at our account.
        My colleague in payments asked me to write.
    """,
    "pricing": """
        A question about our rates.
        This is about the price list.
        We are planning next year's budget.
        I am comparing our agreement with your price list.
        Regarding the rate for {site}.
        Purchasing has a question about prices.
        It is about contract {nr}.
        I look after supplier contracts here.
        Something on the agreed rates.
        We are reviewing what we pay for {site}.
        Before we sign anything, one point.
        I have our agreement of the {nth} in front of me.
        Please check the rates of contract {nr}.
        My manager asked about our prices.
    """,
    "refund": """
        This is about a return.
        We sent goods back on the {nth}.
        Regarding return {nr}.
        A question about a credit note.
        It is about the goods from order {nr}.
        {few} items are going back to you, and I have a question.
        I look after returns here.
        Our stores have a return for you.
        About the kit we do not need.
        Something about money back.
        Return from {site}.
        I have the return slip {nr} in front of me.
        We ordered more than we needed.
        Please look at return {nr}.
    """,
    "delivery": """
        This is about order {nr}.
        A question about a delivery.
        I am writing from goods-in.
        It is about the order for {site}.
        Regarding the parcel for {site}.
        Our order number is {nr}.
        The stores asked me to write about an order.
        I am planning our goods-in for next week.
        Please look at order {nr}.
        We have an order open with you.
        About the order placed on the {nth}.
        Something about shipping.
        I look after orders here.
        Order for {who}, number {nr}.
    """,
    "product": """
        This is about the sensors at {site}.
        A technical question.
        I am writing from maintenance.
        It is about the dashboard.
        Regarding the gateway at {site}.
        We use your system at {few} sites.
        {who} has a question about the readings.
        I look after the equipment here.
        Gateway {nr}, please have a look.
        About the alarms from {site}.
        Something about the handheld reader.
        The unit has serial number {nr}.
        We are working with the readings of {site}.
        My question is about the equipment.
    """,
    "onboarding": """
        We are new customers.
        We started with you on the {nth}.
        I am the project lead for the set-up at our end.
        This is about the start at {site}.
        It is about setting up {site}.
        Regarding our go-live on {day}.
        {few} colleagues start with your system next week.
        A question about getting started.
        We are preparing {site} for the start.
        I am putting together our rollout plan.
        About project {nr}.
        Our set-up is nearly done.
        I am taking over the rollout here.
        Before we go live, one point.
    """,
    "other": """
        A small thing.
        I am not sure whether this is the right address.
        One request from us.
        This is about our account.
        Something for whoever looks after us.
        I could not find a form for this.
        It is about our master data.
        I was asked to write by {who}.
        A question for the office.
        About our file, number {nr}.
        Please pass this on if it is not for you.
        I have taken over from my colleague.
        Only a short note.
        This may be a question for your back office.
    """,
}

#: Topic and what is asked, one a line.
BODIES = {
    "billing": """
        Please send me a copy of the invoice dated the {nth}.
        Can order number {nr} be printed on the invoice from now on?
        Which line of the invoice is for {site}?
        Could we have one invoice for all {few} sites?
        We would like to receive invoices electronically, what do you need from us?
        Please send invoices to {who} as well.
        The annex with the readings would help us, can it be attached each time?
        Can the invoice date be moved to the {nth}?
        Our address has changed, please use the new one from the next invoice on.
        Is the fee on line {few} charged monthly or yearly?
        Please book invoice {nr} to another cost centre.
        Which period does invoice {nr} cover?
        We need the tax number of your company on file, where do I find it?
        For {who} I need a list of all invoices of the year.
        Could the invoice show {site} on a line of its own?
        What does the item for handling stand for?
        We cannot open the attachment, please send it as a plain document.
    """,
    "payment": """
        The bank says our transfer of the {nth} was returned. Which account is right?
        Please confirm that our payment for invoice {nr} has arrived.
        We would like to change to direct debit.
        We paid {few} invoices in one transfer, please assign them.
        We paid invoice {nr} twice by mistake, please keep it for the next one.
        Can we pay by card for {site}?
        Is there a way to pay on the {nth} of each month instead?
        Please send a statement of open items to {who}.
        Which reference should we quote when we pay?
        We would like to pay invoice {nr} in {few} parts.
        Our bank details have changed, where can I enter the new ones?
        The transfer went out on {day} with the reference {nr}.
        Please send a new mandate form, {who} has to sign it.
        Do you offer a discount for paying early?
        We deducted the credit note {nr} from the transfer, please take note.
        {who} needs a receipt for the payment of the {nth}.
    """,
    "pricing": """
        What would {few} more sites cost?
        Which rate applies from the next tier on?
        Could you send the current price list to {who}?
        Is there a package for more than {few} vehicles?
        We need a quote for {site} by {day}.
        Does the rate include the visits?
        What is the price for a second gateway at {site}?
        How is the minimum fee worked out?
        We expect more readings next year, please propose a tariff.
        Please explain how the tiers are counted, per site or together.
        Is the training day charged by the head?
        Would a contract over {few} years be cheaper?
        Can we move from usage to a fixed fee at renewal?
        For {who} I need the prices without tax.
        Which discount belongs to agreement {nr}?
        Please quote the inspection records for {few} branches.
    """,
    "refund": """
        We returned {few} probes on the {nth}, please confirm that they arrived.
        How do we send back a kit that was not opened?
        Please send a return label for {site}.
        Will the credit note show order number {nr}?
        Can the credit be set against invoice {nr}?
        We would rather have the money back than a credit note.
        The wrong size was ordered by {who}, can we exchange it?
        Please tell us where to send {few} sensors that we no longer need.
        Until when can unused goods be returned?
        Is there a fee for taking back {few} trackers?
        The carrier picks up the return on {day}, is that fine?
        Please send the credit note to {who}.
        The form asks for a return number, is it {nr}?
        One of {few} units was faulty, we would like a refund for that one.
        We cancelled order {nr} before it was shipped, please confirm.
        Do you need the original packaging?
    """,
    "delivery": """
        Can the delivery be moved to {day}?
        Please deliver to {site} instead.
        Please send the tracking number to {who}.
        Can the driver call before coming? There is no bell at {site}.
        We would like to add {few} mounting sets to the order.
        Is it possible to split the order between {few} sites?
        Who signs for the pallet if it comes on {day}?
        Our goods-in closes at three on {day}, please tell the carrier.
        Does the order come in one parcel or in {few}?
        Please put order number {nr} on the parcel.
        What does the pallet weigh? We need to book a forklift.
        Do you deliver on the {nth}? It is a holiday here.
        Please leave the parcel with {who}.
        We need the delivery note again, number {nr}.
        Can we collect the goods ourselves on {day}?
        Please cancel {few} of the battery packs.
    """,
    "product": """
        The dashboard has shown no readings from {site} since {day}.
        The gateway at {site} blinks red.
        How do I change the alarm limit for {few} sensors?
        One probe reads {few} degrees more than our own thermometer.
        The export stops after page {few}.
        We get an alarm every night at the same time, what could it be?
        Which battery fits sensor {nr}?
        The handheld reader does not charge any more.
        Can the report be sent to {who} every {day}?
        After the update the names of {few} sensors were gone.
        How often should the kit be calibrated?
        The tracker in vehicle {nr} shows the wrong place.
        Can we see {few} sites on one page?
        {who} cannot log in with the new phone.
        Is there a way to silence alarms while {site} is being rebuilt?
        Reading {nr} is missing in the archive, can you look?
        The sensor next to the door loses its connection.
    """,
    "onboarding": """
        Who sets up the logins for {who}?
        We need {few} more logins by {day}.
        Is there a manual that we can hand to {who}?
        Which ports must our IT open for the gateway?
        Can the training be recorded for {who}?
        What should be ready at {site} before the installation?
        How long does the installation of {few} gateways take?
        Please invite {who} to the first meeting.
        Can we start with {few} sites and add the rest later?
        Who is our contact during the first weeks?
        Please send the checklist again, I only have page {few}.
        Does someone need to be there when {site} is connected?
        Could we move the training to {day}?
        Where do I upload the list of assets?
        May {who} take part in the training?
        Is there a test system where {few} of us can try things out?
    """,
    "other": """
        Please change the contact person for our account to {who}.
        We are moving {site} to a new address on the {nth}.
        Our company has a new name, which papers do you need?
        Please take {who} off the mailing list.
        Can you send us your certificate for {who}?
        We need a supplier self-assessment by the {nth}.
        Who is our account manager now?
        We would like to visit your warehouse with {few} colleagues.
        Please fill in the attached questionnaire for {who}.
        Is somebody from your company at the fair on {day}?
        We are closed on {day}, please tell your colleagues.
        Where can I see how my data are kept?
        Please add {who} to the monthly newsletter.
        We have merged with a sister company, how do we join the accounts?
        Could you give us {few} references from our industry?
        I would like to praise the colleague who helped us on {day}.
    """,
}
