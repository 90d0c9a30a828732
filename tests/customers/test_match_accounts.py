"""`manage.py match_accounts`: a list looked up in a list, without a database."""

import csv
import random
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customers.matching import Account
from customers.matching.registry import Registry


def matched(tmp_path: Path, queries: str, listed: str) -> list[dict[str, str]]:
    files = [tmp_path / name for name in ("queries.csv", "listed.csv", "out.csv")]
    files[0].write_text(queries, encoding="utf-8")
    files[1].write_text(listed, encoding="utf-8-sig")
    call_command("match_accounts", str(files[0]), against=str(files[1]), out=str(files[2]))
    with files[2].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_each_query_gets_its_best_match_the_runner_up_and_why(tmp_path: Path) -> None:
    listed = (
        "Name,Domain,Country\nBrightmoor Systems GmbH,brightmoor.example,DE\n"
        "Brightmoor Systems Holding AG,,CH\nCalder Office Ltd,,GB\nCASH SALES,,\n"
    )
    queries = (
        "name,domain,country\nBrightmor Systems,,\nCALDER OFFICE,,FR\nNobody Knows,,\n"
        "Cash sales,,\nBM Group,www.brightmoor.example,\n"
    )
    rows = matched(tmp_path, queries, listed)
    assert [row["verdict"] for row in rows] == ["match", "possible", "new", "new", "possible"]
    assert list(rows[0]) == ["query", "best match", "score", "verdict", "runner-up", "reason"]
    assert rows[0]["best match"] == "Brightmoor Systems GmbH"
    assert rows[0]["runner-up"] == "Brightmoor Systems Holding AG"
    assert "other country: GB, they say FR" in rows[1]["reason"]
    assert (rows[2]["best match"], rows[3]["best match"]) == ("", "")
    assert "same web domain brightmoor.example" in rows[4]["reason"]


@pytest.mark.parametrize("content", [b"company\nAcme\n", b"name\n\xff\xfe\n"])
def test_a_file_that_is_no_list_of_accounts_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    with pytest.raises(CommandError):
        call_command("match_accounts", str(path), against=str(path), out=str(tmp_path / "out.csv"))
    with pytest.raises(CommandError):
        call_command("match_accounts", "none.csv", against="none.csv", out=str(tmp_path / "o.csv"))


def test_words_that_many_of_the_list_bear_say_less_than_rare_ones() -> None:
    dice = random.Random(4)
    letters = "bcdfghklmnprstvw"
    words = [
        "".join(dice.choice(letters) + dice.choice("aeiou") for _ in "1234") for _ in range(400)
    ]
    listed = [Account(f"Muellbach {word}") for word in words] + [Account("Quellwerk Tarano")]
    registry = Registry(listed)
    assert registry.rarity("muellbach") < 0.5 < registry.rarity("quellwerk")
    assert registry.look_up(Account("Muellbach Xopolu")) == []
    assert registry.look_up(Account("Quellwrek Tarano"))[0].place == 400
