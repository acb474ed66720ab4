"""What the sample company sells, where it keeps it, what its jobs are called, and its diary."""

__all__ = [
    "BENCHMARK_SOURCE",
    "EVENT_TEXTS",
    "METERS",
    "PRODUCTS",
    "PROJECT_SCOPES",
    "WAREHOUSES",
]

#: Product id, name, family, unit price and unit cost in EUR. A subscription's unit is a month, a
#: meter's unit what it counts, a service's an hour, a visit or a day.
PRODUCTS = (
    ("P-01", "Field service plan", "subscription", 420.0, 190.0),
    ("P-02", "Fleet monitoring", "subscription", 780.0, 260.0),
    ("P-03", "Remote diagnostics", "subscription", 310.0, 96.0),
    ("P-04", "Inspection records", "subscription", 165.0, 41.0),
    ("P-11", "Sensor data feed", "usage", 0.012, 0.004),
    ("P-12", "Data interface calls", "usage", 0.0045, 0.0012),
    ("P-13", "Readings archive", "usage", 0.19, 0.06),
    ("P-14", "Site connection time", "usage", 0.065, 0.022),
    ("P-21", "Calibration kit", "goods", 145.0, 88.0),
    ("P-22", "Vibration sensor", "goods", 118.0, 64.0),
    ("P-23", "Temperature probe", "goods", 42.0, 23.5),
    ("P-24", "Site gateway", "goods", 640.0, 395.0),
    ("P-25", "Vehicle tracker", "goods", 189.0, 107.0),
    ("P-26", "Mounting set", "goods", 18.0, 8.2),
    ("P-27", "Battery pack", "goods", 57.0, 34.0),
    ("P-28", "Handheld reader", "goods", 890.0, 560.0),
    ("P-31", "Installation hour", "service", 96.0, 61.0),
    ("P-32", "On-site visit", "service", 340.0, 215.0),
    ("P-33", "Training day", "service", 1150.0, 690.0),
    ("P-91", "Contract discount", "service", 0.0, 0.0),
    ("P-92", "Invoice handling", "service", 2.5, 1.9),
)

#: Product that is billed by a meter, and the meter.
METERS = {
    "P-11": "sensor_readings",
    "P-12": "api_calls",
    "P-13": "gb_stored",
    "P-14": "site_minutes",
}

WAREHOUSES = ("Ellernhof", "Vlasmeer", "Kirkvale")

#: Kind of project, whether it is done on site, its size, and what such a job is called.
PROJECT_SCOPES = {
    ("implementation", True, "small"): (
        "Fit one gateway and four sensors in the boiler room",
        "Mount trackers in five delivery vans and show the drivers",
        "Replace the probes of one cold room and calibrate them",
    ),
    ("implementation", True, "medium"): (
        "Equip two production halls with vibration sensors and gateways",
        "Install cold chain probes in the warehouse and at three docks",
        "Connect the machines of one branch and hand over to the shift leads",
    ),
    ("implementation", True, "large"): (
        "Roll out monitoring to eleven sites, with cabling and night shifts",
        "Move the whole fleet from the old trackers, three depots",
        "Equip a new plant from the goods gate to dispatch, with training on site",
    ),
    ("implementation", False, "small"): (
        "Set up logins and alarm rules for one site",
        "Connect the mailbox for electronic invoices",
        "Import the asset list and name the measuring points",
    ),
    ("implementation", False, "medium"): (
        "Link the data feed to the maintenance planner",
        "Build alarm rules and weekly reports for four departments",
        "Bring two years of readings over from the previous supplier",
    ),
    ("implementation", False, "large"): (
        "Connect orders, invoices and assets with the customer's books",
        "Set up one view over all subsidiaries, with roles and sign-in",
        "Move the archive of nine sites and prove that no reading is missing",
    ),
    ("service", True, "small"): (
        "Yearly calibration of the handheld readers",
        "Find out why the gateway by the loading bay drops out",
        "Change the batteries of all sensors in one hall",
    ),
    ("service", True, "medium"): (
        "Inspection round over three sites, with a written report",
        "Refit sensors after the rebuilding of the packing line",
        "Training days for two shifts, with practice at the machines",
    ),
    ("service", True, "large"): (
        "Inspection of all measuring points before the safety audit",
        "Standby team for the stocktaking weeks at five depots",
        "Recalibrate the laboratory and every cold room of the group",
    ),
    ("service", False, "small"): (
        "Check the alarm limits and tidy up the contact list",
        "Remote training for new colleagues, half a day",
        "Correct the site names in last year's reports",
    ),
    ("service", False, "medium"): (
        "Review of a quarter's alarms, with proposals",
        "Write the evidence for the energy audit from stored readings",
        "Retune the forecasting rules after the change of shifts",
    ),
    ("service", False, "large"): (
        "Yearly review of all sites, with a plan for the worn-out parts",
        "Rebuild the reports for the new group structure",
        "Half a year of remote supervision while the customer's team grows",
    ),
}

#: Kind of event, and title and detail of each. Amounts and dates are left to the calendar that
#: uses them. The first policy is the one on travel expenses.
EVENT_TEXTS = {
    "price_change": (
        ("Yearly price adjustment", "New list prices for all subscriptions, announced by letter."),
        ("Goods price list renewed", "Sensors and gateways follow the cost of parts."),
        ("Metered rates rounded", "Rates per reading and call now have three decimals."),
        ("Installation hours repriced", "One hourly rate for all regions."),
        ("Introductory discounts ended", "No new contract carries the first-year discount."),
    ),
    "policy": (
        (
            "Travel expenses are reimbursed later",
            "Claims are paid with the second payroll run instead of the next one.",
        ),
        ("Second reminder brought forward", "It goes out a week earlier than before."),
        ("Reminder texts rewritten", "Shorter letters, with a name and a number to call."),
        ("Credit limits reviewed every quarter", "Before, once a year and on request."),
        ("Credit notes need one approval, not two", "Up to the limit of a team lead."),
        ("New accounts pay the first order in advance", "Applies where no credit report exists."),
        ("Visits are booked by the customer", "A calendar replaces the call from the planner."),
    ),
    "product": (
        ("Fleet monitoring shows fuel use", "Included in the subscription."),
        ("New handheld reader", "Lighter, and works with gloves on. The old one is sold out."),
        ("Archive can be exported", "Readings leave as files, a site at a time."),
        ("Alarm rules by shift", "Night and weekend limits can differ."),
        ("Old gateway no longer sold", "Spare parts stay available."),
    ),
    "billing": (
        ("E-invoices offered to all customers", "Paper stays possible on request."),
        ("One invoice for all sites", "Group accounts may choose a consolidated invoice."),
        ("Usage shown by site on the invoice", "An annex lists each meter."),
        ("Invoice run moved to the first working day", "It used to take until the fifth."),
        ("Customer portal shows open items", "With a copy of every invoice and reminder."),
        ("Card payment ended for large invoices", "Bank transfer and direct debit remain."),
    ),
    "market": (
        ("A competitor cut its prices for gateways", "Sales reports more requests to match."),
        ("Parts are scarce", "Longer lead times for radio modules."),
        ("Energy prices up", "Customers postpone rebuilding."),
        ("New rule on cold chain records", "Retailers must keep readings for longer."),
        ("Trade fair week", "Twice the usual number of enquiries."),
        ("A supplier of probes closed down", "A second source is being approved."),
    ),
    "staffing": (
        ("Two planners left field service", "Visits are arranged by the regional teams meanwhile."),
        ("Support desk answers in four languages", "German, French, Dutch and English."),
        ("New head of collections", "Weekly review of the largest open items."),
        ("Summer crew in the warehouses", "Eight seasonal colleagues."),
        ("Accounts receivable moved under one roof", "The regional desks were merged."),
        ("Hiring stop in administration", "Open posts stay open until the budget."),
    ),
    "outage": (
        ("Data feed down for a morning", "Readings were kept on the gateways and sent later."),
        ("Portal not reachable over a weekend", "Certificates had expired."),
        ("Telephone system changed, with gaps", "Calls were lost on two days."),
        ("Warehouse scanner failure", "Shipments of a day were booked by hand."),
        ("Invoice run repeated", "The first one stopped half way; nothing was sent twice."),
    ),
    "delivery": (
        ("New carrier for parcels", "Pallets stay with the old one."),
        ("Stocktaking at all warehouses", "No shipments for two days."),
        ("Warehouse at Vlasmeer enlarged", "Room for another third of the stock."),
        ("Strike at the ports", "Deliveries overseas wait."),
        ("Delivery promises checked against stock", "The shop shows a date it can keep."),
    ),
    "contract": (
        ("Renewals run for two years", "Yearly terms remain on request."),
        ("Letters go out ninety days before renewal", "Before, it was sixty."),
        ("Minimum fee introduced for small sites", "For new contracts only."),
        ("Group agreements get one account manager", "One contact for all subsidiaries."),
    ),
    "system": (
        ("Ledger moved to a new system", "Customer numbers were kept."),
        ("Survey goes out after each ticket", "Before, one in four was asked."),
        ("Duplicate accounts cleaned up", "Some were found in all regions."),
        ("Ticket topics renamed", "Eight topics instead of thirty."),
    ),
}

BENCHMARK_SOURCE = "Quillonby panel of made-up peers"
