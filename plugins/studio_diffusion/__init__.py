"""Pictures with image models of the artist's own, and LoRAs taught to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import studio.sdk as sdk
from studio_diffusion.paint import Paint
from studio_diffusion.training.lora import TrainLora
from studio_diffusion.translations import ZH_CN


class Plugin:
    """What this package adds to the studio."""

    @sdk.hookimpl
    def studio_generators(self) -> Sequence[type[sdk.Generator]]:
        """The generator, and the trainer of what it wears."""
        return [Paint, TrainLora]

    @sdk.hookimpl
    def studio_translations(self) -> Mapping[str, Mapping[str, str]]:
        """Their words in other languages."""
        return {"zh_CN": ZH_CN}
