"""What the headers of real exports mean, in four languages."""

from collections import Counter

import pytest

from imports.columns import match_headers
from imports.kinds import Kind, kinds
from imports.layouts import likeliest_kind
from imports.parsing.header import squash

# Header rows as programs write them, and what each column that means something to us means.
ROWS: dict[str, tuple[str, str, dict[str, str]]] = {
    "public-sector contract report": (
        "sales",
        (
            "State|Customer Type|Customer bill-to name|Customer bill-to address"
            "|Contractor or Authorized Dealer Order number|Customer PO number|Customer number"
            "|Order type|PO date|Ship date|Invoice date|Invoice number|Product number"
            "|Product description|List Price/MSRP|Contract Price|Quantity|Total Price|Admin Fee"
            "|Dealer"
        ),
        {
            "invoice": "Invoice number", "date": "Invoice date", "order_type": "Order type",
            "customer": "Customer number", "reseller": "Dealer", "product": "Product number",
            "quantity": "Quantity", "price": "Contract Price", "amount": "Total Price",
            "order_date": "PO date", "ship_date": "Ship date",
        },
    ),
    "flattened EDI 867": (
        "sales",
        (
            "Report Start Date|Report End Date|Currency|Reseller Order No.|Distributor PO No."
            "|Invoice No.|Invoice Date|Ship Date|Item ID|Vendor Item ID|Serial No.|Quantity"
            "|Unit Price|Description"
        ),
        {
            "invoice": "Invoice No.", "date": "Invoice Date", "product": "Vendor Item ID",
            "quantity": "Quantity", "price": "Unit Price", "currency": "Currency",
            "ship_date": "Ship Date",
        },
    ),
    "paint maker's point of sale": (
        "sales",
        (
            "MEMBER_ID|INVOICE_NUMBER|INVOICE_DATE|DISTRIBUTOR_NAME|DISTRIBUTOR_ADDR1"
            "|DISTRIBUTOR_ADDR2|DISTRIBUTOR_CITY|DISTRIBUTOR_STATE|DISTRIBUTOR_ZIP_CODE"
            "|DISTRIBUTOR_PRODUCT_ID|BRAND_NAME|PRODUCT_DESCRIPTION|PRODUCT_SKU|PACK|SIZE|QUANTITY"
            "|AMOUNT"
        ),
        {
            "invoice": "INVOICE_NUMBER", "date": "INVOICE_DATE", "reseller": "MEMBER_ID",
            "distributor": "DISTRIBUTOR_NAME", "product": "PRODUCT_SKU", "quantity": "QUANTITY",
            "amount": "AMOUNT",
        },
    ),
    "electronic components": (
        "sales",
        (
            "Distributor ID|Invoice #|Line #|Invoice Date|Ship-To Name|Ship-To Street|Bill-To Name"
            "|Bill-To Street|End Customer Name|End Customer Street|Mfr Part No|Qty Shipped"
            "|Resale Price|Extended Cost|Currency Code"
        ),
        {
            "invoice": "Invoice #", "line": "Line #", "date": "Invoice Date",
            "distributor": "Distributor ID", "customer": "End Customer Name",
            "product": "Mfr Part No", "quantity": "Qty Shipped", "amount": "Extended Cost",
            "currency": "Currency Code",
        },
    ),
    "three parties by their roles": (
        "sales",
        (
            "Customer|Sold-to party|Ship-to party|Bill-to party|End user|Document No|Posting Date"
            "|SKU"
            "|Net Value|Transaction Type"
        ),
        {
            "invoice": "Document No", "date": "Posting Date", "order_type": "Transaction Type",
            "reseller": "Sold-to party", "customer": "End user", "product": "SKU",
            "amount": "Net Value",
        },
    ),
    "bill-to alone": (
        "sales",
        "Invoice ID|Date of Sale|Bill To Name|Dealer Name|Dealer ID|MSRP|Price|Qty|Disc %",
        {
            "invoice": "Invoice ID", "date": "Date of Sale", "customer": "Bill To Name",
            "reseller": "Dealer ID", "price": "Price", "quantity": "Qty", "discount": "Disc %",
        },
    ),
    "our own columns": (
        "sales",
        "invoice|line|date|kind|order_type|reseller|distributor|customer|product|quantity|amount",
        {
            name: name
            for name in ("invoice", "line", "date", "kind", "order_type", "reseller",
                         "distributor", "customer", "product", "quantity", "amount")
        },
    ),
    "German accounting": (
        "sales",
        (
            "Umsatz (ohne Soll/Haben-Kz);WKZ Umsatz;Belegart;Belegfeld 1;Belegdatum;Kd.-Nr.;"
            "Kundenname;Art.-Nr.;Menge;Listenpreis;Händler-Nr."
        ),
        {
            "amount": "Umsatz (ohne Soll/Haben-Kz)", "currency": "WKZ Umsatz",
            "order_type": "Belegart", "invoice": "Belegfeld 1", "date": "Belegdatum",
            "customer": "Kd.-Nr.", "product": "Art.-Nr.", "quantity": "Menge",
            "reseller": "Händler-Nr.",
        },
    ),
    "German ERP without umlauts": (
        "sales",
        (
            "Rechnungsnummer;Pos.;Rechnungsdatum;Lieferdatum;Haendlernummer;Haendler;Endkunde;"
            "Artikelnummer;Bezeichnung;Stueck;Menge;Einzelpreis;Rabatt;Nettobetrag;Bruttobetrag;"
            "Waehrung"
        ),
        {
            "invoice": "Rechnungsnummer", "line": "Pos.", "date": "Rechnungsdatum",
            "ship_date": "Lieferdatum", "reseller": "Haendlernummer", "customer": "Endkunde",
            "product": "Artikelnummer", "quantity": "Menge", "price": "Einzelpreis",
            "discount": "Rabatt", "amount": "Nettobetrag", "currency": "Waehrung",
        },
    ),
    "French distributor": (
        "sales",
        (
            "N° de facture;Date de facture;Type de document;Code revendeur;Nom du revendeur;"
            "Client final;Référence fabricant;Désignation;Qté;Prix public;Prix net;Montant HT;"
            "Montant TTC;Devise"
        ),
        {
            "invoice": "N° de facture", "date": "Date de facture",
            "order_type": "Type de document", "reseller": "Code revendeur",
            "customer": "Client final", "product": "Référence fabricant", "quantity": "Qté",
            "price": "Prix net", "amount": "Montant HT", "currency": "Devise",
        },
    ),
    "French without accents": (
        "sales",
        (
            "NUMERO FACTURE;DATE FACTURATION;CODE CLIENT;CLIENT;REFERENCE ARTICLE;QUANTITE;REMISE;"
            "PU HT;CA HT;GROSSISTE"
        ),
        {
            "invoice": "NUMERO FACTURE", "date": "DATE FACTURATION", "customer": "CODE CLIENT",
            "product": "REFERENCE ARTICLE", "quantity": "QUANTITE", "discount": "REMISE",
            "price": "PU HT", "amount": "CA HT", "distributor": "GROSSISTE",
        },
    ),
    "Spanish sales": (
        "sales",
        (
            "Nº factura;Línea;Fecha factura;Tipo de documento;Mayorista;Cód. artículo;Descripción;"
            "Cantidad;PVP;Precio unitario;Dto.;Importe neto;Importe con IVA;Moneda;Cliente;"
            "Cliente final"
        ),
        {
            "invoice": "Nº factura", "line": "Línea", "date": "Fecha factura",
            "order_type": "Tipo de documento", "distributor": "Mayorista",
            "product": "Cód. artículo", "quantity": "Cantidad", "price": "Precio unitario",
            "discount": "Dto.", "amount": "Importe neto", "currency": "Moneda",
            "customer": "Cliente final",
        },
    ),
    "partners of a CRM": (
        "partners",
        (
            "Account ID|Account Name|Partner Type|Partner Level|Sales Region|Account Manager"
            "|Partner Status|Web Site|Currency Code"
        ),
        {
            "external_id": "Account ID", "name": "Account Name", "type": "Partner Type",
            "tier": "Partner Level", "territory": "Sales Region", "manager": "Account Manager",
            "status": "Partner Status", "website": "Web Site", "currency": "Currency Code",
        },
    ),
    "German dealers": (
        "partners",
        "Händlernummer;Firma;Partnertyp;Stufe;Vertriebsgebiet;Partner seit;Webseite",
        {
            "external_id": "Händlernummer", "name": "Firma", "type": "Partnertyp",
            "tier": "Stufe", "territory": "Vertriebsgebiet", "start": "Partner seit",
            "website": "Webseite",
        },
    ),
    "French customers": (
        "customers",
        "Code client;Raison sociale;Code groupe;Code pays;Site web;Fin de contrat",
        {
            "external_id": "Code client", "name": "Raison sociale", "parent": "Code groupe",
            "country": "Code pays", "domains": "Site web", "contract_end": "Fin de contrat",
        },
    ),
    "Spanish products": (
        "products",
        "Código de artículo;Referencia fabricante;Descripción;Familia;Válido desde;Válido hasta",
        {
            "external_id": "Código de artículo", "sku": "Referencia fabricante",
            "name": "Descripción", "family": "Familia", "start": "Válido desde",
            "end": "Válido hasta",
        },
    ),
    "German rates": (
        "rates",
        "Kursart;Währung;Kursdatum;Wechselkurs",
        {"type": "Kursart", "currency": "Währung", "day": "Kursdatum", "rate": "Wechselkurs"},
    ),
    "French people": (
        "partner-people",
        "Code partenaire;Nom complet;Fonction;Courriel;Téléphone;Date d'entrée;Date de sortie",
        {
            "partner": "Code partenaire", "name": "Nom complet", "role": "Fonction",
            "email": "Courriel", "phone": "Téléphone", "joined": "Date d'entrée",
            "left": "Date de sortie",
        },
    ),
    "Spanish results": (
        "own-results",
        "Código de partner;Inicio del ejercicio;Fin del ejercicio;Cifra de negocios;Divisa;Fuente",
        {
            "partner": "Código de partner", "start": "Inicio del ejercicio",
            "end": "Fin del ejercicio", "amount": "Cifra de negocios", "currency": "Divisa",
            "source": "Fuente",
        },
    ),
    "German line cards": (
        "line-cards",
        "Partner-Nr.;Warengruppe;Quelle;Rangfolge nach;Gesehen am;Hersteller;Unser Rang",
        {
            "partner": "Partner-Nr.", "category": "Warengruppe", "seen_by": "Quelle",
            "basis": "Rangfolge nach", "observed_on": "Gesehen am", "suppliers": "Hersteller",
            "our_rank": "Unser Rang",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS)
def test_a_header_row_finds_our_fields_and_no_other(row: str) -> None:
    name, header, meant = ROWS[row]
    columns = header.split("|" if "|" in header else ";")
    assert match_headers(kinds()[name], columns) == meant


@pytest.mark.parametrize("row", ROWS)
def test_a_header_row_tells_what_the_file_holds(row: str) -> None:
    name, header, _ = ROWS[row]
    likely = likeliest_kind(header.split("|" if "|" in header else ";"))
    assert likely is not None
    assert likely.name == name


def each_kind() -> list[Kind]:
    found = list(kinds().values())
    assert len(found) == 15
    return found


@pytest.mark.parametrize("kind", each_kind(), ids=lambda kind: kind.name)
def test_no_header_means_two_fields_of_a_kind(kind: Kind) -> None:
    words = Counter(word for field in kind.fields for word in set(field.headers()))
    assert [word for word, fields in words.items() if fields > 1] == []


@pytest.mark.parametrize("kind", each_kind(), ids=lambda kind: kind.name)
def test_no_word_means_two_choices_of_a_field(kind: Kind) -> None:
    for field in kind.fields:
        words = Counter(
            word
            for kept, others in field.choices.items()
            for word in {squash(other) for other in (kept, *others)}
        )
        assert [word for word, choices in words.items() if choices > 1] == [], field.name
