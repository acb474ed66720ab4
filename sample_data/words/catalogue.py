"""What the sample company sells, where it keeps it, and what its jobs are called."""

__all__ = [
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
