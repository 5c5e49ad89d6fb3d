"""The training service answers what its OpenAPI document says, whoever asks whatever."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.training.app import SERVICE
from tests.openapi import ask_everything


@pytest.mark.hypothesis
def test_every_answer_is_one_that_the_document_tells(database_url: str, tmp_path: Path) -> None:
    assert ask_everything(SERVICE.application, database_url, tmp_path) > 3
