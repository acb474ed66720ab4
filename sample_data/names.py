"""Words the sample company's customers, products and tickets are made of. All invented."""

__all__ = ["COMPANY_FORMS", "COUNTRIES", "INDUSTRIES", "PLACES", "PRODUCTS", "TICKETS"]

#: Industry and the words its company names end in.
INDUSTRIES = {
    "Manufacturing": ("Werkzeugbau", "Castings", "Precision Parts", "Motion", "Fabrication"),
    "Retail": ("Outfitters", "Home & Garden", "Markets", "Bookshops", "Interiors"),
    "Healthcare": ("Clinics", "Dental Group", "Diagnostics", "Care Homes", "Pharmacies"),
    "Logistics": ("Freight", "Couriers", "Cold Chain", "Haulage", "Warehousing"),
    "Professional services": ("Advisory", "Architects", "Engineers", "Translations", "Payroll"),
}

#: First words of the names; with an ending and a form they make several thousand firms.
PLACES = (
    "Alderbrook", "Amselfeld", "Birkenau", "Brackwater", "Calderon", "Castelmont", "Dunmere",
    "Ellernhof", "Fairlow", "Falkenried", "Garrowby", "Greyfen", "Halvorsen", "Hazelmoor",
    "Ivystone", "Jasperwick", "Kesselring", "Kirkvale", "Lindenthal", "Lowmarsh", "Marlowe",
    "Montclair", "Nordwind", "Oakhurst", "Pellworm", "Quillon", "Ravensworth", "Rosental",
    "Saltmere", "Silbersee", "Thornbury", "Ulmenhain", "Vandermeer", "Waldkirch", "Westerholt",
    "Wychford", "Yarrowdale", "Zeitler",
)  # fmt: skip

#: Country to region, currency and weight.
COUNTRIES = {
    "DE": ("DACH", "EUR", 0.30),
    "FR": ("France & Benelux", "EUR", 0.18),
    "NL": ("France & Benelux", "EUR", 0.12),
    "GB": ("UK & Ireland", "GBP", 0.22),
    "US": ("North America", "USD", 0.18),
}

COMPANY_FORMS = {"DE": "GmbH", "FR": "SAS", "NL": "B.V.", "GB": "Ltd", "US": "Inc."}

#: Product id, name, family, unit price, unit cost.
PRODUCTS = (
    ("P-01", "Field service plan", "subscription", 420.0, 190.0),
    ("P-02", "Fleet monitoring", "subscription", 780.0, 260.0),
    ("P-03", "Sensor data feed", "usage", 0.012, 0.004),
    ("P-04", "Calibration kit", "goods", 145.0, 88.0),
    ("P-05", "Site installation", "service", 96.0, 61.0),
)

#: Ticket topic and a sentence a customer might write.
TICKETS = {
    "billing": "The July invoice lists two sites, but we closed the second one in spring.",
    "payment": "Our bank says the transfer was returned. Which account should we use?",
    "pricing": "The new rate is not the one in our agreement, can you check?",
    "refund": "We sent the kit back three weeks ago and still wait for the credit note.",
    "delivery": "The delivery was promised for Monday and has not arrived.",
    "product": "The dashboard has shown no readings since the update.",
    "onboarding": "Who sets up the logins for our night shift?",
    "other": "Please change the contact person for our account.",
}
