"""Thousands of files that nobody in their right mind would send, each read as an upload is.

    python bench/fuzz_files.py --files 5000

Each file is described and then streamed by the child, under the limits of the product. Prints how
they end, the slowest of them and the most memory that any child had, and keeps nothing. Fails where
one ends in anything but rows or a reason, or beyond 120 seconds or 1 GB.
"""

import argparse
import io
import os
import random
import re
import resource
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

import xlsxwriter

# `imports` is the app, not the script beside this one.
sys.path[0] = str(Path(__file__).resolve().parents[1])

SECONDS, BYTES = 120, 1 << 30
WORDS = (
    "invoice", "date", "Händler", "amount", "=1+1", "+49 30", "1.234,56", "2024-01-05", "5/4/2024",
    "", " ", "'", '"', '""', "\x00", "\ufeff", "\u202e", "\t", "\\N", "\\.", "\n", "\r", "NaN",
    "1e400", "Total", "\x1c", "\u2028", "x" * 300, "-", "😀",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32", "utf-7", "cp037")
NUMBERS = (0, -1, 1e308, -1e308, 1e-300, 45000.5, 2958466, 1e10, -1e18)


class Ending(NamedTuple):
    """What became of a file: `kind` is "rows", a reason without its names, or UNCAUGHT.

    `memory` are the bytes of the largest child that its process had so far.
    """

    kind: str
    file: str
    seconds: float
    memory: int


UNCAUGHT = "UNCAUGHT "


def noise(dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(5_000))


def line_noise(dice: random.Random) -> bytes:
    return bytes(dice.choices(b'ab1,;\t|"\n\r\\ \x00\xff', k=dice.randrange(5_000)))


def table(dice: random.Random) -> bytes:
    mark, end = dice.choice(",;\t|:"), dice.choice(("\n", "\r\n", "\r", "\n\r"))
    wide, quote = dice.randrange(1, 12), dice.choice(('"', "", "'"))
    words = WORDS[: dice.choice((9, 12, len(WORDS)))]
    encoding = "utf-8" if dice.random() < 0.5 else dice.choice(ENCODINGS)
    rows = (
        mark.join(f"{quote}{dice.choice(words)}{quote}" for _ in range(wide + dice.randrange(2)))
        for _ in range(dice.randrange(80))
    )
    return end.join(rows).encode(encoding, errors="replace")


def workbook(dice: random.Random) -> bytes:
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"nan_inf_to_errors": True}) as book:
        formats = [None] * 3
        if dice.random() < 0.2:
            formats += [book.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "[h]:mm")]
        for _ in range(dice.randrange(1, 4)):
            sheet = book.add_worksheet()
            for _ in range(dice.randrange(60)):
                row, column = dice.randrange(dice.choice((20, 5_000))), dice.randrange(30)
                if dice.random() < 0.5:
                    sheet.write_number(row, column, dice.choice(NUMBERS), dice.choice(formats))
                else:
                    sheet.write(row, column, dice.choice(WORDS))
    return made.getvalue()


def broken_workbook(dice: random.Random) -> bytes:
    """One with bytes changed in a part, so that the archive is whole and the part is not."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(dice))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        unlucky = dice.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, damaged(dice, part) if name == unlucky else part)
    return made.getvalue()


def digits_changed(dice: random.Random) -> bytes:
    """One whose numbers, sizes and places in its sheets are others."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(dice))) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, _other_digits(dice, old.read(name)))
    return made.getvalue()


def _other_digits(dice: random.Random, part: bytes) -> bytes:
    others = (b"0", b"-1", b"999", b"99999999", b"18446744073709551616", b"1e400", b"")
    return re.sub(
        rb"\d+", lambda found: dice.choice(others) if dice.random() < 0.02 else found[0], part
    )


def damaged(dice: random.Random, content: bytes) -> bytes:
    whole = bytearray(content)
    for _ in range(dice.randrange(1, 8)):
        if whole:
            at = dice.randrange(len(whole))
            whole[at : at + dice.choice((0, 1, 40))] = dice.randbytes(dice.choice((0, 1, 40)))
    return bytes(whole)


def cut(dice: random.Random, content: bytes) -> bytes:
    return content[: dice.randrange(len(content) + 1)]


def old_workbook(dice: random.Random) -> bytes:
    """A compound file whose beginning is right, with anything behind."""
    start = "d0cf11e0a1b11ae1" + "00" * 16 + "3e000300feff0900060000000000000000000000"
    return bytes.fromhex(start) + bytes(dice.randrange(600)) + dice.randbytes(dice.randrange(3_000))


MAKERS: tuple[Callable[[random.Random], bytes], ...] = (
    noise,
    line_noise,
    table,
    table,
    lambda dice: damaged(dice, table(dice)),
    workbook,
    broken_workbook,
    digits_changed,
    lambda dice: damaged(dice, workbook(dice)),
    lambda dice: cut(dice, workbook(dice)),
    lambda dice: b"PK\x03\x04" + noise(dice),
    old_workbook,
)


def read(number: int) -> Ending:
    """Read the file of that number, which is the same in every run."""
    from imports.problems import Unreadable
    from imports.reading import open_sheet

    dice = random.Random(number)
    maker = number % len(MAKERS)
    name = f"{number}.{dice.choice(('csv', 'xlsx', 'xls', 'txt'))}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(MAKERS[maker](dice))
        start = time.perf_counter()
        try:
            sheet = open_sheet(path)
            for _ in sheet.stream(range(len(sheet.columns))):
                pass
            kind = "rows"
        except Unreadable as problem:
            kind = _kind(str(problem), name)
        except Exception as error:  # noqa: BLE001 - that there is none is what this finds out
            kind = f"{UNCAUGHT}{error!r}"
    seconds = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    return Ending(kind, f"{name} (maker {maker})", seconds, memory)


def _kind(said: str, name: str) -> str:
    """The reason without what differs from file to file."""
    if name not in said:
        return f"{UNCAUGHT}no name in: {said}"
    if "Error" in said and "not what its name says" in said and "Panic" not in said:
        return f"{UNCAUGHT}{said}"
    general = re.sub(r"\d+", "N", re.sub(r"'.*'", "'…'", said.replace(name, "FILE")))
    return re.sub(r"(can be read|is damaged): .*", r"\1: …", general)[:110]


def report(endings: list[Ending]) -> None:
    memory = max(each.memory for each in endings)
    slowest = max(endings, key=lambda each: each.seconds)
    print(f"{len(endings):,} files")
    for kind, count in Counter(each.kind for each in endings).most_common():
        print(f"{count:6,}  {kind}")
    print(f"slowest: {slowest.file}, {slowest.seconds:.1f} s: {slowest.kind}")
    print(f"most memory of a child: {memory >> 20:,} MB")
    uncaught = [each for each in endings if each.kind.startswith(UNCAUGHT)]
    for each in uncaught[:20]:
        print(f"{each.file}: {each.kind}")
    assert not uncaught, f"{len(uncaught)} files end in an error that nobody caught"
    assert slowest.seconds <= SECONDS, f"{slowest.file} took {slowest.seconds:.0f} s"
    assert memory <= BYTES, f"a child took {memory:,} bytes"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--files", type=int, default=5_000)
    asked.add_argument("--first", type=int, default=0, help="number of the first file")
    given = asked.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "channelhub.settings")
    numbers = range(given.first, given.first + given.files)
    with ProcessPoolExecutor() as pool:
        report(list(pool.map(read, numbers, chunksize=20)))


if __name__ == "__main__":
    main()
