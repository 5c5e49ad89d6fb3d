"""The areas that are mutated, and the mutants that may live, each with its reason."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ACCEPTED = HERE / "accepted.json"


class Area(BaseModel):
    """Files (globs) to mutate, tests to run, and the least percentage of mutants that must die."""

    model_config = ConfigDict(extra="forbid")

    mutate: list[str]
    tests: list[str]
    aim: float = Field(gt=0, le=100)
    servers: bool = False  # whether its tests need PostgreSQL and Kafka


class Accepted(BaseModel):
    """A mutant that may live: its function (`*` is any), its line before and after, and why no test tells."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    function: str
    before: str
    after: str
    reason: str = Field(min_length=10)

    @property
    def change(self) -> tuple[str, str, str]:
        """What makes it this mutant, whatever number it has."""
        return self.function, self.before, self.after


def areas() -> dict[str, Area]:
    """Every area by its name."""
    told = tomllib.loads((HERE / "areas.toml").read_text(encoding="utf-8"))
    return {name: Area.model_validate(area) for name, area in told.items()}


def accepted() -> list[Accepted]:
    """What may live."""
    return [Accepted.model_validate(each) for each in json.loads(ACCEPTED.read_text(encoding="utf-8"))]
