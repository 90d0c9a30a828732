"""Which files may be attached to a registration."""

from pathlib import PurePath

# How the content of each begins; text has no mark, and no null characters.
OFFICE, OLD_OFFICE, TEXT = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b""
BEGINS = {
    ".pdf": b"%PDF-",
    ".docx": OFFICE,
    ".xlsx": OFFICE,
    ".pptx": OFFICE,
    ".odt": OFFICE,
    ".ods": OFFICE,
    ".odp": OFFICE,
    ".doc": OLD_OFFICE,
    ".xls": OLD_OFFICE,
    ".ppt": OLD_OFFICE,
    ".msg": OLD_OFFICE,
    ".png": b"\x89PNG\r\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".txt": TEXT,
    ".csv": TEXT,
    ".eml": TEXT,
}
ACCEPT = ",".join(BEGINS)
LONGEST_NAME = 200


def clean_name(sent: str) -> str:
    """The name under which it is kept and given out: no folders, nothing that cannot be read.

    Raises:
        ValueError: files of this kind are not taken.
    """
    shown = "".join(each if each.isprintable() else "_" for each in sent.replace("\\", "/"))
    name = PurePath(shown).name.strip()
    ending = PurePath(name).suffix.lower()
    if ending not in BEGINS:
        kinds = ", ".join(each[1:] for each in BEGINS)
        raise ValueError(f"Files of this kind are not taken. These are: {kinds}.")
    kept = len(ending)
    return name[:-kept][: LONGEST_NAME - kept] + name[-kept:]


def check_content(name: str, beginning: bytes) -> None:
    """Raises ValueError where a file is not what its name says."""
    begins = BEGINS[PurePath(name).suffix.lower()]
    fits = beginning.startswith(begins) if begins else b"\0" not in beginning
    if not fits:
        raise ValueError(f"{name} is not what its name says.")
