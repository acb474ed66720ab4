"""What the columns of ledgers are called, in English, German, French and Spanish.

A word list, not code: each canonical column with the headings seen for it. `customer_id` and
the like hold for every table that has such a column; a heading under ``table.column`` holds
for that table alone.
"""

from collections.abc import Mapping

__all__ = ["COLUMN_WORDS", "TABLE_WORDS"]

#: What files and sheets of a table are called.
TABLE_WORDS: Mapping[str, str] = {
    "customers": "customers, customer, accounts, account, clients, debtors, companies, kunden, "
    "debitoren, clientes, deudores",
    "products": "products, product, items, articles, catalog, stock items, artikel, produkte, "
    "produits, productos, articulos",
    "contracts": "contracts, contract, subscriptions, subscription, agreements, vertraege, abos, "
    "contrats, abonnements, contratos, suscripciones",
    "tariffs": "tariffs, price lists, price plans, plans, tarife, preislisten, tarifs, tarifas",
    "price_changes": "price changes, preisaenderungen, changements de prix, cambios de precio",
    "invoices": "invoices, invoice, bills, receivables, open items, rechnungen, offene posten, "
    "ausgangsrechnungen, factures, creances, facturas, cuentas por cobrar",
    "invoice_lines": "invoice lines, invoice items, line items, rechnungspositionen, positionen, "
    "lignes de facture, lineas de factura",
    "payments": "payments, payment, receipts, order payments, zahlungen, zahlungseingaenge, "
    "paiements, reglements, pagos, cobros",
    "adjustments": "adjustments, credit notes, refunds, write offs, gutschriften, avoirs, abonos",
    "disputes": "disputes, chargebacks, claims, reklamationen, litiges, disputas",
    "reminders": "reminders, dunning, mahnungen, relances, recordatorios",
    "tickets": "tickets, ticket, support tickets, cases, complaints, anfragen, reclamations, casos",
    "surveys": "surveys, survey, reviews, order reviews, nps, csat, responses, umfragen, "
    "enquetes, encuestas",
    "usage": "usage, feature usage, meter, consumption, nutzung, verbrauch, consommation, consumo",
    "orders": "orders, order, sales orders, order items, bestellungen, auftraege, commandes, "
    "pedidos",
    "stock_moves": "stock moves, movements, inventory, lagerbewegungen, mouvements, movimientos",
    "projects": "projects, jobs, projekte, projets, proyectos",
    "expenses": "expenses, claims, spesen, auslagen, frais, gastos",
    "events": "events, ereignisse, evenements, eventos",
    "benchmarks": "benchmarks, index, indices",
    "fx_rates": "fx rates, exchange rates, rates, wechselkurse, taux de change, tipos de cambio",
}

#: Headings of each column.
COLUMN_WORDS: Mapping[str, str] = {
    "customer_id": "customer id, customer number, customer no, customer code, customer, client "
    "id, client, account id, account number, account, debtor, debtor number, company id, sold to, "
    "bill to, associated company, kundennummer, kunden nr, kundennr, kunde, debitor, "
    "debitorennummer, code client, numero client, n client, compte client, cliente, id cliente, "
    "codigo cliente, numero de cliente, contact name",
    "customers.name": "name, customer name, account name, company name, company, client name, "
    "organization, organisation, firma, firmenname, kundenname, nom, nom du client, raison "
    "sociale, societe, nombre, razon social, nombre del cliente, empresa",
    "parent_id": "parent id, parent account, parent, group, konzern, muttergesellschaft, maison "
    "mere, matriz",
    "industry": "industry, sector, vertical, segment, branche, secteur, sector industrial, rubro",
    "employees": "employees, headcount, number of employees, company size, staff, mitarbeiter, "
    "mitarbeiterzahl, effectif, effectifs, empleados",
    "country": "country, country code, customer country, land, laendercode, pays, pais, country "
    "region",
    "region": "region, state, province, territory, area, bundesland, gebiet, provincia, zona, "
    "customer state",
    "currency": "currency, currency code, cur, ccy, waehrung, waehr, whrg, wkz, devise, monnaie, "
    "moneda, divisa",
    "acquired_on": "acquired on, customer since, signup date, sign up date, created, create date, "
    "created at, onboarded, start date, kunde seit, angelegt am, client depuis, date de creation, "
    "cliente desde, fecha de alta",
    "acquisition_channel": "acquisition channel, channel, lead source, referral source, source, "
    "herkunft, canal d acquisition, canal",
    "acquisition_cost": "acquisition cost, cac, akquisekosten",
    "onboarding_cost": "onboarding cost, implementation cost",
    "payment_terms_days": "payment terms, payment terms days, terms, net days, zahlungsziel, "
    "zahlungsbedingung, conditions de paiement, delai de paiement, plazo de pago, condiciones de "
    "pago",
    "credit_limit": "credit limit, kreditlimit, limite de credit, encours autorise, limite de "
    "credito",
    "churned_on": "churned on, churn date, cancelled at, cancelled on, lost on, kuendigung, "
    "gekuendigt am, date de resiliation, fecha de baja",
    "churn_reason": "churn reason, reason code, cancellation reason, kuendigungsgrund, motif",
    "product_id": "product id, product code, product, sku, item code, item, stock code, "
    "stockcode, article, lineitem sku, inventory item code, artikelnummer, artikel, reference "
    "produit, reference, code article, producto, codigo producto, articulo",
    "products.name": "name, product name, description, title, item description, bezeichnung, "
    "artikelbezeichnung, designation, libelle, descripcion, nombre",
    "family": "family, category, product category, product category name, type, warengruppe, "
    "famille, familia, categoria",
    "unit_cost": "unit cost, cost, cost price, einkaufspreis, selbstkosten, cout unitaire, costo",
    "unit_price": "unit price, price, product price, unit amount, list price, lineitem price, "
    "einzelpreis, preis, prix, prix unitaire, precio, precio unitario",
    "contract_id": "contract id, contract number, subscription id, subscription, agreement, "
    "vertragsnummer, vertrag, numero de contrat, contrat, contrato, id suscripcion",
    "contracts.started_on": "started on, start date, start, valid from, beginn, vertragsbeginn, "
    "date de debut, fecha de inicio",
    "contracts.ended_on": "ended on, end date, end, valid to, ende, vertragsende, date de fin, "
    "fecha de fin",
    "renews_on": "renews on, renewal date, next renewal, verlaengerung, renouvellement, renovacion",
    "billing_model": "billing model, pricing model, plan type, abrechnungsmodell",
    "billing_timing": "billing timing, billing frequency, abrechnungszeitpunkt",
    "monthly_value": "monthly value, mrr, mrr amount, monthly amount, monatsbetrag, montant "
    "mensuel, importe mensual",
    "tariff_id": "tariff id, plan, plan tier, tariff, tarif, tarifa",
    "valid_from": "valid from, in force from, gueltig ab, valable des, vigente desde",
    "definition": "definition, terms, price definition, preisdefinition",
    "invoice_id": "invoice id, invoice number, invoice no, invoice, inv no, inv number, num, "
    "number, bill number, document number, document no, doc no, receipt number, rechnungsnummer, "
    "rechnungs nr, rechnung nr, rechnungsnr, belegnummer, beleg, numero de facture, n facture, no "
    "facture, facture, piece, numero de factura, factura, n factura, folio",
    "issued_on": "issued on, issue date, invoice date, invoiced on, date, bill date, document "
    "date, transaction date, posting date, date utc, rechnungsdatum, belegdatum, ausgestellt am, "
    "datum, date de facture, date facture, date d emission, date de facturation, fecha, fecha de "
    "factura, fecha de emision, fecha factura",
    "due_on": "due on, due date, payment due, net due date, due, duedate, faelligkeit, "
    "nettofaelligkeit, netto faelligkeit, faellig am, faelligkeitsdatum, zahlbar bis, echeance, "
    "date d echeance, date echeance, vencimiento, fecha de vencimiento, fecha vencimiento",
    "invoices.amount": "amount, invoice amount, total, invoice total, gross amount, total amount, "
    "amount incl tax, amount in doc curr, betrag, rechnungsbetrag, bruttobetrag, summe, "
    "gesamtbetrag, montant, montant ttc, total ttc, importe, importe total, monto, total factura",
    "invoices.channel": "channel, delivery method, sent by, paperless bill, versandart, "
    "rechnungsversand, mode d envoi, canal de envio",
    "invoices.kind": "kind, invoice type, type, rechnungsart, type de facture, tipo",
    "line_no": "line no, line number, line, order item id, position, pos, zeile, ligne, linea",
    "quantity": "quantity, qty, units, count, usage count, lineitem quantity, menge, anzahl, "
    "quantite, qte, cantidad",
    "invoice_lines.amount": "line amount, line total, amount, net amount, positionsbetrag, "
    "montant ligne, importe linea",
    "invoice_lines.cost": "cost, line cost, kosten",
    "payment_id": "payment id, payment number, payment reference, receipt id, transaction id, "
    "zahlungsnummer, zahlung, numero de paiement, reglement, id pago, numero de pago",
    "paid_on": "paid on, paid at, payment date, paid date, settled date, settled on, clearing "
    "date, date paid, received on, receipt date, bezahlt am, zahlungsdatum, zahldatum, "
    "ausgleichsdatum, zahlungseingang, date de paiement, date de reglement, paye le, reglee le, "
    "fecha de pago, pagado el, fecha de cobro",
    "payments.amount": "amount, amount paid, paid amount, payment amount, payment value, "
    "received, gezahlt, zahlbetrag, bezahlter betrag, montant paye, montant regle, importe "
    "pagado, monto pagado",
    "method": "method, payment method, payment type, payment source type, zahlungsart, "
    "zahlungsweise, mode de paiement, moyen de paiement, forma de pago, metodo de pago",
    "adjustment_id": "adjustment id, credit note, credit note number, refund id, "
    "gutschriftsnummer, avoir, numero d avoir, nota de credito",
    "adjustments.amount": "amount, credit amount, refund amount, amount refunded, refund amount "
    "usd, gutschriftsbetrag, montant de l avoir, importe abonado",
    "requested_on": "requested on, credit note date, refund date, gutschriftsdatum, date de l "
    "avoir",
    "completed_on": "completed on, refunded on, processed on",
    "dispute_id": "dispute id, chargeback id, claim number, reklamationsnummer, litige, disputa",
    "disputes.amount": "disputed amount, amount, strittiger betrag, montant conteste",
    "disputes.opened_on": "opened on, dispute date, opened, disputed on",
    "disputes.reason": "reason, dispute reason, grund, motif, motivo",
    "outcome": "outcome, dispute status, result, ergebnis, resultado",
    "reminder_id": "reminder id, dunning id, mahnnummer, relance",
    "sent_on": "sent on, sent at, reminder date, mahndatum, date de relance, fecha de envio",
    "stage": "stage, dunning level, level, mahnstufe, niveau de relance, nivel",
    "tone": "tone, tonfall, ton, tono",
    "staff_minutes": "staff minutes, minutes, bearbeitungszeit",
    "ticket_id": "ticket id, ticket, ticket number, case number, case id, id, ticketnummer, "
    "fallnummer, numero de ticket, numero de caso",
    "tickets.opened_on": "opened on, opened, date, created at, created time, submitted at, date "
    "opened, created, erstellt am, ouvert le, date d ouverture, fecha de apertura, creado",
    "tickets.resolved_on": "resolved on, solved at, resolved time, closed at, closed time, "
    "closed, geloest am, geschlossen am, resolu le, cerrado, fecha de cierre",
    "topic": "topic, category, subject area, ticket type, type, thema, kategorie, sujet, "
    "categorie, tema, categoria",
    "handling_minutes": "handling minutes, handling time, full resolution time in minutes, "
    "bearbeitungsdauer",
    "tickets.text": "text, subject, description, customer complaint, message, betreff, "
    "beschreibung, objet, asunto",
    "survey_id": "survey id, response id, review id, review pk, id, antwort id",
    "respondent": "respondent, person, recipient email, email, teilnehmer, repondant",
    "answered_on": "answered on, response date, recorded date, review creation date, created at, "
    "review answer timestamp, antwortdatum, date de reponse, fecha de respuesta",
    "measure": "measure, survey type, metric, kennzahl",
    "touchpoint": "touchpoint, journey stage, kontaktpunkt",
    "score": "score, rating, nps, review score, satisfaction score, nps score, bewertung, note, "
    "puntuacion",
    "comment": "comment, feedback, feedback text, review comment, kommentar, commentaire, "
    "comentario",
    "meter": "meter, feature, feature name, metric name, zaehler, compteur, medidor",
    "month": "month, period, usage month, usage date, monat, mois, periode, mes, periodo",
    "order_id": "order id, order number, order, order no, sales order, name, bestellnummer, "
    "auftragsnummer, numero de commande, commande, numero de pedido, pedido",
    "ordered_on": "ordered on, order date, order purchase timestamp, purchase date, created at, "
    "bestelldatum, auftragsdatum, date de commande, fecha de pedido",
    "promised_on": "promised on, promised date, estimated delivery date, order estimated delivery "
    "date, wunschtermin, liefertermin, date promise, fecha prometida",
    "shipped_on": "shipped on, ship date, shipping date, shipped at, fulfilled at, order "
    "delivered carrier date, versanddatum, date d expedition, fecha de envio",
    "delivered_on": "delivered on, delivery date, delivered at, order delivered customer date, "
    "lieferdatum, date de livraison, fecha de entrega",
    "delivered_quantity": "delivered quantity, liefermenge",
    "returned_quantity": "returned quantity, retourenmenge",
    "warehouse": "warehouse, location, lager, entrepot, almacen",
    "move_id": "move id, movement id, bewegungsnummer",
    "moved_on": "moved on, movement date, buchungsdatum",
    "project_id": "project id, project number, project code, projektnummer, projet, proyecto",
    "expense_id": "expense id, claim id, spesennummer",
    "submitted_on": "submitted on, claim date, eingereicht am",
    "reimbursed_on": "reimbursed on, erstattet am",
    "expenses.amount": "amount, expense amount, betrag, montant, importe",
    "to_reporting": "to reporting, rate, exchange rate, fx rate, kurs, wechselkurs, taux, tipo de "
    "cambio",
}
