"""Music: a composer that invents pieces from a mood and a seed, and a synthesiser that plays them, with nothing to
download.

Importing this package costs next to nothing: numpy and scipy are imported when a piece is being made. The rooms are
`theory`, `form`, `harmony`, `motif`, `melody`, `voicing`, `bass`, `drums`, `arrange` (what is played) and `synth`
(how it sounds); `composer` is the generator that
needs no model, and `play` makes any score sound. `training` teaches models from scores; `chorale`, `drummer` and `song`
write with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import studio.sdk as sdk
from studio_music import played_texts
from studio_music.chorale import Chorale
from studio_music.composer import Composer
from studio_music.drummer import Drums
from studio_music.play import PlayScore
from studio_music.song import Song
from studio_music.training.beats import TrainDrums
from studio_music.training.lieder import TrainSong
from studio_music.training.score import TrainScore
from studio_music.translations import ZH_CN
from studio_music.translations_reports import REPORTS


class Plugin:
    """The studio's first-party music plugin."""

    @sdk.hookimpl
    def studio_generators(self) -> Sequence[type[sdk.Generator]]:
        """The composer, the generators that write with trained models, the player of scores, and the trainers."""
        return [Composer, Chorale, Drums, Song, PlayScore, TrainScore, TrainDrums, TrainSong]

    @sdk.hookimpl
    def studio_translations(self) -> Mapping[str, Mapping[str, str]]:
        """Simplified Chinese."""
        return {"zh_CN": {**REPORTS, **played_texts.ZH_CN, **ZH_CN}}
