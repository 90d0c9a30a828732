"""What the security policy forbids stands in no template, and every icon used is in the sprite."""

import json
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = [*TEMPLATES, *sorted(ROOT.glob("*/templatetags/*.py")), ROOT / "channelhub/context.py"]
INLINE = re.compile(
    r"""<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*(src=|application/json))"""
)
ICON = re.compile(r"""(?:\{% icon |icon_name=|icon=|\bicon\()["']([a-z0-9-]+)["']""")


def named(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 40


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_a_template_compiles_and_has_nothing_inline(path: Path) -> None:
    get_template(named(path))
    assert not INLINE.search(path.read_text())


def test_every_icon_used_is_in_the_sprite() -> None:
    sprite = set(json.loads((ROOT / "frontend/icons.json").read_text()))
    used = {name for path in SOURCES for name in ICON.findall(path.read_text())}
    assert len(used) > 10
    assert used <= sprite
