"""`studio.music.train-drums`: teach a small transformer to play drums from the artist's own takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import studio.sdk as sdk
from studio.sdk.training import stop_early
from studio_music.training import form
from studio_music.training.form import MusicTrainer

if TYPE_CHECKING:
    from studio_music.training.lesson import Course

FAMILY = "music.drums"
"""Models that play drums, see `studio_music.training.strokes`."""


class TrainDrums(MusicTrainer):
    """Teaches a small transformer to play drums in the manner of your takes: strokes, force and timing.

    It reads MIDI files with drums (channel 10). Each file's caption says its style, and may end with “beat” or “fill”:
    “funk beat”, “jazz fill”. It learns which drums are struck on every sixteenth, how hard, and by how much the
    player is ahead of or behind the beat. A few hundred bars are enough.
    """

    id = "studio.music.train-drums"
    title = "Teach a drummer"
    teaches = FAMILY
    alters = (("", "In some beats, a bar is replaced by a fill of the same style."),)
    needs = sdk.Needs(ram_gb=1.5, modules=("numpy", "torch", "transformers", "accelerate", "mido"))
    examples = (
        sdk.Example("Your drum grooves", {}, 1),
        sdk.Example("A few takes", {"steps": 200, "width": 128, "layers": 3}, 1),
    )

    class Params(sdk.Params):
        """What the artist may choose."""

        data: sdk.Dataset = sdk.dataset("score", label="Dataset", help="MIDI files with drums; captions say the style.")
        start_from: str = form.start_from(FAMILY)
        steps: int = form.steps(400)
        stop_early: int = stop_early()
        learning_rate: float = form.learning_rate(0.01)
        batch: int = form.batch(12)
        width: int = form.width(192)
        layers: int = form.layers()
        bars: int = sdk.integer(
            8, min=1, max=64, label="Bars remembered", group="Network", advanced=True, when=form.NEW,
            help="How far back the model looks.",
        )  # fmt: skip

    def course(self) -> type[Course[Any, Any]]:
        """Takes."""
        from studio_music.training.drum_lesson import DrumCourse

        return DrumCourse
