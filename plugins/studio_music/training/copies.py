"""What was copied, shown beside the report: the stretch of the training music that a sample is most like.

The stretch becomes a file of its own, so that nothing names the artist's files.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import studio.sdk as sdk
from studio_music.training import lanes


@dataclass(frozen=True, slots=True)
class Match:
    """What a piece has in common with the training music.

    Attributes:
        copied: share of its stretches that stand somewhere in the training music.
        distance: share of a stretch in which the two that are most alike differ, 0 … 1.
        place: number of the training piece with the most alike stretch, and where in it the stretch begins; None where
            there is nothing to compare.
    """

    copied: float
    distance: float
    place: tuple[int, int] | None


NOTHING = Match(0.0, 1.0, None)


def neighbours(
    folder: Path,
    samples: Sequence[str],
    matches: Sequence[Match],
    stretch: Callable[[int, int], sdk.Score],
    most: float,
) -> tuple[sdk.Neighbour, ...]:
    """Write the stretch each sample is most like to `folder`, as ``nearest-N.mid``.

    Args:
        folder: the model's.
        samples: files of the samples.
        matches: of each sample.
        stretch: the music at a match's place.
        most: a sample of which a larger share was copied counts as a copy.
    """
    found = []
    for number, (sample, match) in enumerate(zip(samples, matches, strict=True), 1):
        if match.place is not None:
            name = f"nearest-{number}.mid"
            lanes.write_midi(stretch(*match.place), folder / name)
            found.append(sdk.Neighbour(sample, name, match.distance, match.copied > most))
    return tuple(found)
