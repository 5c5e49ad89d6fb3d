"""The least and the most that a hidden cell can be, for one attacker: exact, in whole numbers.

HiGHS solves the linear programme. A bound counts as reached only by a point of whole numbers that is checked against
every row in integer arithmetic; where the programme's own is not whole, it is solved again in integers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import highspy
import numpy as np
from numpy.typing import NDArray

from services.reporting.releases.model import Model, Row, Target, Vector

_MOST_POINTS = 4000


class Interval(NamedTuple):
    """The whole numbers from `low` to `high`."""

    low: int
    high: int

    @property
    def numbers(self) -> int:
        """How many there are."""
        return self.high - self.low + 1


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a model as one sparse matrix: `starts` says where each begins."""

    columns: NDArray[np.int64]
    coefficients: Vector
    starts: NDArray[np.int64]
    right: Vector
    published: NDArray[np.bool_]
    least: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Rows:
        """Of rows of which each has a variable; one that has none says nothing."""
        told = [row for row in rows if row.columns]
        return cls(
            np.array([each for row in told for each in row.columns], dtype=np.int64),
            np.array([each for row in told for each in row.coefficients], dtype=np.int64),
            np.cumsum([0, *(len(row.columns) for row in told)], dtype=np.int64)[:-1],
            np.array([row.value for row in told], dtype=np.int64),
            np.array([row.published for row in told], dtype=np.bool_),
            np.array([row.least for row in told], dtype=np.bool_),
        )

    def known_to(self, own: Vector, truth: Vector) -> Rows:
        """Without what the attacker referred himself; what is not so, somebody may believe: it teaches nothing true."""
        right = self.right - np.where(self.published, self.sums(own), 0)
        held = replace(self, right=right).satisfied(truth) | self.published
        lengths = np.diff(np.append(self.starts, len(self.columns)))
        entries = np.repeat(held, lengths)
        return Rows(
            self.columns[entries],
            self.coefficients[entries],
            np.cumsum(np.append(0, lengths[held]))[:-1],
            right[held],
            self.published[held],
            self.least[held],
        )

    def sums(self, point: Vector) -> Vector:
        """The value of each row at a point, in integers."""
        if not len(self.starts):
            return np.zeros(0, dtype=np.int64)
        found: Vector = np.add.reduceat(self.coefficients * point[self.columns], self.starts)
        return found

    def satisfied(self, point: Vector) -> NDArray[np.bool_]:
        """Which rows hold at a point."""
        values = self.sums(point)
        held: NDArray[np.bool_] = np.where(self.least, values >= self.right, values == self.right)
        return held

    def programme(self, count: int) -> highspy.HighsLp:
        """As the solver takes it."""
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = count, len(self.starts)
        programme.col_cost_ = np.zeros(count)
        programme.col_lower_, programme.col_upper_ = np.zeros(count), np.full(count, highspy.kHighsInf)
        programme.row_lower_ = self.right.astype(float)
        programme.row_upper_ = np.where(self.least, highspy.kHighsInf, self.right.astype(float))
        programme.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        programme.a_matrix_.start_ = np.append(self.starts, len(self.columns)).astype(np.int32)
        programme.a_matrix_.index_ = self.columns.astype(np.int32)
        programme.a_matrix_.value_ = self.coefficients.astype(float)
        return programme


class NotSolved(RuntimeError):  # noqa: N818 - nothing is proved: what asks for it refuses
    """The solver found no point of whole numbers."""


@dataclass(slots=True)
class Programme:
    """What one attacker knows. `own` is what he referred himself; `truth` what others did, always a possible point."""

    model: Model
    own: Vector
    truth: Vector = field(init=False)
    points: list[Vector] = field(init=False)
    _rows: Rows = field(init=False)
    _solver: highspy.Highs | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.truth = self.model.known_by(None) - self.own
        self._rows = Rows.of(self.model.rows).known_to(self.own, self.truth)
        self.points = [self.truth]

    def admits(self, point: Vector) -> bool:
        """Whether the attacker must think it possible."""
        return not (point < 0).any() and bool(self._rows.satisfied(point).all())

    def learn(self, other: Programme) -> None:
        """Take over the points of another attacker that this one must think possible too."""
        shift = other.own - self.own
        self.points += [point for each in other.points if self.admits(point := each + shift)]

    def reached(self, target: Target) -> Interval:
        """Between which numbers the points known so far lie: the interval is at least as wide."""
        columns, coefficients = list(target.columns), np.array(target.coefficients, dtype=np.int64)
        values = [int(point[columns] @ coefficients) for point in self.points]
        return Interval(min(values), max(values))

    def interval(self, target: Target, enough: int) -> Interval:
        """What the cell can be; at least `enough` numbers are not counted further. Raises NotSolved."""
        low, high = self.reached(target)
        if high - low + 1 < enough:
            high = max(high, self._extreme(target, 1))
        if high - low + 1 < enough:
            low = min(low, self._extreme(target, -1))
        return Interval(low, high)

    def _extreme(self, target: Target, sign: int) -> int:
        solver = self._solver = self._solver or self._prepared()
        count = len(self.own)
        cost = np.zeros(count)
        cost[list(target.columns)] = np.array(target.coefficients, dtype=float) * -sign
        solver.changeColsCost(count, np.arange(count, dtype=np.int32), cost)
        point = self._whole(solver) if self._run(solver) else None
        if point is None:
            point = self._in_integers(solver, count)
        if len(self.points) < _MOST_POINTS:
            self.points.append(point)
        return int(point[list(target.columns)] @ np.array(target.coefficients, dtype=np.int64))

    def _in_integers(self, solver: highspy.Highs, count: int) -> Vector:
        every = np.arange(count, dtype=np.int32)
        solver.changeColsIntegrality(count, every, np.array([highspy.HighsVarType.kInteger] * count))
        point = self._whole(solver) if self._run(solver) else None
        solver.changeColsIntegrality(count, every, np.array([highspy.HighsVarType.kContinuous] * count))
        if point is None:
            raise NotSolved
        return point

    def _whole(self, solver: highspy.Highs) -> Vector | None:
        found = np.array(solver.getSolution().col_value)
        point: Vector = np.rint(found).astype(np.int64)
        return point if np.abs(found - point).max(initial=0) < 1e-6 and self.admits(point) else None  # noqa: PLR2004

    @staticmethod
    def _run(solver: highspy.Highs) -> bool:
        solver.run()
        return bool(solver.getModelStatus() == highspy.HighsModelStatus.kOptimal)

    def _prepared(self) -> highspy.Highs:
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)  # noqa: FBT003 - the solver's own signature
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("random_seed", 0)
        solver.setOptionValue("mip_rel_gap", 0.0)
        solver.passModel(self._rows.programme(len(self.own)))
        return solver
