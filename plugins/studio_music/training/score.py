"""`studio.music.train-score`: teach a small transformer to write music from the artist's own scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import studio.sdk as sdk
from studio.sdk.training import stop_early
from studio_music.training import form
from studio_music.training.form import MusicTrainer

if TYPE_CHECKING:
    from studio_music.training.lesson import Course

FAMILY = "music.score"
"""Models that write scores on the token grid."""


class TrainScore(MusicTrainer):
    """Teaches a small transformer to write music in the manner of your scores: chorales, songs, counterpoint.

    It reads MIDI files onto a raster of sixteenths with a few voices, learns which note follows which, and can
    afterwards compose such pieces or harmonise a melody. A few hundred pieces of one kind are enough. Everything is
    transposed while it learns, as far as the voices' ranges allow.
    """

    id = "studio.music.train-score"
    title = "Teach a score writer"
    teaches = FAMILY
    alters = (("", "Pieces are transposed by up to six semitones, as far as the ranges of the voices allow."),)
    needs = sdk.Needs(ram_gb=1.5, modules=("numpy", "torch", "transformers", "accelerate", "mido"))
    examples = (
        sdk.Example("Four-part chorales", {"voices": 4}, 1),
        sdk.Example("Two-part inventions", {"voices": 2, "lookahead": 2}, 1),
    )

    class Params(sdk.Params):
        """What the artist may choose."""

        data: sdk.Dataset = sdk.dataset("score", label="Dataset", help="MIDI files, best of one kind of music.")
        start_from: str = form.start_from(FAMILY)
        voices: int = sdk.integer(
            4, min=1, max=6, label="Voices", when=form.NEW,
            help="Files with as many parts keep them; others are split by height, the highest note first.",
        )  # fmt: skip
        steps: int = form.steps(600)
        stop_early: int = stop_early()
        learning_rate: float = form.learning_rate(0.012)
        batch: int = form.batch(12)
        width: int = form.width(192)
        layers: int = form.layers()
        quarters: int = form.quarters(32)
        lookahead: int = form.lookahead(4)

    def course(self) -> type[Course[Any, Any]]:
        """Scores."""
        from studio_music.training.score_lesson import ScoreCourse

        return ScoreCourse
