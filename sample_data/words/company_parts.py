"""What company names are put together from. Places and families are invented."""

__all__ = ["ENDS", "FAMILIES", "FORMS", "FORM_SPELLINGS", "HOLDINGS", "STEMS", "TRADES"]

#: Country and the first halves of its invented place names.
STEMS = {
    "DE": (
        "Amsel", "Dorn", "Ellern", "Falken", "Farn", "Fichten", "Ginster", "Hasel", "Ahorn",
        "Holder", "Iltis", "Kiebitz", "Kiesel", "Krähen", "Kranich", "Lerchen", "Lupinen",
        "Marder", "Möwen", "Nebel", "Otter", "Pappel", "Quellen", "Rauch", "Reiher", "Schilf",
        "Schlehen", "Sperber", "Ulmen", "Wachtel", "Weiher", "Ziegel", "Fasanen", "Espen",
        "Drossel", "Birn", "Zander", "Luchs",
    ),
    "FR": (
        "Aigue", "Argen", "Auber", "Belle", "Blanche", "Boisse", "Brève", "Castel", "Chante",
        "Corne", "Coudre", "Damme", "Épine", "Ferre", "Fonte", "Gente", "Grave", "Joli", "Laure",
        "Maure", "Mire", "Noire", "Orme", "Quinte", "Roque", "Saule", "Serre", "Tourne", "Verde",
        "Vive", "Yvre", "Prune", "Haye", "Lièvre", "Ganne", "Osmo",
    ),
    "NL": (
        "Bever", "Braam", "Distel", "Eiken", "Elzen", "Haver", "Hazel", "Kerk", "Klaver", "Kraai",
        "Lange", "Meeuwen", "Molen", "Noorder", "Otter", "Polder", "Reiger", "Riet", "Schapen",
        "Schout", "Snoek", "Steen", "Valken", "Vlas", "Vlier", "Vogel", "Wester", "Wilgen",
        "Winter", "Zilver", "Zonne", "Zwaluw", "Gras", "Kwartel", "Linde",
    ),
    "GB": (
        "Alder", "Bittern", "Brindle", "Birch", "Blyth", "Bracken", "Clover", "Cold", "Curlew",
        "Frost", "Garrow", "Gorse", "Grey", "Hallow", "Hawk", "Hazel", "Heron", "Ivy", "Jasper",
        "Kestrel", "Kirk", "Lark", "Marl", "Nettle", "Otter", "Plover", "Quarry", "Raven", "Rush",
        "Salt", "Sedge", "Thistle", "Wych", "Yarrow", "Dove", "Teasel",
    ),
    "US": (
        "Aspen", "Badger", "Bison", "Canyon", "Cedar", "Cinder", "Cobalt", "Copper", "Cotton",
        "Cypress", "Falcon", "Flint", "Granite", "Heron", "Hickory", "Iron", "Juniper", "Lantern",
        "Lone", "Maple", "Osprey", "Pecan", "Pine", "Quartz", "Sage", "Spruce", "Summit",
        "Timber", "Tupelo", "Walnut", "Willow", "Antler", "Bobcat", "Larkspur", "Sumac",
    ),
}  # fmt: skip

#: Country and the second halves.
ENDS = {
    "DE": (
        "au", "bach", "berg", "born", "brück", "bühl", "eck", "feld", "grund", "hain", "hausen",
        "heim", "hof", "höhe", "horst", "kamp", "moor", "ried", "see", "tal", "wang",
    ),
    "FR": (
        "bois", "champ", "combe", "coste", "croix", "fontaine", "garde", "lac", "lande", "lieu",
        "mare", "mont", "pont", "rive", "roche", "tour", "val", "vigne",
    ),
    "NL": (
        "beek", "berg", "bosch", "brink", "broek", "burg", "dam", "dijk", "donk", "drecht",
        "gaard", "haven", "horst", "hoven", "kamp", "laan", "meer", "oord", "sluis", "stede",
        "veen", "veld", "waard", "wijk",
    ),
    "GB": (
        "bourne", "bridge", "brook", "combe", "croft", "dale", "field", "ford", "gate", "ham",
        "hurst", "ley", "marsh", "mere", "moor", "stead", "thorpe", "ton", "vale", "wick", "worth",
    ),
    "US": (
        " Bend", " Bluff", " Creek", " Falls", " Fork", " Gap", " Grove", " Harbor", " Hollow",
        " Junction", " Lake", " Mesa", " Mill", " Pass", " Point", " Prairie", " Ridge", " Run",
        " Springs", " Valley",
    ),
}  # fmt: skip

#: Country and invented family names; pairs of them head firms of professionals.
FAMILIES = {
    "DE": (
        "Ahlbrink", "Brömmel", "Dreyquell", "Eikenroth", "Grotwinkel", "Hülsebrand", "Jesterkamp",
        "Lüdenbohl", "Ossenbrink", "Rottgräber", "Tiedewang", "Vosskötter",
    ),
    "FR": (
        "Arvieux", "Bressolin", "Chavigneau", "Delormais", "Fougerat", "Guérinot", "Lamoursac",
        "Maupertin", "Péridac", "Rouvelin", "Sauvignac", "Thibaudin",
    ),
    "NL": (
        "Aalbrink", "Boersveld", "Dekkerman", "Eelkemans", "Grootenaar", "Heuvelink", "Kuipstra",
        "Lammersma", "Oudekerk", "Rietmeijer", "Tolsveld", "Wildeboom",
    ),
    "GB": (
        "Ackerleigh", "Bramthwaite", "Copplestow", "Dunmarrow", "Eskergill", "Fothersby",
        "Garrowby", "Hindlewick", "Marchbourne", "Pettishaw", "Quillonby", "Tranterley",
    ),
    "US": (
        "Abelstrom", "Brandover", "Calhaven", "Dellengray", "Eastburn", "Fairbrandt", "Hollowell",
        "Kessington", "Lockaby", "Merriden", "Ostergren", "Tallmarsh",
    ),
}  # fmt: skip

#: Country, industry and its trades; the braces hold the first word.
TRADES = {
    "DE": {
        "Manufacturing": """{} Werkzeugbau|{} Präzisionsteile|{} Maschinenbau|{} Antriebstechnik
            |Gießerei {}|{} Blechbearbeitung|{} Kunststoffe|{} Oberflächen|{} Messgeräte
            |{} Hydraulik|Drehteile {}|{} Verpackungen""",
        "Retail": """{} Baumärkte|Möbelhaus {}|Buchhandlungen {}|{} Gartencenter|{} Küchenwelt
            |{} Sporthandel|Kaufhaus {}|{} Feinkost|{} Getränkemärkte|{} Schuhe|{} Fahrräder
            |{} Tierbedarf""",
        "Healthcare": """Klinikum {}|{} Pflegeheime|Seniorenzentrum {}|{} Labordiagnostik
            |Zahnzentrum {}|{} Apotheken|{} Radiologie|{} Medizintechnik|{} Rehabilitation
            |{} Dialyse|{} Sanitätshäuser|{} Krankenfahrten""",
        "Logistics": """Spedition {}|{} Logistik|{} Kühltransporte|{} Kurierdienst|Lagerhaus {}
            |{} Schwerlast|{} Umzüge|{} Hafenumschlag|{} Paketzustellung|{} Kraftverkehr
            |{} Containerdienst|{} Luftfracht""",
        "Professional services": """{} Unternehmensberatung|{} Steuerberatung|Ingenieurbüro {}
            |Architekturbüro {}|{} Fachübersetzungen|{} Lohnabrechnung|{} Planung
            |{} Sachverständige|{} Personalvermittlung|{} Wirtschaftsprüfung|{} Vermessung
            |{} Datenschutz""",
    },
    "FR": {
        "Manufacturing": """Ateliers {}|Mécanique {}|Fonderie {}|{} Outillage|{} Usinage
            |{} Plasturgie|{} Composants|Tôlerie {}|{} Automatismes|{} Emballages
            |Chaudronnerie {}|{} Décolletage""",
        "Retail": """Librairies {}|Jardineries {}|{} Mobilier|{} Bricolage|Épiceries {}
            |{} Chaussures|{} Cycles|{} Électroménager|{} Literie|{} Sports|{} Animalerie
            |{} Décoration""",
        "Healthcare": """Clinique {}|Laboratoires {}|Pharmacies {}|Résidences {}
            |{} Imagerie médicale|Cabinets dentaires {}|{} Soins à domicile|{} Rééducation
            |{} Matériel médical|Centre de santé {}|{} Optique|{} Ambulances""",
        "Logistics": """Transports {}|{} Logistique|Messagerie {}|{} Fret|Entrepôts {}
            |{} Transport frigorifique|{} Déménagements|{} Livraison|{} Affrètement|Coursiers {}
            |{} Manutention|{} Transit""",
        "Professional services": """Cabinet {}|{} Conseil|{} Ingénierie|{} Architectes
            |{} Traductions|{} Expertise comptable|Bureau d'études {}|{} Paie|{} Géomètres
            |{} Formation|{} Audit|{} Recrutement""",
    },
    "NL": {
        "Manufacturing": """{} Metaalbewerking|{} Gereedschappen|Machinefabriek {}|{} Kunststoffen
            |{} Verspaning|{} Aandrijftechniek|{} Verpakkingen|Gieterij {}|{} Plaatwerk
            |{} Meetinstrumenten|{} Coatings|{} Houtindustrie""",
        "Retail": """{} Tuincentra|Boekhandel {}|{} Woonwinkels|{} Bouwmarkten|{} Fietsen
            |{} Keukens|{} Schoenen|Warenhuis {}|{} Delicatessen|{} Sportzaken|{} Dierenspeciaalzaak
            |{} Witgoed""",
        "Healthcare": """Zorggroep {}|Tandartsen {}|{} Thuiszorg|Apotheek {}|{} Diagnostiek
            |{} Revalidatie|Kliniek {}|{} Fysiotherapie|{} Hulpmiddelen|Woonzorg {}|{} Laboratoria
            |{} Ambulancevervoer""",
        "Logistics": """Transportbedrijf {}|{} Koeriers|{} Koelvervoer|{} Opslag|Rederij {}
            |{} Distributie|Expeditie {}|{} Verhuizingen|{} Containers|{} Pakketbezorging
            |{} Tankvervoer|{} Luchtvracht""",
        "Professional services": """Adviesbureau {}|{} Accountants|{} Architecten
            |Ingenieursbureau {}|{} Vertalingen|{} Salarisadministratie|{} Juristen
            |{} Projectbeheer|{} Keuringen|{} Landmeters|{} Detachering|{} Opleidingen""",
    },
    "GB": {
        "Manufacturing": """{} Castings|{} Precision Parts|{} Motion|{} Fabrications|{} Toolmakers
            |{} Plastics|{} Pumps & Valves|{} Springs|{} Coatings|{} Instruments|{} Packaging
            |{} Joinery""",
        "Retail": """{} Outfitters|{} Home & Garden|{} Markets|{} Bookshops|{} Interiors
            |{} Cycles|{} Kitchens|{} Lighting|{} Footwear|{} Pet Supplies|{} Farm Shops
            |{} Hardware""",
        "Healthcare": """{} Clinics|{} Dental Group|{} Diagnostics|{} Care Homes|{} Pharmacies
            |{} Imaging|{} Physiotherapy|{} Hearing Care|{} Eye Hospitals|{} Home Nursing
            |{} Orthotics|{} Hospices""",
        "Logistics": """{} Freight|{} Couriers|{} Cold Chain|{} Haulage|{} Warehousing
            |{} Removals|{} Shipping Agents|{} Parcels|{} Pallet Network|{} Tankers
            |{} Forwarding|{} Fulfilment""",
        "Professional services": """{} Advisory|{} Architects|{} Engineers|{} Translations
            |{} Payroll|{} Surveyors|{} Accountants|{} Training|{} Recruitment
            |{} Patent Attorneys|{} Safety Consultants|{} Actuaries""",
    },
    "US": {
        "Manufacturing": """{} Foundry|{} Machine Works|{} Tool & Die|{} Controls|{} Metal Products
            |{} Polymers|{} Bearings|{} Fasteners|{} Molding|{} Cabinetry|{} Gear|{} Gauges""",
        "Retail": """{} Outdoor Supply|{} Furniture|{} Grocers|{} Hardware Stores
            |{} Sporting Goods|{} Nurseries|{} Appliances|{} Booksellers|{} Pet Stores|{} Bicycles
            |{} Home Goods|{} Shoes""",
        "Healthcare": """{} Medical Group|{} Surgery Centers|{} Senior Living|{} Labs
            |{} Dental Partners|{} Radiology|{} Home Health|{} Urgent Care|{} Pharmacy
            |{} Rehabilitation|{} Hospice Care|{} Pediatrics""",
        "Logistics": """{} Trucking|{} Cold Storage|{} Distribution|{} Freight Lines|{} Delivery
            |{} Drayage|{} Moving & Storage|{} Fulfillment|{} Air Cargo|{} Rail Services
            |{} Expediting|{} Barge Lines""",
        "Professional services": """{} Consulting|{} Engineering|{} Design Associates
            |{} Tax Advisors|{} Staffing|{} Appraisers|{} Land Surveying|{} Payroll Services
            |{} Legal Partners|{} Environmental|{} Institute|{} Claims Services""",
    },
}

#: Country, its legal forms and how common each is.
FORMS = {
    "DE": {"GmbH": 0.68, "GmbH & Co. KG": 0.22, "AG": 0.10},
    "FR": {"SAS": 0.60, "SARL": 0.30, "SA": 0.10},
    "NL": {"B.V.": 0.92, "N.V.": 0.08},
    "GB": {"Ltd": 0.88, "plc": 0.12},
    "US": {"Inc.": 0.50, "LLC": 0.38, "Corp.": 0.12},
}

#: A legal form and how else it is typed.
FORM_SPELLINGS = {
    "GmbH & Co. KG": ("GmbH & Co KG", "GmbH u. Co. KG", "GmbH + Co.KG"),
    "GmbH": ("G.m.b.H.", "Gmbh", "GMBH"),
    "AG": ("A.G.", "Aktiengesellschaft"),
    "SAS": ("S.A.S.", "sas"),
    "SARL": ("S.A.R.L.", "Sarl"),
    "SA": ("S.A.", "sa"),
    "B.V.": ("BV", "B.V", "b.v."),
    "N.V.": ("NV", "N.V"),
    "Ltd": ("Limited", "Ltd.", "LTD"),
    "plc": ("PLC", "P.L.C."),
    "Inc.": ("Inc", "Incorporated", ", Inc."),
    "LLC": ("L.L.C.", "Llc"),
    "Corp.": ("Corporation", "Corp"),
}

#: Country and how a holding is named.
HOLDINGS = {
    "DE": ("{} Holding GmbH", "{} Beteiligungs AG"),
    "FR": ("Groupe {} SA", "{} Participations SAS"),
    "NL": ("{} Holding B.V.", "{} Beheer B.V."),
    "GB": ("{} Holdings plc", "{} Group Ltd"),
    "US": ("{} Holdings Inc.", "{} Industries Corp."),
}
