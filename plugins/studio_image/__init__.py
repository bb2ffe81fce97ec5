"""Pictures without downloads: textures, new pictures out of an example, pixel art and stickers from words, and models
taught from pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import studio.sdk as sdk
from studio_image.chinese import TEXTS
from studio_image.chinese_reports import REPORTS
from studio_image.chinese_training import TRAINING
from studio_image.chinese_words import WORDS
from studio_image.latent_explorer import LatentExplorer
from studio_image.resynth import Resynth
from studio_image.sprite import Sprite
from studio_image.sticker import Sticker
from studio_image.texture import Texture
from studio_image.training.flow import TrainFlow
from studio_image.training.gan import TrainGan
from studio_image.training.vae import TrainVae


class Plugin:
    """What this distribution adds to the studio."""

    @sdk.hookimpl
    def studio_generators(self) -> Sequence[type[sdk.Generator]]:
        """The generators."""
        return [Texture, Resynth, Sprite, Sticker, LatentExplorer, TrainGan, TrainVae, TrainFlow]

    @sdk.hookimpl
    def studio_translations(self) -> Mapping[str, Mapping[str, str]]:
        """Their texts in other languages."""
        return {"zh_CN": WORDS | REPORTS | TRAINING | TEXTS}
