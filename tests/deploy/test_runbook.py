"""The runbook names only commands that exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("operations.md", "scaling.md"))
MODULES = sorted({" ".join(each.split()) for each in re.findall(r"python -m ((?:services|deploy)[\w. -]*\w)", TEXT)})


@pytest.mark.parametrize("command", MODULES)
def test_every_command_of_the_runbook_exists(command: str) -> None:
    module, *words = command.split()
    plain = [word for word in words if re.fullmatch(r"[a-z]+(-[a-z]+)*", word)]
    options = [word for word in words if word.startswith("--")]
    asked = [sys.executable, "-m", module, *plain, "--help"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    for option in options:
        assert option in re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)


def test_every_make_target_of_the_runbook_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make (\w+)", TEXT)):
        assert re.search(rf"^{target}: ", makefile, re.MULTILINE)


def test_every_file_of_the_runbook_exists() -> None:
    for path in set(re.findall(r"`(deploy/[\w./-]+)`", TEXT)):
        assert (ROOT / path).exists()
    for path in set(re.findall(r"\]\(([\w./-]+\.md)\)", TEXT)):
        assert (ROOT / "docs" / path).exists()
