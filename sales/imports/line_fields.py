"""What a file of sales lines may tell, and what exports of other programs call it.

Synonyms are English, German, French and Spanish, the preferred ones first: an id before a name,
an end customer before a customer or whoever is billed, a net or contract price before any price.
List prices, gross amounts and resale amounts are left out: none of them is the amount.
"""

from imports.kinds import Field
from sales.models import Basis
from sales.models import SalesKind as LineKind

SALE, RETURN = "sale", "return"

INVOICE = Field(
    name="invoice",
    label="Invoice or order number",
    required=True,
    max_length=100,
    synonyms=(
        "invoice number", "invoice no", "invoice num", "invoice nbr", "invoice id", "invoice",
        "inv no", "inv number", "billing document", "document number", "document no", "document",
        "Rechnungsnummer", "Rechnungs-Nr.", "Rechnung Nr.", "Rechnung", "Faktura", "Fakturanummer",
        "Belegnummer", "Beleg-Nr.", "Belegfeld 1", "Beleg",
        "numéro de facture", "numéro facture", "n° de facture", "n° facture", "no facture",
        "num facture", "facture", "numéro de pièce", "n° pièce", "n° de pièce",
        "número de factura", "nº de factura", "nº factura", "núm. factura", "factura",
        "número de documento", "nº documento",
        "order number", "order no", "order id", "sales order", "sales order number",
        "dealer order number", "authorized dealer order number",
        "contractor or authorized dealer order number", "reseller order no",
        "Auftragsnummer", "Auftrags-Nr.", "Auftrag", "numéro de commande", "n° de commande",
        "n° commande", "commande", "número de pedido", "nº de pedido", "nº pedido", "pedido",
    ),
)  # fmt: skip
LINE = Field(
    name="line",
    label="Line number",
    max_length=300,
    synonyms=(
        "line number", "line no", "line", "invoice line", "invoice line number", "order line",
        "line item", "position", "Pos.", "Pos.-Nr.", "Positionsnummer", "Belegposition", "Zeile",
        "Rechnungsposition", "numéro de ligne", "n° de ligne", "n° ligne", "ligne",
        "número de línea", "nº de línea", "nº línea", "línea", "posición",
    ),
    help="Without it, lines are told apart by distributor, product and occurrence.",
)  # fmt: skip
DATE = Field(
    name="date",
    label="Date",
    type="date",
    required=True,
    synonyms=(
        "invoice date", "date of invoice", "inv date", "billing date", "Rechnungsdatum",
        "Fakturadatum", "date de facture", "date de la facture", "date facture",
        "date de facturation", "date facturation", "fecha de factura", "fecha factura",
        "fecha de la factura", "fecha de facturación",
        "posting date", "document date", "transaction date", "sale date", "sales date",
        "date of sale", "date sold", "date",
        "Buchungsdatum", "Belegdatum", "Verkaufsdatum", "Datum",
        "date de vente", "date de pièce", "date du document", "date comptable",
        "fecha de venta", "fecha venta", "fecha del documento", "fecha contable", "fecha",
    ),
    help="The day the line counts for: the invoice date where there is one.",
)  # fmt: skip
KIND = Field(
    name="kind",
    label="Kind",
    type="choice",
    required=True,
    choices={
        LineKind.BILLING: (
            "sell-in", "invoice", "invoiced", "billed", "bill", "Rechnung", "Faktura",
            "fakturiert", "facture", "facturé", "facturation", "factura", "facturado",
            "facturación",
        ),
        LineKind.SELL_THROUGH: (
            "sell-out", "POS", "point of sale", "sold through", "Abverkauf", "Durchverkauf",
            "Weiterverkauf", "revente", "reventa",
        ),
        LineKind.BOOKING: (
            "order", "sales order", "booked", "bookings", "Auftrag", "Auftragseingang",
            "Bestellung", "commande", "prise de commande", "pedido",
        ),
    },
    synonyms=("sales kind", "record type", "Umsatzart", "type de vente", "tipo de venta"),
    help="Billing is sell-in: what we invoice. Sell-through is what a partner sold on.",
)  # fmt: skip
# A "transaction type" says invoice or credit memo far more often than sell-in or sell-through.
ORDER_TYPE = Field(
    name="order_type",
    label="Order type",
    type="choice",
    choices={
        SALE: (
            "sales", "sales order", "standard order", "order", "invoice", "inv", "upgrade",
            "renewal", "new", "Verkauf", "Auftrag", "Bestellung", "Rechnung", "Faktura",
            "Lieferung", "Umsatz", "vente", "commande", "facture", "venta", "pedido", "factura",
        ),
        RETURN: (
            "returns", "returned", "sales return", "return order", "customer return", "RMA",
            "refund", "credit", "credits", "credit note", "credit memo", "credit invoice",
            "credit order", "CM", "CN", "reversal",
            "Gutschrift", "Rechnungskorrektur", "Storno", "Stornorechnung", "Retoure", "Rückgabe",
            "Rücksendung", "Rücklieferung", "avoir", "note de crédit", "retour", "retour client",
            "remboursement", "abono", "factura de abono", "nota de abono", "nota de crédito",
            "factura rectificativa", "devolución",
        ),
    },
    synonyms=(
        "type of order", "transaction type", "transaction type code", "transaction code",
        "sales type", "document type", "doc type", "sales document type", "invoice type",
        "Auftragsart", "Belegart", "Belegtyp", "Rechnungsart", "Vorgangsart", "Transaktionsart",
        "type de document", "type document", "type de commande", "type de pièce",
        "type de transaction", "type de facture", "nature de pièce",
        "tipo de documento", "tipo documento", "tipo de pedido", "tipo de transacción",
        "tipo de factura", "clase de documento",
    ),
    help="A return or credit counts negative, however the file writes it.",
)  # fmt: skip
RESELLER = Field(
    name="reseller",
    label="Reseller",
    max_length=100,
    synonyms=(
        "reseller id", "reseller number", "reseller no", "reseller code", "reseller account",
        "dealer id", "dealer number", "dealer no", "dealer code", "member id",
        "partner id", "partner number", "partner no", "partner code",
        "Händlernummer", "Händler-Nr.", "Haendlernummer", "Wiederverkäufernummer",
        "Partnernummer", "Partner-Nr.", "code revendeur", "n° revendeur", "numéro revendeur",
        "code partenaire", "código de revendedor", "código revendedor", "nº revendedor",
        "código de partner",
        "reseller", "reseller name", "dealer", "dealer name", "authorized dealer", "partner",
        "partner name", "VAR", "Händler", "Haendler", "Händlername", "Fachhändler",
        "Wiederverkäufer", "Partnername", "revendeur", "nom du revendeur", "nom revendeur",
        "partenaire", "revendedor", "nombre del revendedor", "nombre revendedor", "socio",
        "sold to", "sold-to id", "sold-to number", "sold-to party", "sold-to name", "Auftraggeber",
    ),
    help="Its external id in this source, or its number here.",
)  # fmt: skip
DISTRIBUTOR = Field(
    name="distributor",
    label="Distributor",
    max_length=100,
    synonyms=(
        "distributor id", "distributor number", "distributor no", "distributor code", "disti id",
        "wholesaler id", "wholesaler number", "Distributornummer", "Distributor-Nr.",
        "Großhändlernummer", "code distributeur", "n° distributeur", "code grossiste",
        "código de distribuidor", "código distribuidor", "código mayorista",
        "distributor", "distributor name", "disti", "disti name", "wholesaler", "wholesaler name",
        "Distributorname", "Großhändler", "Grosshaendler", "Großhandel", "distributeur",
        "nom du distributeur", "nom distributeur", "grossiste", "distribuidor",
        "nombre del distribuidor", "nombre distribuidor", "mayorista",
    ),
    help="Its external id in this source, or its number here.",
)  # fmt: skip
CUSTOMER = Field(
    name="customer",
    label="End customer",
    max_length=200,
    synonyms=(
        "end customer id", "end customer number", "end customer no", "end customer code",
        "end user id", "end user number", "end customer", "end customer name", "end user",
        "end user name", "ultimate customer", "other entity", "other entity name",
        "Endkundennummer", "Endkunden-Nr.", "Endkunde", "Endkundenname", "Name Endkunde",
        "code client final", "n° client final", "client final", "nom du client final",
        "nom client final", "utilisateur final", "código de cliente final",
        "código cliente final", "cliente final", "nombre del cliente final",
        "nombre cliente final", "usuario final",
        "customer id", "customer number", "customer no", "customer code", "customer account",
        "Kundennummer", "Kunden-Nr.", "Kd.-Nr.", "Debitorennummer", "Debitor", "code client",
        "n° client", "n° de client", "numéro client", "numéro de client", "código de cliente",
        "código cliente", "nº cliente", "nº de cliente", "número de cliente",
        "customer", "customer name", "Kunde", "Kundenname", "client", "nom du client",
        "nom client", "cliente", "nombre del cliente", "nombre cliente",
        "customer bill-to name", "bill-to name", "bill-to customer", "bill-to party", "bill-to",
        "bill-to id", "bill-to number", "Rechnungsempfänger",
    ),
)  # fmt: skip
PRODUCT = Field(
    name="product",
    label="Product",
    max_length=100,
    synonyms=(
        "vendor item id", "vendor item", "vendor part number", "vendor part no", "vendor sku",
        "manufacturer part number", "manufacturer part no", "mfr part number", "mfr part no",
        "mfg part number", "mfg part no", "mpn", "Herstellerartikelnummer",
        "Hersteller-Artikelnummer", "Herstellernummer", "Hersteller-Nr.", "référence fabricant",
        "référence constructeur", "réf constructeur", "referencia fabricante",
        "referencia del fabricante",
        "product sku", "sku", "part number", "part no", "item number", "item no", "item id",
        "item code", "product number", "product no", "product id", "product code",
        "article number", "article no", "material number", "material",
        "Artikelnummer", "Artikel-Nr.", "Art.-Nr.", "Materialnummer", "Produktnummer",
        "code article", "référence article", "réf article", "réf. article", "code produit",
        "référence produit", "référence", "réf.", "código de artículo", "código artículo",
        "cód. artículo", "código de producto", "código producto", "cód. producto", "referencia",
        "product", "item", "article", "Artikel", "Produkt", "produit", "artículo", "producto",
        "distributor item id", "distributor product id", "distributor part number",
    ),
)  # fmt: skip
QUANTITY = Field(
    name="quantity",
    label="Quantity",
    type="decimal",
    synonyms=(
        "qty", "quantity sold", "qty sold", "quantity invoiced", "invoiced quantity",
        "quantity shipped", "qty shipped", "units", "units sold", "order quantity", "pieces",
        "Menge", "verkaufte Menge", "Anzahl", "Stückzahl", "Stück",
        "quantité", "qté", "quantité vendue", "quantité facturée", "qté vendue", "unités",
        "cantidad", "cant.", "cantidad vendida", "unidades", "unidades vendidas", "uds.",
    ),
)  # fmt: skip
AMOUNT = Field(
    name="amount",
    label="Amount",
    type="decimal",
    currency="currency",
    synonyms=(
        "net amount", "net sales", "net sales amount", "net value", "net line amount",
        "line net amount", "extended net price", "extended price", "ext. price",
        "extended amount", "ext. amount", "sales amount", "line amount", "line total",
        "total price", "total net price", "sales value", "revenue", "amount",
        "extended cost", "ext. cost",
        "Nettobetrag", "Betrag netto", "Nettowert", "Nettoumsatz", "Umsatz netto", "Netto",
        "Positionswert", "Positionsbetrag", "Gesamtpreis netto", "Gesamtpreis", "Warenwert",
        "Umsatz", "Umsatz (ohne Soll/Haben-Kz)", "Betrag",
        "montant net", "montant net HT", "montant HT", "montant H.T.", "total HT",
        "total ligne HT", "CA HT", "CA net", "prix total HT", "prix total",
        "chiffre d'affaires", "montant",
        "importe neto", "total neto", "base imponible", "importe sin IVA", "total sin IVA",
        "ventas netas", "importe línea", "precio total", "importe", "monto neto", "monto",
    ),
    help="Returns and credits are negative. Without it: quantity x price x (1 - discount).",
)  # fmt: skip
PRICE = Field(
    name="price",
    label="Price of one",
    type="decimal",
    currency="currency",
    synonyms=(
        "contract price", "net unit price", "unit net price", "net price", "unit price",
        "price each", "price per unit", "price", "unit cost",
        "Nettopreis", "Einzelpreis netto", "Nettoeinzelpreis", "Einzelpreis", "Stückpreis",
        "Preis pro Stück", "Preis",
        "prix net", "prix unitaire net", "prix unitaire HT", "PU HT", "P.U. net",
        "prix unitaire", "P.U.", "precio neto", "precio unitario neto", "precio unitario",
        "precio unidad", "precio",
    ),
)  # fmt: skip
DISCOUNT = Field(
    name="discount",
    label="Discount",
    type="decimal",
    percent=True,
    synonyms=(
        "discount rate", "discount percent", "discount percentage", "disc.", "Rabatt",
        "Rabattsatz", "Nachlass", "remise", "taux de remise", "descuento", "dto.",
        "porcentaje de descuento",
    ),
    help="A fraction: 0.15 is 15%.",
)  # fmt: skip
CURRENCY = Field(
    name="currency",
    label="Currency",
    max_length=3,
    synonyms=(
        "currency code", "iso currency", "invoice currency", "curr.", "Währung", "Waehrung",
        "Währungscode", "Währungskennzeichen", "WKZ", "WKZ Umsatz", "devise", "code devise",
        "monnaie", "moneda", "divisa", "código de moneda",
    ),
    help="Three letters; without it the organisation's reporting currency.",
)  # fmt: skip
BASIS = Field(
    name="basis",
    label="Basis of the amount",
    type="choice",
    choices={
        Basis.VENDOR_NET: (
            "net", "net to us", "contract", "Netto", "Einkaufspreis", "prix net", "prix d'achat",
            "neto", "precio neto",
        ),
        Basis.RESALE: (
            "resale price", "street", "street price", "Verkaufspreis", "Wiederverkaufspreis",
            "revente", "prix de revente", "reventa", "precio de reventa",
        ),
        Basis.LIST: (
            "list price", "MSRP", "Liste", "Listenpreis", "UVP", "tarif", "prix catalogue",
            "prix public", "tarifa", "precio de lista", "PVP",
        ),
    },
    synonyms=("price basis", "Preisbasis", "base de prix", "base de precio"),
    help="Vendor net where nothing is said.",
)  # fmt: skip
DEAL = Field(
    name="deal",
    label="Deal or special-price number",
    max_length=100,
    synonyms=(
        "deal number", "deal no", "deal id", "registration number", "deal registration",
        "deal registration number", "special price number", "special pricing number",
        "SPA number", "bid number", "Deal-Nr.", "Sonderpreisnummer", "Projektnummer",
        "Projekt-Nr.", "Registrierungsnummer", "numéro d'affaire", "n° affaire",
        "numéro de dérogation", "n° dérogation", "número de proyecto", "número de oportunidad",
        "nº de oportunidad", "nº proyecto",
    ),
)  # fmt: skip
ORDER_DATE = Field(
    name="order_date",
    label="Order date",
    type="date",
    synonyms=(
        "ordered on", "PO date", "purchase order date", "Bestelldatum", "Auftragsdatum",
        "date de commande", "date commande", "fecha de pedido", "fecha pedido",
        "fecha del pedido",
    ),
)  # fmt: skip
SHIP_DATE = Field(
    name="ship_date",
    label="Ship date",
    type="date",
    synonyms=(
        "shipped on", "shipping date", "shipment date", "dispatch date", "delivery date",
        "Versanddatum", "Lieferdatum", "date d'expédition", "date expédition",
        "date de livraison", "date livraison", "fecha de envío", "fecha envío",
        "fecha de entrega",
    ),
)  # fmt: skip

FIELDS = (
    INVOICE, LINE, DATE, KIND, ORDER_TYPE, RESELLER, DISTRIBUTOR, CUSTOMER, PRODUCT, QUANTITY,
    AMOUNT, PRICE, DISCOUNT, CURRENCY, BASIS, DEAL, ORDER_DATE, SHIP_DATE,
)  # fmt: skip
