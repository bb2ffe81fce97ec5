"""One picture by a pipeline: what it is asked, how far it is, what it looks like so far. Imports torch, diffusers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

import studio.sdk as sdk
from studio.sdk.cancelling import cancel_points
from studio_diffusion.latents import unpack, unscale
from studio_diffusion.pipelines import LoadedPipeline, memory_told

PREVIEW = 24
"""Side of the latents a preview is decoded from; larger ones are averaged, which also takes out noise."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a picture should be.

    Attributes:
        words: texts for the pipeline, or embeddings by the names the pipeline takes them by.
        width, height: pixels, multiples of `LoadedPipeline.grain`.
        steps: denoising steps.
        guidance: how strictly the words are followed.
        seed: of the noise it begins with.
    """

    words: dict[str, Any]
    width: int
    height: int
    steps: int
    guidance: float
    seed: int


def paint(loaded: LoadedPipeline, wish: Wish, ctx: sdk.Context, *, told: bool = True) -> np.ndarray[Any, Any] | None:
    """Draw it: uint8 [height, width, 3]; None when the model's own safety checker withheld it.

    Args:
        loaded: the pipeline, wearing what it should.
        wish: what to draw.
        ctx: the host.
        told: whether steps are reported as progress.

    Raises:
        OutOfMemory: the device is too small for it.
    """

    def after(pipe: Any, step: int, time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        del time
        if told:
            # Some samplers ask the network more often than there are steps.
            done = wish.steps * min(1.0, (step + 1) / max(1, int(pipe.num_timesteps)))
            latents = tensors["latents"]
            ctx.progress(done, wish.steps + 1, "Painting", lambda: sdk.Image(pixels=_preview(loaded, latents, wish)))
        return tensors

    # Noise is drawn on the CPU, so that a seed means the same on every device.
    noise = torch.Generator("cpu").manual_seed(wish.seed)
    networks = [part for part in loaded.components.values() if isinstance(part, torch.nn.Module)]
    with memory_told(), cancel_points(ctx, *networks), torch.inference_mode():
        made = loaded.pipe(
            **wish.words, width=wish.width, height=wish.height, num_inference_steps=wish.steps,
            guidance_scale=wish.guidance, generator=noise, callback_on_step_end=after,
            callback_on_step_end_tensor_inputs=["latents"], output_type="pil",
        )  # fmt: skip
    if any(getattr(made, "nsfw_content_detected", None) or ()):
        return None
    return np.asarray(made.images[0].convert("RGB"))


def _preview(loaded: LoadedPipeline, latents: torch.Tensor, wish: Wish) -> np.ndarray[Any, Any]:
    """The picture so far, small: uint8 [height, width, 3]."""
    vae, factor = loaded.pipe.vae, int(loaded.pipe.vae_scale_factor)
    height, width = wish.height // factor, wish.width // factor
    if latents.ndim == 3:
        latents = unpack(latents, height, width)
    shrink = max(1, -(-max(height, width) // PREVIEW))
    small = torch.nn.functional.avg_pool2d(latents[:1].float(), shrink, ceil_mode=True)
    kind = next(vae.parameters())
    pixels = vae.decode(unscale(vae, small).to(kind.device, kind.dtype), return_dict=False)[0]
    shown = (pixels[0].float().clamp(-1, 1) + 1) * 127.5
    return np.asarray(shown.round().to(torch.uint8).permute(1, 2, 0).cpu().numpy())
