"""What the reporting service answers, compared with a figures file and in its shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from deploy.local import project
from deploy.local.figures import Figures, Partner
from shared.domain.messages import JsonObject


@dataclass(frozen=True, slots=True)
class Reported:
    """The figures by code, the partners and the project, as the reporting service answered."""

    figures: Mapping[str, JsonObject]
    partners: Sequence[JsonObject]
    project: JsonObject

    def value(self, code: str) -> int | None:
        """How many; None when there is no such figure."""
        value: int | None = self.figures.get(code, {}).get("value")
        return value

    def of_reason(self, code: str, reason: str) -> int:
        """How many of them for that reason, or of that kind."""
        number: int = self.figures.get(code, {}).get("by_reason", {}).get(reason, 0)
        return number

    def cities(self, code: str) -> dict[str, int]:
        """How many in each city."""
        return dict(self.figures.get(code, {}).get("by_city", {}))

    def partner_names(self) -> list[str]:
        """Each under the name it bore, and the one it bears now."""
        return [str(Partner(name=each["name"], now=each["now"])) for each in self.partners]


COVERED: dict[tuple[str, str], Callable[[Reported], int | None]] = {
    ("carousel", "sessions_per_cycle"): lambda found: found.figures.get("sessions_per_cycle", {}).get("median") or 0,
    ("carousel", "cycles_held"): lambda found: found.value("cycles_held"),
    ("carousel", "sessions_held"): lambda found: found.value("sessions_held"),
    ("referrals", "received"): lambda found: found.value("referrals_received"),
    ("referrals", "distinct_referrers"): lambda found: found.value("referring_persons"),
    ("referrals", "completed"): lambda found: found.value("completed"),
    ("trainings", "basic"): lambda found: found.of_reason("trainings_held", "basic"),
    ("trainings", "in_depth"): lambda found: found.of_reason("trainings_held", "in_depth"),
    ("trainings", "participants"): lambda found: found.value("training_participations"),
    ("network_events", "held"): lambda found: found.value("network_events"),
    ("network_events", "participants"): lambda found: found.value("network_event_participants"),
}


class Comparison(NamedTuple):
    """One figure as it should be, and as it was read back."""

    name: str
    expected: object
    found: object
    synthetic: bool = False


def comparisons(figures: Figures, counts: Mapping[str, int], found: Reported) -> Iterator[Comparison]:
    """Every figure of the file, and every one that the synthetic history gives."""
    back, file = read_back(figures, found, 0), figures.model_dump()
    cities = {"coordinating_municipality": figures.cities[0], "participating_municipalities": list(figures.cities[1:])}
    for name, expected in cities.items():
        yield Comparison(f"project.{name}", expected, back["project"][name])
    for part, name in [*COVERED, ("network_events", "cities")]:
        yield Comparison(f"{part}.{name}", file[part][name], back[part][name])
    names, partners = list(map(str, figures.steering_group)), back["steering_group"]
    yield Comparison("steering_group", len(names), len(partners))
    for name in dict.fromkeys([*names, *partners]):
        if (name in names) != (name in partners):
            yield Comparison("steering_group", name if name in names else None, name if name in partners else None)
    yield from (Comparison(code, value, found.value(code), synthetic=True) for code, value in counts.items())


def read_back(figures: Figures, found: Reported, seed: int) -> JsonObject:
    """A file of the same shape with everything as it was read back; its lists in the order of the file."""
    back: JsonObject = {
        "source": f"read back from the reporting service after a synthetic history (seed {seed})",
        "project": project.read_back(found.project),
    }
    for (part, name), read in COVERED.items():
        back.setdefault(part, {})[name] = read(found)
    back["network_events"]["cities"] = _in_order(figures.network_events.cities, found.cities("network_events"))
    back["steering_group"] = _in_order(list(map(str, figures.steering_group)), Counter(found.partner_names()))
    back["not_published"] = [f"everything else: it is invented from seed {seed}"]
    return back


def _in_order(wanted: Sequence[str], found: Mapping[str, int]) -> list[str]:
    """What was found as often as it is wanted, then what is not in the file."""
    left = Counter(found)
    there = [name for name in wanted if left[name] > 0 and not left.subtract([name])]
    return [*there, *(name for name in found if name not in wanted)]
