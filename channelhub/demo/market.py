"""What is sold in the demo, and to whom. All names are invented."""

# (our number, name, family, product line, usual price in USD)
PRODUCTS = (
    ("NL-SW-24", "Aurora 24-port switch", "Access", "Switching", 1_150),
    ("NL-SW-48", "Aurora 48-port switch", "Access", "Switching", 2_240),
    ("NL-SW-CORE", "Aurora core chassis", "Core", "Switching", 18_900),
    ("NL-WL-IN", "Halo indoor access point", "Indoor", "Wireless", 420),
    ("NL-WL-OUT", "Halo outdoor access point", "Outdoor", "Wireless", 780),
    ("NL-WL-CTL", "Halo controller", "Control", "Wireless", 5_600),
    ("NL-SE-FW1", "Bastion branch firewall", "Firewalls", "Security", 1_480),
    ("NL-SE-FW9", "Bastion data-centre firewall", "Firewalls", "Security", 26_500),
    ("NL-SE-VPN", "Bastion remote access, 100 seats", "Access", "Security", 3_900),
    ("NL-CM-STD", "Polaris management, standard", "Subscription", "Cloud management", 190),
    ("NL-CM-PRO", "Polaris management, professional", "Subscription", "Cloud management", 340),
    ("NL-CM-API", "Polaris automation pack", "Add-ons", "Cloud management", 2_750),
)

CUSTOMERS = (
    "Abbotsmere Schools", "Anselm Clinics", "Arkwell Foods", "Barrowfen Council",
    "Bellhaven Hotels", "Birchgate Logistics", "Brindlecote Dairy", "Carrowmoor Energy",
    "Castlebrae Law", "Cliffmont College", "Coppervale Mining", "Dallowby Homes",
    "Dunmarrow Steel", "Elmstead Pharmacy", "Fallowfield Farms", "Firthside Ferries",
    "Glimmerton Theatres", "Greyfriars Bank", "Greyfriars Leasing", "Hazelmount Care",
    "Holmbeck Retail",
    "Inverlaw Media", "Kingsmarl Foundry", "Lanternhill Museums", "Lowmarsh Rail",
    "Mallowby Motors", "Millrace Paper", "Northscar Wind", "Orchardby Wines",
    "Pennygate Stores", "Quarrystone Builders", "Ravensworth Labs", "Saltmarsh Fisheries",
    "Silverlode Leasing", "Stonebridge Transit", "Thistledown Textiles", "Underhill Packaging",
    "Wharfside Freight", "Whinmoor Hospital", "Wintercroft Resorts", "Yewdale Publishing",
)  # fmt: skip
