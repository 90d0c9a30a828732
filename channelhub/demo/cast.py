"""Who there is in the demo, and what happens to each. All of them are invented."""

import dataclasses
from decimal import Decimal

from accounts.models import Role

ORGANISATION = "Northlight Networks"
TIME_ZONE = "America/New_York"
COLOUR = "#1f5fa8"

# The sources: our own books, two distributors' sell-through, and a marketplace.
ERP, HARROWGATE, LINDMAAR, MARKET = "erp", "harrowgate", "lindmaar", "cloud-market"
DISTRIBUTOR_OF = {HARROWGATE: "D-100", LINDMAAR: "D-200"}

ADMIN = "admin@channelhub.example"
MARA, NORA, TOMAS = (
    "manager@channelhub.example",
    "nora.lind@channelhub.example",
    "tomas.reyes@channelhub.example",
)
# (e-mail address, name, role); only the addresses of `demo_accounts` have a password.
PEOPLE = (
    (ADMIN, "Ana Keller", Role.ADMIN),
    ("chief@channelhub.example", "Ruth Okafor", Role.CHIEF),
    (MARA, "Mara Jensen", Role.MANAGER),
    (NORA, "Nora Lind", Role.MANAGER),
    (TOMAS, "Tomas Reyes", Role.MANAGER),
    ("direct@channelhub.example", "Dev Malhotra", Role.DIRECT),
    ("partner-admin@channelhub.example", "Paula Brandt", Role.PARTNER_ADMIN),
    ("partner-rep@channelhub.example", "Rui Costa", Role.PARTNER_REP),
)
DEPUTIES = {MARA: NORA, NORA: TOMAS, TOMAS: NORA}
# Where both partner accounts work: its decline crosses the threshold in the newest night.
PARTNER_OF_ACCOUNTS = "P-1101"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Story:
    """What our sales with a partner do over 36 months, numbered 0 to 35.

    `now` is the change of the last 12 months against the 12 before, in percent; `was` is the
    same as it stood a month earlier. It buys from month `first` to month `last`, slowly at first
    where that is not 0. `sent_back`: a roll-out of the prior year came back.
    """

    now: float | None = None
    was: float | None = None
    first: int = 0
    last: int = 35
    sent_back: bool = False


@dataclasses.dataclass(frozen=True)
class Seat:
    """A partner. `size` is what it buys in a usual year, in thousands of its currency."""

    number: str
    name: str
    type: str
    tier: str
    territory: str
    manager: str
    feed: str
    currency: str
    size: int
    story: Story


QUIET = Story(first=36)
RETURNED = Story(sent_back=True)

D, R, SI, S = "Distributor", "Reseller", "System integrator", "Service provider"
TOP, GOLD, SILVER, BASIC = "Platinum", "Gold", "Silver", "Registered"
EAST, WEST, UK, DACH, NORDICS = "US East", "US West", "UK & Ireland", "DACH", "Nordics"

# fmt: off
SEATS = tuple(Seat(*row) for row in (
    # Billed by us
    ("D-100", "Harrowgate Distribution", D, TOP, EAST, MARA, ERP, "USD", 17_400, Story(now=6)),
    ("D-200", "Lindmaar Distribution", D, TOP, DACH, NORA, ERP, "EUR", 11_200, Story(now=-4)),
    ("P-1301", "Tarnbeck Systems", R, TOP, WEST, MARA, ERP, "USD", 3_900, Story(now=5)),
    ("P-1302", "Umberline Integrators", SI, TOP, WEST, MARA, ERP, "USD", 3_300, Story(now=-34)),
    ("P-1303", "Vossmere Group", SI, TOP, UK, NORA, ERP, "GBP", 2_600, Story(now=8)),
    ("P-1304", "Vossmere North", SI, GOLD, UK, NORA, ERP, "GBP", 700, Story(now=-6)),
    ("P-1305", "Vossmere South", SI, GOLD, UK, NORA, ERP, "GBP", 560, Story(now=12)),
    ("P-1306", "Wexcombe Managed IT", S, GOLD, EAST, TOMAS, ERP, "USD", 1_500, Story(now=31)),
    ("P-1307", "Yarrowdale Networks", R, SILVER, WEST, MARA, ERP, "USD", 880, Story(last=18)),
    ("P-1308", "Zennorford IT", S, SILVER, EAST, MARA, ERP, "USD", 620, Story(first=27)),
    ("P-1309", "Aldercroft Comms", SI, GOLD, WEST, MARA, ERP, "USD", 760, Story(first=16)),
    ("P-1310", "Bexholme Data", R, SILVER, EAST, MARA, ERP, "USD", 950, Story(now=-31)),
    ("P-1311", "Cinderpath Cyber", R, BASIC, UK, TOMAS, ERP, "GBP", 410, Story(last=20)),
    ("P-1312", "Dovermoor Digital", S, BASIC, EAST, MARA, ERP, "USD", 0, QUIET),
    ("P-1313", "Eastrigg Computing", R, SILVER, UK, TOMAS, ERP, "GBP", 480, Story(now=-11)),
    ("P-1314", "Foxwhistle Systems", R, GOLD, WEST, TOMAS, ERP, "USD", 830, Story(now=24)),
    ("P-1315", "Granholt Nordic", R, SILVER, NORDICS, TOMAS, ERP, "DKK", 2_900, Story(now=7)),
    ("P-1316", "Hollinmere Works", SI, SILVER, DACH, NORA, ERP, "EUR", 390, RETURNED),
    ("P-1317", "Isenbrook Tech", R, BASIC, NORDICS, TOMAS, ERP, "EUR", 240, Story(last=6)),
    ("P-1318", "Jarlsund Partners", R, SILVER, NORDICS, TOMAS, ERP, "EUR", 620, Story(now=-26)),
    ("P-1319", "Kilnmoor Networks", R, SILVER, UK, NORA, ERP, "GBP", 540, Story(now=-1)),
    ("P-1320", "Larkhall Data", R, SILVER, UK, TOMAS, ERP, "GBP", 460, Story(now=13)),
    ("P-1321", "Mossgate IT", S, SILVER, UK, TOMAS, ERP, "GBP", 330, Story(now=-7)),
    ("P-1322", "Nethercombe Cloud", S, BASIC, EAST, TOMAS, ERP, "USD", 280, Story(now=18)),
    ("P-1323", "Oxbow Computing", R, BASIC, WEST, TOMAS, ERP, "USD", 190, Story(now=-12)),
    ("P-1324", "Pellworth Systems", SI, SILVER, UK, NORA, ERP, "GBP", 520, Story(now=5)),
    ("P-1325", "Quillmere Networks", R, SILVER, NORDICS, TOMAS, ERP, "EUR", 410, Story(now=-17)),
    ("P-1326", "Ridgeholt Office", R, BASIC, EAST, NORA, ERP, "USD", 150, Story(now=2)),
    ("P-1327", "Skarvik Data", R, SILVER, NORDICS, TOMAS, ERP, "EUR", 370, Story(now=27)),
    ("P-1328", "Thornlea Managed", S, SILVER, UK, NORA, ERP, "GBP", 440, Story(now=-23)),
    ("P-1329", "Ulverstone Tech", R, BASIC, UK, NORA, ERP, "GBP", 210, Story(now=9)),
    ("P-1330", "Velden Netzwerk", R, BASIC, DACH, TOMAS, ERP, "EUR", 230, Story(now=-5)),
    ("P-1331", "Wolkenried IT", S, SILVER, DACH, NORA, ERP, "EUR", 350, Story(now=15)),
    ("P-1332", "Yewtree Solutions", SI, GOLD, WEST, TOMAS, ERP, "USD", 680, Story(now=-9)),
    ("P-1333", "Zillerbach Systeme", SI, SILVER, DACH, NORA, ERP, "EUR", 480, Story(now=11)),
    ("P-1334", "Ambleford Partners", R, SILVER, WEST, TOMAS, ERP, "USD", 390, Story(now=6)),
    ("P-1335", "Brackenfell IT", R, BASIC, UK, NORA, ERP, "GBP", 170, Story(last=22)),
    ("P-1390", "Oakrill Computing", R, SILVER, WEST, MARA, ERP, "USD", 340, Story(last=27)),
    # Served by Harrowgate, whose report of the newest month is the news of the night
    ("P-1101", "Brightmoor IT", R, GOLD, EAST, MARA, HARROWGATE, "USD", 1_250,
        Story(was=-18.4, now=-21.8)),
    ("P-1102", "Calderwick Systems", R, TOP, EAST, MARA, HARROWGATE, "USD", 980,
        Story(was=-25, now=-30)),
    ("P-1103", "Duskfield Networks", R, SILVER, EAST, MARA, HARROWGATE, "USD", 640,
        Story(was=-20.9, now=-13.5)),
    ("P-1104", "Ellanmoor Cloud", S, SILVER, EAST, MARA, HARROWGATE, "USD", 720,
        Story(was=17.2, now=22.9)),
    ("P-1105", "Fennhollow Tech", R, BASIC, EAST, MARA, HARROWGATE, "USD", 410, Story(now=4)),
    ("P-1106", "Gravenholt Security", SI, GOLD, WEST, MARA, HARROWGATE, "USD", 980, Story(now=38)),
    ("P-1107", "Hartsmere Computing", R, BASIC, WEST, MARA, HARROWGATE, "USD", 300,
        Story(first=17)),
    ("P-1108", "Ironbeck Solutions", SI, GOLD, EAST, MARA, HARROWGATE, "USD", 1_010,
        Story(was=-29.5, now=-23)),
    ("P-1109", "Jorvale Office IT", R, BASIC, EAST, NORA, HARROWGATE, "USD", 260, Story(now=-3)),
    ("P-1110", "Kestwick Data", R, SILVER, EAST, NORA, HARROWGATE, "USD", 350, Story(now=9)),
    ("P-1111", "Larkmoss IT", R, BASIC, WEST, NORA, HARROWGATE, "USD", 180, RETURNED),
    ("P-1112", "Marrowby Systems", R, SILVER, EAST, TOMAS, HARROWGATE, "USD", 420,
        Story(last=19)),
    # Served by Lindmaar, which is late
    ("P-1201", "Nebelhorst IT", R, GOLD, DACH, NORA, LINDMAAR, "EUR", 900, Story(now=-27)),
    ("P-1202", "Oststern Systemhaus", SI, GOLD, DACH, NORA, LINDMAAR, "EUR", 640, Story(now=3)),
    ("P-1203", "Pfeilbruck Netze", R, SILVER, DACH, NORA, LINDMAAR, "EUR", 520, Story(now=28)),
    ("P-1204", "Quellbach Digital", R, SILVER, DACH, NORA, LINDMAAR, "EUR", 310, Story(now=-8)),
    ("P-1205", "Rautenfels Technik", R, BASIC, DACH, TOMAS, LINDMAAR, "EUR", 270,
        Story(first=28)),
    ("P-1206", "Sonderau Informatik", SI, SILVER, DACH, TOMAS, LINDMAAR, "EUR", 450,
        Story(now=-2)),
    ("P-1207", "Talwiese Computer", R, BASIC, DACH, TOMAS, LINDMAAR, "EUR", 200, Story(last=15)),
    # Sold through the marketplace, which has reported for fifteen months
    ("P-1401", "Loamfield Cloud", S, BASIC, WEST, TOMAS, MARKET, "USD", 150, Story(now=2)),
    ("P-1402", "Mistvale Apps", S, BASIC, UK, NORA, MARKET, "USD", 210, Story(now=10)),
))
# fmt: on

BRANCHES = {"P-1304": "P-1303", "P-1305": "P-1303"}
# {merged: root}; the sales of both count with the root.
MERGED = {"P-1390": "P-1301"}
PROSPECTS = ("P-1312",)
# {number: months since it was told, or since it ended}
ON_NOTICE = {"P-1310": 1}
ENDED = {"P-1311": 14}
# {number: (months since, the tier before)}
PROMOTED = {"P-1306": (7, SILVER), "P-1314": (10, SILVER), "P-1302": (19, GOLD)}
# Own fiscal years that do not follow the calendar: {number: the month they begin in}
FISCAL_YEAR_BEGINS = {"P-1301": 7, "P-1302": 4, "P-1303": 4, "P-1101": 10, "D-100": 2}

# Customers of our own sales force, with what they buy in a usual year, in thousands of USD.
# Whom a partner brought.
MOVED_TO_DIRECT = "Brackwater Ports"
DIRECT = (
    ("Corvane Insurance Group", 3_100, Story(now=7)),
    ("Estermond Airports", 2_400, Story(now=-9)),
    ("Halden Bay Port Authority", 1_900, Story(now=14)),
    ("Meridale University", 1_200, Story(now=3)),
    ("Penwith Water", 800, Story(now=-5)),
    (MOVED_TO_DIRECT, 900, Story(first=34)),
)

# What one unit is worth in USD: (currency, plan last year, plan this year, about that booked).
# Nobody has planned a rate for the Danish krone yet, so its partner cannot be compared.
RATES = (
    ("EUR", Decimal("1.0900"), Decimal("1.1000"), Decimal("1.0950")),
    ("GBP", Decimal("1.2700"), Decimal("1.2800"), Decimal("1.2740")),
    ("DKK", None, None, Decimal("0.1465")),
)
