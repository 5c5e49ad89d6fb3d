"""The audit: what every attacker can compute of every hidden cell, from all releases together. It decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.reporting.releases.cells import LEAST, coalitions
from services.reporting.releases.facts import sectors_of
from services.reporting.releases.model import Model, Snapshot, Target
from services.reporting.releases.plan import Link
from services.reporting.releases.solve import Interval, NotSolved, Programme

OUTSIDER = ""
POLICE_TOGETHER = "*police"


class Finding(NamedTuple):
    """What an attacker can compute of a hidden cell: OUTSIDER, POLICE_TOGETHER, or the id of an organisation."""

    target: Target
    attacker: str
    interval: Interval

    @property
    def narrow(self) -> bool:
        """Whether it holds fewer whole numbers than the rule asks."""
        return self.interval.numbers < LEAST


def attackers(snapshots: Sequence[Snapshot]) -> dict[str, frozenset[str]]:
    """Who may try, each with the organisations whose referrals he knows."""
    sectors = sectors_of(each.facts for each in snapshots)
    found = {OUTSIDER: frozenset[str](), **{each: frozenset({each}) for each in sorted(sectors)}}
    return found | dict(zip([POLICE_TOGETHER], coalitions(sectors), strict=False))


@dataclass(slots=True)
class Audit:
    """All attackers against all hidden cells of these releases; what one found `before` it is used where it holds."""

    snapshots: Sequence[Snapshot]
    links: Sequence[Link]
    before: Audit | None = None
    model: Model = field(init=False)
    programmes: dict[str, Programme] = field(init=False, default_factory=dict)
    _attackers: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.model = Model(self.snapshots, self.links)
        self._attackers = attackers(self.snapshots)

    def narrow(self, first: Sequence[str] = ()) -> Finding | None:
        """The first interval found that is too narrow, those of `first` attackers asked first."""
        every = [*first, *(each for each in self._attackers if each not in first)]
        findings = (self.find(target, each, LEAST) for each in every for target in self.model.targets)
        return next((each for each in findings if each.narrow), None)

    def every(self) -> Iterator[Finding]:
        """Each interval that is too narrow, then the narrowest of all when none is."""
        narrowest: Finding | None = None
        for attacker in self._attackers:
            for target in self.model.targets:
                enough = max(LEAST, narrowest.interval.numbers if narrowest else 10**9)
                finding = self.find(target, attacker, enough)
                if finding.narrow:
                    yield finding
                if narrowest is None or finding.interval.numbers < narrowest.interval.numbers:
                    narrowest = finding
        if narrowest and not narrowest.narrow:
            yield narrowest

    def intervals(self) -> int:
        """How many intervals are asked about."""
        return len(self._attackers) * len(self.model.targets)

    def find(self, target: Target, attacker: str, enough: int) -> Finding:
        """What he can compute of one cell; what cannot be proved wide counts as known."""
        try:
            return Finding(target, attacker, self._programme(attacker).interval(target, enough))
        except NotSolved:
            return Finding(target, attacker, self._programme(attacker).reached(target))

    def _programme(self, attacker: str) -> Programme:
        if attacker not in self.programmes:
            programme = Programme(self.model, self.model.known_by(self._attackers[attacker]))
            for other in self._known(attacker):
                programme.learn(other)
            self.programmes[attacker] = programme
        return self.programmes[attacker]

    def _known(self, attacker: str) -> Iterator[Programme]:
        """Programmes whose points this attacker may have to think possible too."""
        if attacker != OUTSIDER and OUTSIDER in self.programmes:
            yield self.programmes[OUTSIDER]
        if self.before and attacker in self.before.programmes and self.before.model.columns == self.model.columns:
            yield self.before.programmes[attacker]
