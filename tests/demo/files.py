"""Figures files: the project's own, one that differs in a field, and any that some history can satisfy."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

from deploy.local.demo import FILE as PATH
from deploy.local.figures import ROOM

FILE: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8"))
CITIES = ("Brugge", "Gent", "Ieper", "Luik", "Aalst")
PARTNERS = ("Groep INTRO", "CAW Centrum", "Lokale politie", "Stad Gent", "ELZ A, now ELZ B", "Huis", "Oud, now Nieuw")


def file_with(part: str = "referrals", **given: object) -> dict[str, Any]:
    """The project's own file but for these fields of one part."""
    file = copy.deepcopy(FILE)
    file[part].update(given)
    return file


@st.composite
def carousels(draw: st.DrawFn) -> dict[str, int]:
    """Any carousel, also one whose sessions are no multiple of anything, or that runs without a cycle closed."""
    sessions, modules = draw(st.integers(0, 30)), draw(st.integers(1, 8))
    cycles = draw(st.integers(0, min(sessions, 5)))
    return {"sessions_per_cycle": modules if sessions else 0, "cycles_held": cycles, "sessions_held": sessions}


@st.composite
def files(draw: st.DrawFn) -> dict[str, Any]:
    """Any file that some history can satisfy."""
    cities = draw(st.lists(st.sampled_from(CITIES), max_size=3, unique=True))
    file = file_with("project", participating_municipalities=cities, duration_years=draw(st.integers(1, 6)))
    file["carousel"] = turning = draw(carousels())
    received = draw(st.integers(0, 40))
    rounds = turning["sessions_held"] // (turning["sessions_per_cycle"] or 1)
    file["referrals"] = {
        "received": received,
        "distinct_referrers": draw(st.integers(min(received, 1), received)),
        "completed": draw(st.integers(0, min(received, rounds * ROOM))),
    }
    basic, in_depth = draw(st.integers(0, 4)), draw(st.integers(0, 3))
    more = draw(st.integers(0, 90)) if basic + in_depth else 0
    file["trainings"] = {"basic": basic, "in_depth": in_depth, "participants": basic + in_depth + more}
    places = draw(st.lists(st.sampled_from(CITIES), max_size=3))
    held = draw(st.integers(len(places), 4)) if places else 0
    people = held + draw(st.integers(0, 300)) if held else 0
    file["network_events"] = {"held": held, "participants": people, "cities": places}
    file["steering_group"] = draw(st.lists(st.sampled_from(PARTNERS), unique=True))
    return file
