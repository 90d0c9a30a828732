"""What happens at the demo's partners beside our sales: people, results, line cards, customers."""

import dataclasses

from channelhub.demo.cast import MARA, MOVED_TO_DIRECT, NORA, TOMAS
from satisfaction.rules.words import Cause


@dataclasses.dataclass(frozen=True, kw_only=True)
class Leaver:
    """Key talent that left `days` ago; we learnt it `learnt` days ago, and they may be `back`."""

    days: int
    learnt: int
    where_to: str = ""
    to_partner: str = ""
    back: int | None = None


# {partner: what its first key person did}. The newest night hears of the one at Bexholme.
LEAVERS = {
    "P-1302": Leaver(days=64, learnt=60, where_to="Corvex Systems"),
    "P-1101": Leaver(days=24, learnt=20, to_partner="P-1104"),
    "P-1310": Leaver(days=9, learnt=0, where_to="Not said"),
    "P-1201": Leaver(days=290, learnt=31, where_to="Retired"),
    "P-1314": Leaver(days=95, learnt=90, where_to="Tellura", back=30),
}
# Nobody has asked these who works for us: their key talent is unknown.
NO_PEOPLE = {
    "P-1311", "P-1312", "P-1317", "P-1105", "P-1107", "P-1109", "P-1111", "P-1205", "P-1207",
    "P-1401", "P-1402", "P-1390", "P-1323", "P-1326", "P-1330",
}  # fmt: skip
FIRST_NAMES = (
    "Ines", "Owen", "Salma", "Viktor", "Greta", "Milo", "Hanna", "Teo", "Asta", "Jonas", "Leila",
    "Bram", "Celia", "Ivo", "Maren", "Pavel", "Rosa", "Sten", "Uma", "Wanda",
)  # fmt: skip
LAST_NAMES = (
    "Aldous", "Birk", "Castell", "Dorn", "Eklund", "Farrow", "Gade", "Hartwell", "Iversen",
    "Jessop", "Kranz", "Lowe", "Moreau", "Nyberg", "Ostrander", "Pryce", "Quist", "Rask",
    "Soto", "Thorne",
)  # fmt: skip
ROLES = ("Head of sales", "Account manager", "Solution architect", "Support lead")

# {partner: change of its own total sales in its last closed year, in percent}; others with
# figures move by a few percent. Those of NO_RESULTS have told us nothing.
OWN_CHANGE = {
    "P-1302": -27, "P-1306": 34, "P-1101": -9, "P-1106": 23, "P-1303": 29, "P-1310": -22,
    "P-1201": 4, "D-100": 3, "D-200": -2,
}  # fmt: skip
INORGANIC = {"P-1303"}
ESTIMATED = {"P-1104", "P-1108"}
# An estimate of the year before, a reported figure of the last one: not compared.
MIXED = {"P-1313"}
NO_RESULTS = {
    "P-1311", "P-1312", "P-1317", "P-1105", "P-1107", "P-1111", "P-1112", "P-1205", "P-1207",
    "P-1401", "P-1402", "P-1390", "P-1308", "P-1324", "P-1327", "P-1331",
}  # fmt: skip
# A partner's own sales are so many times what it buys from us.
TIMES_OURS = (4, 9)

RIVALS = ("Corvex Systems", "Tellura", "Brandtline", "Nexfall", "Quorate")
# (partner, category, basis, confidence, source, [(months ago, our rank; 0: not named)])
LINE_CARDS = (
    ("P-1101", "Switching", "revenue", "high", "Call", ((9, 1), (1, 3))),
    ("P-1101", "Wireless", "revenue", "medium", "Call", ((9, 2), (1, 2))),
    ("P-1102", "Switching", "revenue", "medium", "Annual survey", ((13, 2), (1, 4))),
    ("P-1106", "Security", "revenue", "high", "Call", ((8, 3), (2, 1))),
    ("P-1301", "Switching", "revenue", "high", "Annual survey", ((13, 1), (1, 1))),
    ("P-1301", "Cloud management", "preference", "medium", "Annual survey", ((13, 3), (1, 2))),
    ("P-1302", "Security", "revenue", "medium", "Call", ((10, 1), (3, 2))),
    ("P-1303", "Wireless", "revenue", "high", "Annual survey", ((14, 2), (2, 2))),
    ("P-1306", "Cloud management", "revenue", "medium", "Call", ((8, 2), (1, 1))),
    ("P-1306", "Cloud management", "revenue", "medium", "Annual survey", ((13, 1), (1, 2))),
    ("P-1314", "Switching", "revenue", "low", "Hearsay", ((7, 1), (1, 3))),
    ("P-1201", "Security", "listing", "high", "Website", ((10, 1), (1, 0))),
    ("P-1203", "Wireless", "listing", "high", "Website", ((10, 0), (1, 1))),
    ("D-100", "Switching", "revenue", "high", "Annual survey", ((13, 1), (1, 1))),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Heavy:
    """A customer that carries this part of a partner's months from `first` to `last`.

    Afterwards it takes `rest` of every month's amount.
    """

    customer: str
    part: float
    first: int = 0
    last: int = 35
    rest: float = 0.0


# The story of the first text begins at Brightmoor: its support got worse, and Greyfriars Bank is
# gone. Kingsmarl Foundry has moved from one partner to another, Ravensworth Labs has shrunk.
# Brackwater Ports bought through Yewtree, and buys from us direct since two months.
HEAVY = {
    "P-1101": Heavy(customer="Greyfriars Bank", part=0.85, last=30),
    "P-1302": Heavy(customer="Ravensworth Labs", part=0.8, last=20, rest=0.1),
    "P-1310": Heavy(customer="Kingsmarl Foundry", part=0.95, last=28),
    "P-1309": Heavy(customer="Kingsmarl Foundry", part=0.9, first=28),
    "P-1306": Heavy(customer="Holmbeck Retail", part=0.85, last=34),
    "P-1303": Heavy(customer="Lowmarsh Rail", part=0.9),
    "P-1301": Heavy(customer="Stonebridge Transit", part=0.9),
    "P-1332": Heavy(customer=MOVED_TO_DIRECT, part=0.8, last=33),
}
# Bought over the counter: nobody in particular.
COUNTER_SALES = {"P-1105": "CASH SALES"}
# {group: its entities}
GROUPS = {
    "Greyfriars Group": ("Greyfriars Bank", "Greyfriars Leasing"),
}
# (customer, days ago, who says so, why)
LOSSES = (("Holmbeck Retail", 12, "partner", "They say our price was a fifth above Tellura's."),)
# (customer, days from now)
CONTRACTS = (("Stonebridge Transit", 140), ("Lowmarsh Rail", 400), ("Arkwell Foods", 75))

# (partner, days ago, kind, author, text)
NOTES = (
    ("P-1101", 3, "call", MARA, (
        "Paula says the support desk lost two engineers in spring; tickets wait for days."
        " Greyfriars complained in summer and has not ordered since.")),
    ("P-1101", 41, "visit", MARA, (
        "Saw the new showroom. Switching is third on their line card now: Corvex pays for the demo"
        " units.")),
    ("P-1302", 15, "call", MARA, (
        "Their head of sales has gone to Corvex. Nobody has taken over our accounts yet.")),
    ("P-1306", 10, "mail", TOMAS, "Holmbeck has told them in writing that it will not renew."),
    ("P-1201", 28, "call", NORA, (
        "Security is no longer on their website. They say it is a mistake of the relaunch.")),
    ("P-1303", 60, "note", NORA, "Last year's growth came with the purchase of Vossmere North."),
)  # fmt: skip
# (partner, days until due, owner, title, figure, shared)
ACTIONS = (
    ("P-1101", -4, MARA, "Send our support lead to Brightmoor for two weeks",
        "First response time", True),
    ("P-1101", 9, "partner-admin@channelhub.example", "Name who answers our tickets",
        "First response time", True),
    ("P-1302", 5, MARA, "Meet the new head of sales at Umberline", "Our sales with it", False),
    ("P-1306", 2, TOMAS, "Hear Holmbeck's side before the renewal lapses", "", False),
    ("P-1203", 20, NORA, "Offer the wireless training that they asked for", "Certifications",
        False),
)  # fmt: skip

# Whose first-line service gets worse: the months since it began, well before the customer was lost.
WORSE_SERVICE = {"P-1101": 9}
# It takes so many months until it is as bad as it gets, and then takes four times as long.
WORSENING_MONTHS, WORST = 4, 4.0
# Nobody of these has signed in for so many days.
GONE_QUIET = {"P-1310": 95}
# {cause: (what the dissatisfied say, what the satisfied say)}
SAID = {
    Cause.PRODUCT: (
        ("The last firmware broke our VLANs.", "Two power supplies failed within a year.",
         "The management console is slow with 200 switches."),
        ("Runs without a hitch.", "The new switches were up in an afternoon.",
         "Does what the data sheet says."),
    ),
    Cause.SUPPORT: (
        ("Your support asked the same questions three times.",
         "It took you nine days to send the replacement."),
        ("Your engineer found it within the hour.", "Replacement came the next morning."),
    ),
    Cause.PARTNER: (
        ("Tickets wait for days before anybody answers.", "Nobody calls back.",
         "The engineer who knew our network has left, and nobody took over.",
         "We had to escalate to the vendor ourselves."),
        ("They know our network better than we do.", "Always somebody who picks up the phone.",
         "Clear offers, and on time."),
    ),
    Cause.NOT_STATED: (
        ("Not what we had hoped for.",),
        ("All fine.", "Would buy again."),
    ),
}  # fmt: skip
PULSE = (
    "Prices change too often to quote with.",
    "Decide our registrations faster.",
    "We would like to hear of your direct offers before our customers do.",
)


def service_step(partner: str, months_ago: int) -> float:
    """How much worse a partner's service was then: 0 is as usual."""
    since = WORSE_SERVICE.get(partner, 0) - months_ago
    return WORST * min(1.0, max(0, since) / WORSENING_MONTHS)


def is_worse(partner: str, quarters_ago: int) -> bool:
    """Whether customers felt it in that quarter."""
    return 3 * (quarters_ago + 1) <= WORSE_SERVICE.get(partner, 0)
