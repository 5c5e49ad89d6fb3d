"""One figures file of another shape, lived through twice on real services, and a report of it in three languages."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import Any

from pypdf import PdfReader

from deploy.local.processes import MARK
from deploy.services import PORTS
from services.reporting.metrics.catalogue import catalogue
from shared.i18n.text import LOCALES
from shared.messaging.connection import KafkaAccess
from tests.demo.files import FILE

ROOT = Path(__file__).resolve().parents[2]
STORES = ("KAFKA_BOOTSTRAP_SERVERS", "KAFKA_FORGETS", *(name.upper() for name in KafkaAccess.model_fields), MARK)
OTHER: dict[str, Any] = {
    **FILE,
    "project": {
        **FILE["project"],
        "title_fr": "Un autre projet",
        "coordinating_municipality": "Kortrijk",
        "participating_municipalities": ["Roeselare", "Waregem"],
        "duration_years": 1,
    },
    "carousel": {"sessions_per_cycle": 4, "cycles_held": 3, "sessions_held": 13},
    "referrals": {"received": 14, "distinct_referrers": 5, "completed": 4},
    "trainings": {"basic": 3, "in_depth": 1, "participants": 47},
    "network_events": {"held": 3, "participants": 88, "cities": ["Waregem", "Gent"]},
    "steering_group": ["Stad Kortrijk", "Groep INTRO", "CAW Zuid, now CAW Zuid-West-Vlaanderen"],
}


async def test_a_file_of_another_shape_comes_out_equal_and_again_equal(tmp_path: Path) -> None:
    """Other cities, counts and partners; the second time on the data of the first."""
    (tmp_path / "other.json").write_text(json.dumps(OTHER), encoding="utf-8")
    once = f"{sys.executable} -m deploy.local.demo --figures {tmp_path}/other.json --home {tmp_path} --seed 5"
    command = [sys.executable, "-m", "deploy.local", "run", "--services", "--", "sh", "-c", f"{once} && {once}"]
    own = (
        *STORES,
        *(f"{name.upper()}_{what}" for name in PORTS for what in ("DATABASE_URL", "DATABASE_OWNER_URL", "PORT", "URL")),
    )
    environment = {name: value for name, value in os.environ.items() if name not in own}
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=PIPE, stderr=PIPE)
    async with asyncio.timeout(600):
        out, err = await process.communicate()
    assert process.returncode == 0, (out + err).decode()
    assert "NO" not in out.decode().split()
    kept = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert {**kept, "source": None, "not_published": None} == {**OTHER, "source": None, "not_published": None}
    for language in LOCALES:
        pdf = "".join(page.extract_text() for page in PdfReader(tmp_path / f"report.{language}.pdf").pages)
        html = (tmp_path / f"report.{language}.html").read_text(encoding="utf-8")
        assert all(word in text for text in (pdf, html) for word in ("Kortrijk", "Un autre projet"))
        assert '<h1 lang="fr">' in html
        assert catalogue()[0].label.in_(language) in html
