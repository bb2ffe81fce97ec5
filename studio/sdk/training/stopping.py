"""Early stopping: when to end a run whose held-out loss no longer falls, and which of its weights to keep.

Goodfellow et al. 2016, "Deep Learning", algorithm 7.1: stop after so many looks without progress, keep the best one's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from studio.sdk.parameters import integer


def stop_early(**common: Any) -> int:
    """The parameter by which the artist chooses `Loop`'s `patience`; `common` takes group, advanced, when."""
    return integer(
        0, min=0, max=100, label="Stop early", unit="looks", **common,
        help="Ends when the held-out loss has not fallen for so many looks at it, and keeps the best weights; 0 never.",
    )  # fmt: skip


@dataclass(slots=True)
class Looks:
    """The held-out losses of a run so far.

    Attributes:
        patience: looks without progress after which it is over; 0 for never.
        seen: step and loss of each look, in order.
    """

    patience: int
    seen: list[tuple[int, float]] = field(default_factory=list)

    def add(self, step: int, loss: float) -> bool:
        """Take note of a look; returns whether it is the best one so far."""
        is_best = not self.seen or loss < self.seen[self._best][1]
        self.seen.append((step, loss))
        return is_best

    @property
    def best_step(self) -> int:
        """The step of the best look; there must have been one."""
        return self.seen[self._best][0]

    @property
    def over(self) -> bool:
        """Whether patience has run out."""
        return bool(self.patience and self.seen) and len(self.seen) - 1 - self._best >= self.patience

    @property
    def _best(self) -> int:
        """The first of the lowest."""
        return min(range(len(self.seen)), key=lambda place: self.seen[place][1])
