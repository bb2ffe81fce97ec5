"""`studio.music.train-song`: teach a small transformer to write songs with piano from the artist's own scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import studio.sdk as sdk
from studio.sdk.training import stop_early
from studio_music.training import form
from studio_music.training.form import MusicTrainer

if TYPE_CHECKING:
    from studio_music.training.lesson import Course

FAMILY = "music.song"
"""Models that write songs with piano, see `studio_music.training.songs`."""


class TrainSong(MusicTrainer):
    """Teaches a small transformer to write songs for a voice and piano in the manner of yours.

    It reads MIDI files: a part called voice or melody (else the highest part), and both hands of the piano. It learns
    melody, harmony and figures of the accompaniment in sixteenths, told key, metre, mode, density, tempo and where the
    singer's phrases end. A hundred songs of one kind are a beginning.
    """

    id = "studio.music.train-song"
    title = "Teach a song writer"
    teaches = FAMILY
    alters = (("", "Every song is moved to the key of C, major or minor."),)
    needs = sdk.Needs(ram_gb=1.8, modules=("numpy", "torch", "transformers", "accelerate", "mido"))
    examples = (
        sdk.Example("Your songs", {}, 1),
        sdk.Example("A few songs", {"steps": 200, "width": 128, "layers": 3}, 1),
    )

    class Params(sdk.Params):
        """What the artist may choose."""

        data: sdk.Dataset = sdk.dataset("score", label="Dataset", help="MIDI files with a voice and a piano.")
        start_from: str = form.start_from(FAMILY)
        steps: int = form.steps(800)
        stop_early: int = stop_early()
        learning_rate: float = form.learning_rate(0.01)
        batch: int = form.batch(8)
        width: int = form.width(160)
        layers: int = form.layers()
        quarters: int = form.quarters(48)
        lookahead: int = form.lookahead(2)

    def course(self) -> type[Course[Any, Any]]:
        """Songs."""
        from studio_music.training.song_lesson import SongCourse

        return SongCourse
