"""Who may sign in to the demo. A real installation has none of these accounts."""

PASSWORD = "demo-kettle-lantern"  # noqa: S105 - public on purpose, and only in the demo
ROLES = {
    "admin@channelhub.example": "administrator",
    "chief@channelhub.example": "channel chief",
    "manager@channelhub.example": "channel manager",
    "direct@channelhub.example": "direct sales rep",
    "partner-admin@channelhub.example": "partner admin",
    "partner-rep@channelhub.example": "partner rep",
}
