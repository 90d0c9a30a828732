"""Words of company names by what they tell: legal forms, fillers, trades, places.

General knowledge of the trade and of languages; no company's name stands here.
"""

from cleanco.termdata import terms_by_country, terms_by_type


def words_of(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# Joining words, which people drop and add as they like.
FILLERS = words_of("""
    a an and at by for from in of on or the to und et y e i de del della der des di do du el en
    fuer het im la las le les los ten te ter van vom von zu zum zur
""")

# Words of which every registry is full: they say what somebody does, how large, or in which part
# of the world, and hardly who.
COMMON = words_of("""
    agency agencies alliance associates association brothers bros center centre club coop
    cooperative council department enterprise enterprises establishment federation firm
    foundation group groups holding holdings house institute institution network organisation
    organization partner partners partnership society sons trust union university ventures
    works workshop
    accessories accounting advertising advisors advisory agricultural agriculture air airlines
    airways analytics appliances architects assets assurance audio auto automation automotive
    aviation bakery bank banking beverages bicycle bicycles bike bikes biotech books boutique
    building business capital care cargo cars chemical chemicals cleaning clothing cloud coffee
    college commerce commercial communication communications components computer computers
    computing construction consultancy consultants consulting consumer contractors control
    controls cosmetics credit cycle cycles dairy data delivery dental design development devices
    digital direct discount distribution distributors drugs education electric electrical
    electronic electronics energy engineering entertainment environmental equipment
    estate exchange export express fabrics farm farms fashion film finance financial fish fitness
    fleet flooring foods food freight fuel furniture games garage gas general goods graphics
    hardware health healthcare home homes hospital hospitality hotel hotels housing import
    industrial industries industry information infrastructure instruments insurance interactive
    interiors internet investment investments jewelry kitchen lab laboratories laboratory labs
    law leasing leather legal leisure life lighting lines logistics luxury machine machinery
    machines mail maintenance management manufacturing marine maritime market marketing markets
    mart materials meat media medical medicine metal metals mills mines mining mobile mobility
    motor motors music natural office oil online optical outlet packaging paint paper parts
    performance petroleum pharma pharmaceutical pharmaceuticals pharmacy photo pictures planning
    plastics plaza power precision press printing processing produce production productions
    products professional project projects properties property publishing radio rail railway
    real recruitment recycling rental rentals repair repairs research resorts resources
    restaurant retail robotics rubber safety sales sanitary school science sciences security
    sellers service services shipping shoes shop shopping shops software solar solution solutions
    specialists specialties specialty sport sporting sports staffing standards steel storage
    store stores studio studios suppliers supplies supply support surgical system systems team
    tech technical technologies technology telecom telecommunications television textile textiles
    theatre tire tires tobacco tools tours toy toys trade traders trading training transport
    transportation travel trucking trucks utilities vehicle vehicles video warehouse waste water
    web wholesale wind wine wines wireless wood
    advanced allied american app associated atlantic big blue best central city classic coast
    coastal community continental creative custom district east eastern elite european europa
    europe asia asian africa african america americas emea apac excellent family federal fine
    first global gold golden grand great green high ideal imperial independent innovative
    integrated inter international internationale local main major master metro metropolitan
    midwest modern mountain mutual nation national nations new north northeast northern northwest
    old original pacific park plus premier premium prime pro public quality rapid red regional
    river riverside royal rural second select silver small smart south southeast southern
    southwest special standard star state strategic super superior supreme third top total
    town twin ultimate united universal urban valley value village virtual vision vista west
    western white wide world worldwide
    actividades aktiebolaget anlagen azienda bau bedrijf beheer beteiligung beteiligungen
    beteiligungs comercial comercio commerciale compagnie companhia compania construcciones
    dienst dienste dienstleistungen distribuidora distribution edition editions elektro
    elektronik empresa empresas entreprise entreprises etablissements fabriek fabrieken fabrik
    gebr gebrueder generale gesellschaft groep groupe grupo gruppe gruppo handel handels
    handelsgesellschaft immobilien immobiliere industria industriale industriali industrias
    industrie industriel industrielle inversiones koninklijke laboratoires logistik
    maatschappij maschinen maschinenbau medien mediche nationale produits produkte productos
    servicios servizi sistemas sistemi sociedad societa societe soehne soluciones technik
    techniek technologie technologien technologies tecnologia tecnologias tecnologie transporte
    transportes transports unternehmen unternehmensgruppe verlag vermoegensverwaltung
    versicherung versicherungen vertrieb vertriebs verwaltung verwaltungs werk werke
""")

# What a house calls the whole of itself: as little as a legal form.
HOUSES = words_of("""
    beteiligung beteiligungen beteiligungs companies corporate enterprise enterprises group groep
    groupe groups grupo gruppe gruppo holding holdings koninklijke unternehmensgruppe
""")

# What people shorten in names, and the word that they mean.
SHORT = {
    "intl": "international", "int": "international", "natl": "national", "mfg": "manufacturing",
    "mgmt": "management", "mgt": "management", "svc": "services", "svcs": "services",
    "serv": "services", "sys": "systems", "tech": "technology", "techs": "technologies",
    "technol": "technology", "ind": "industries", "inds": "industries", "indus": "industries",
    "assoc": "associates", "assocs": "associates", "assn": "association", "bros": "brothers",
    "grp": "group", "gp": "group", "hldg": "holding", "hldgs": "holdings", "hldngs": "holdings",
    "ctr": "center", "centre": "center", "dept": "department", "dev": "development",
    "dist": "distribution", "distr": "distribution", "eng": "engineering", "engr": "engineering",
    "engrg": "engineering", "ent": "enterprises", "entp": "enterprises", "equip": "equipment",
    "fin": "financial", "govt": "government", "inst": "institute", "instr": "instruments",
    "ins": "insurance", "invest": "investment", "invs": "investments", "lab": "laboratory",
    "labs": "laboratories", "mkt": "market", "mktg": "marketing", "med": "medical",
    "pharm": "pharmaceuticals", "pharma": "pharmaceuticals", "prod": "products",
    "prods": "products", "prop": "property", "props": "properties", "res": "research",
    "rsch": "research", "sol": "solutions", "soln": "solutions", "solns": "solutions",
    "telecom": "telecommunications", "telecoms": "telecommunications", "trans": "transport",
    "transp": "transport", "univ": "university", "whse": "warehouse", "comm": "communications",
    "comms": "communications", "elec": "electric", "electr": "electric", "elek": "elektronik",
    "const": "construction", "constr": "construction", "cons": "consulting",
    "consult": "consulting", "chem": "chemical", "chems": "chemicals", "auto": "automotive",
    "mach": "machinery", "masch": "maschinen", "ges": "gesellschaft", "gebr": "gebrueder",
    "ets": "etablissements", "soc": "societe", "ste": "societe", "cie": "compagnie",
    "cia": "compania", "amer": "american", "euro": "europe", "europa": "europe",
    "internationale": "international", "internacional": "international",
    "internazionale": "international",
}  # fmt: skip

# Countries as names write them: in English, by themselves and by their abbreviations.
COUNTRIES = {
    word: code
    for code, words in {
        "AE": "uae emirates", "AR": "argentina", "AT": "austria oesterreich osterreich",
        "AU": "australia australian", "BE": "belgium belgie belgique belgien",
        "BG": "bulgaria", "BR": "brazil brasil", "CA": "canada canadian", "CH":
        "switzerland schweiz suisse svizzera swiss", "CL": "chile", "CN": "china chinese",
        "CO": "colombia", "CZ": "czech czechia", "DE": "germany deutschland german deutsche",
        "DK": "denmark danmark danish", "EE": "estonia eesti", "EG": "egypt", "ES":
        "spain espana espanola iberica", "FI": "finland suomi", "FR":
        "france francaise francais french", "GB": "uk britain british england gb", "GR":
        "greece hellas", "HK": "hongkong", "HR": "croatia hrvatska", "HU":
        "hungary magyarorszag", "ID": "indonesia", "IE": "ireland irish", "IL": "israel",
        "IN": "india indian", "IS": "iceland", "IT": "italy italia italiana", "JP":
        "japan nippon japanese", "KR": "korea korean", "LT": "lithuania lietuva", "LU":
        "luxembourg luxemburg", "LV": "latvia latvija", "MX": "mexico", "MY": "malaysia",
        "NG": "nigeria", "NL": "netherlands netherland nederland nederlandse holland dutch",
        "NO": "norway norge", "NZ": "newzealand", "PE": "peru", "PH": "philippines", "PK":
        "pakistan", "PL": "poland polska", "PT": "portugal", "RO": "romania", "RS": "serbia",
        "RU": "russia", "SA": "saudi", "SE": "sweden sverige svenska", "SG": "singapore",
        "SI": "slovenia", "SK": "slovakia slovensko", "TH": "thailand", "TR":
        "turkey turkiye", "TW": "taiwan", "UA": "ukraine", "US": "usa us", "VN": "vietnam",
        "ZA": "southafrica",
    }.items()
    for word in words.split()
}  # fmt: skip

# cleanco lists the abbreviations; registers and patents write these out as well.
WRITTEN_OUT = (
    "aktiengesellschaft", "gesellschaft mit beschraenkter haftung",
    "gesellschaft mit beschrankter haftung", "gesellschaft m b h", "ges m b h", "mbh",
    "kommanditgesellschaft", "offene handelsgesellschaft", "eingetragener verein",
    "naamloze vennootschap", "naamlooze vennootschap", "besloten vennootschap",
    "societe anonyme", "societe a responsabilite limitee", "societe par actions simplifiee",
    "sociedad anonima", "sociedad limitada", "sociedade anonima", "limitada",
    "societa per azioni", "societa a responsabilita limitata", "kabushiki kaisha", "kabushiki",
    "kaisha", "yugen kaisha", "godo kaisha", "co ltd", "co limited", "company limited",
    "public limited company", "limited liability company", "private limited", "pvt", "pvt ltd",
    "pty", "proprietary limited", "aktiebolag", "aktieselskab", "anpartsselskab", "osakeyhtio",
    "akciova spolecnost", "spolka akcyjna", "jsc", "pjsc", "ojsc", "cjsc", "gmbh co kg",
    "gmbh co ohg", "ag co kg", "co kg", "co kgaa", "se", "ev", "eg", "ug", "cokg", "sl", "slu",
    "sau", "sas", "spa", "srl", "kk", "bv", "nv", "aps", "oue", "ou", "zoo", "sp zoo", "sp z oo",
    "ek", "ug haftungsbeschraenkt", "ug haftungsbeschrankt", "sro", "doo",
    "kft", "nyrt", "zrt", "bhd", "sdn", "unlimited", "incorporation", "corporate", "ohg", "eeig",
    "gie", "sca", "scs", "cv", "sc", "lc", "ltda", "eireli", "me", "sab de cv", "sa de cv",
    "s de rl de cv", "llc", "inc", "ltd", "ooo", "zao", "oao", "pao", "ao",
)  # fmt: skip

# The Russian forms OOO, OAO, PAO, ZAO and AO in their own letters.
ABROAD = (
    "\u043e\u043e\u043e", "\u043e\u0430\u043e", "\u043f\u0430\u043e", "\u0437\u0430\u043e",
    "\u0430\u043e",
)  # fmt: skip

# Forms that stand before the name, in the languages that put them there.
LEADING = frozenset(
    {
        ("ab",), ("as",), ("oy",), ("nv",), ("bv",), ("pt",), ("cv",), ("ud",), ("ooo",), ("oao",),
        ("zao",), ("pao",), ("ao",), ("tov",), ("uab",), ("sia",), ("fop",), ("sarl",), ("sas",),
        ("eurl",), ("sa",), ("snc",), ("kk",), ("jsc",), ("pjsc",), ("ojsc",), ("cjsc",),
        ("firma",),
        *((name,) for name in ABROAD), ("naamloze", "vennootschap"),
        ("kabushiki", "kaisha"), ("besloten", "vennootschap"), ("societe", "anonyme"),
        ("aktiebolaget",),
    }
)  # fmt: skip

# Forms that are no word of any language: what follows them is a place or a remark.
CLOSING = frozenset(
    {
        ("nv",), ("bv",), ("gmbh",), ("inc",), ("ltd",), ("limited",), ("llc",), ("plc",),
        ("corp",), ("corporation",), ("kg",), ("srl",), ("spa",), ("sarl",),
        ("aktiengesellschaft",), ("llp",), ("pty",), ("bvba",), ("sprl",), ("kgaa",),
        ("oyj",), ("aps",), ("sas",),
    }
)  # fmt: skip

# Words of languages that cleanco lists as forms of one country.
NO_FORM = frozenset({"uk", "nl", "private", "at", "et", "us", "pp", "ok", "da", "sem", "sd", "ei"})


def listed_forms() -> set[str]:
    """Every legal form that cleanco knows, and those written out."""
    lists = (*terms_by_type.values(), *terms_by_country.values())
    return {term for terms in lists for term in terms if term not in NO_FORM} | set(WRITTEN_OUT)
