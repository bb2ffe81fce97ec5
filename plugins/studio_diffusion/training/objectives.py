"""What each kind of pipeline is asked to foresee while it learns, and in what form it takes words. Imports torch.

Stable Diffusion and SDXL foresee noise or velocity on the noise schedule of the base model (Ho et al. 2020; Salimans
and Ho 2022), Flux the way from noise to picture (Lipman et al. 2023; Esser et al. 2024).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import DDPMScheduler

from studio_diffusion.latents import pack, places
from studio_diffusion.pipelines import LoadedPipeline
from studio_diffusion.training.pictures import Frame

Told = dict[str, torch.Tensor]
"""A caption as the pipeline takes it: embeddings without the batch, by the names of the pipeline's arguments."""

TOKENS = 512
"""Longest caption of Flux, tokens; shorter ones are padded to it."""


@dataclass(frozen=True, slots=True, eq=False)
class Lot:
    """Pictures of one bucket to learn from together.

    Attributes:
        latents: [n, c, h, w] on the device, as the denoiser takes them.
        told: their captions, embeddings [n, …] on the device.
        frames: how each got into the bucket.
    """

    latents: torch.Tensor
    told: Told
    frames: Sequence[Frame]


class Objective(ABC):
    """What a denoiser learns. One per kind of pipeline.

    Attributes:
        narrow, broad: names of the layers a LoRA changes: attention alone, or all that mixes channels too.
        step: buckets have sides of multiples of this many pixels.
    """

    narrow: tuple[str, ...]
    broad: tuple[str, ...]

    def __init__(self, loaded: LoadedPipeline) -> None:
        """Take what it needs from the pipeline: schedules, sizes, the type weights are in."""
        self._pipe = loaded.pipe
        self._dtype = next(loaded.denoiser.parameters()).dtype
        self._config = loaded.denoiser.config
        self.step = self._step(loaded)

    @abstractmethod
    def read(self, caption: str) -> Told:
        """A caption as embeddings on the CPU."""

    @abstractmethod
    def loss(self, denoise: Callable[..., Any], lot: Lot, noise: torch.Generator) -> torch.Tensor:
        """How far off the denoiser is, a scalar; `noise` decides how noisy each picture is made."""

    @abstractmethod
    def words(self, told: Told, silent: Told) -> dict[str, Any]:
        """A caption as arguments of the pipeline; `silent` is the empty caption."""

    @abstractmethod
    def _step(self, loaded: LoadedPipeline) -> int: ...


class Diffusion(Objective):
    """Noise or velocity, for UNets that read one row of embeddings."""

    narrow = ("to_k", "to_out.0", "to_q", "to_v")
    broad = (*narrow, "ff.net.0.proj", "ff.net.2", "proj_in", "proj_out")

    def __init__(self, loaded: LoadedPipeline, gamma: float) -> None:
        """`gamma` caps the weight of nearly clean pictures (Hang et al. 2023, "Min-SNR"); 0 weighs all alike."""
        super().__init__(loaded)
        self._schedule = DDPMScheduler.from_config(self._pipe.scheduler.config)
        self._gamma = gamma

    def read(self, caption: str) -> Told:
        """One row of embeddings."""
        row, _ = self._pipe.encode_prompt(caption, self._pipe.device, 1, do_classifier_free_guidance=False)
        return {"prompt_embeds": row[0].cpu()}

    def loss(self, denoise: Callable[..., Any], lot: Lot, noise: torch.Generator) -> torch.Tensor:
        """Weighted squared error."""
        latents, steps = lot.latents, len(self._schedule.alphas_cumprod)
        times = torch.randint(0, steps, (len(latents),), generator=noise).to(latents.device)
        added = torch.randn(latents.shape, generator=noise).to(latents.device)
        noisy = self._schedule.add_noise(latents, added, times)
        answer = denoise(
            noisy.to(self._dtype), times, encoder_hidden_states=lot.told["prompt_embeds"],
            added_cond_kwargs=self._added(lot), return_dict=False,
        )[0]  # fmt: skip
        wanted = self._target(latents, added, times)
        error: torch.Tensor = (answer.float() - wanted).square().mean(dim=(1, 2, 3))
        return (error * self._weights(times)).mean()

    def words(self, told: Told, silent: Told) -> dict[str, Any]:
        """Both rows of embeddings."""
        return {name: row[None] for name, row in told.items()} | {
            f"negative_{name}": row[None] for name, row in silent.items()
        }

    def _added(self, lot: Lot) -> dict[str, torch.Tensor] | None:
        del lot
        return None

    def _target(self, latents: torch.Tensor, added: torch.Tensor, times: torch.Tensor) -> torch.Tensor:
        kind = self._schedule.config["prediction_type"]
        if kind == "v_prediction":
            velocity: torch.Tensor = self._schedule.get_velocity(latents, added, times)
            return velocity
        return latents if kind == "sample" else added

    def _weights(self, times: torch.Tensor) -> torch.Tensor:
        """Of each picture, by its signal-to-noise ratio; [n]."""
        if not self._gamma:
            return torch.ones(len(times), device=times.device)
        kept: torch.Tensor = self._schedule.alphas_cumprod.to(times.device)[times]
        ratio = kept / (1 - kept).clamp_min(1e-8)
        capped = ratio.clamp_max(self._gamma)
        kind = self._schedule.config["prediction_type"]
        if kind == "v_prediction":
            return capped / (ratio + 1)
        return capped if kind == "sample" else capped / ratio.clamp_min(1e-8)

    def _step(self, loaded: LoadedPipeline) -> int:
        """Latents must halve evenly on every level of the UNet."""
        halvings: int = len(self._config["block_out_channels"]) - 1
        return int(loaded.pipe.vae_scale_factor) << halvings


class DiffusionXL(Diffusion):
    """The same, with a second row of embeddings and the sizes of the picture."""

    def read(self, caption: str) -> Told:
        """The embeddings of both encoders, and the pooled one."""
        row, _, pooled, _ = self._pipe.encode_prompt(
            caption, device=self._pipe.device, do_classifier_free_guidance=False
        )
        told = {"prompt_embeds": row[0].cpu(), "pooled_prompt_embeds": pooled[0].cpu()}
        if not caption and self._pipe.config.get("force_zeros_for_empty_prompt"):
            return {name: torch.zeros_like(numbers) for name, numbers in told.items()}
        return told

    def _added(self, lot: Lot) -> dict[str, torch.Tensor]:
        pooled = lot.told["pooled_prompt_embeds"]
        numbers = torch.tensor([frame.numbers for frame in lot.frames], device=pooled.device)
        return {"text_embeds": pooled, "time_ids": numbers.to(pooled.dtype)}


class FlowMatching(Objective):
    """The velocity on straight ways between picture and noise."""

    narrow = ("add_k_proj", "add_q_proj", "add_v_proj", "to_add_out", "to_k", "to_out.0", "to_q", "to_v")
    broad = (*narrow, "ff.net.0.proj", "ff.net.2", "ff_context.net.0.proj", "ff_context.net.2", "proj_mlp")

    def read(self, caption: str) -> Told:
        """The embeddings of the long encoder, and the pooled one of the short."""
        longest = min(TOKENS, int(self._pipe.tokenizer_2.model_max_length))
        row, pooled, _ = self._pipe.encode_prompt(caption, device=self._pipe.device, max_sequence_length=longest)
        return {"prompt_embeds": row[0].cpu(), "pooled_prompt_embeds": pooled[0].cpu()}

    def loss(self, denoise: Callable[..., Any], lot: Lot, noise: torch.Generator) -> torch.Tensor:
        """Squared error; times are logit-normal and shifted by the picture's size as in sampling."""
        latents = lot.latents
        start = torch.randn(latents.shape, generator=noise).to(latents.device)
        drawn = torch.randn(len(latents), generator=noise).sigmoid().to(latents.device)
        rows = latents.shape[2] * latents.shape[3] // 4
        time = self._shifted(drawn, rows)
        noisy = torch.lerp(latents, start, time[:, None, None, None])
        row = lot.told["prompt_embeds"]
        guided = torch.ones(len(latents), device=latents.device) if self._config["guidance_embeds"] else None
        answer = denoise(
            hidden_states=pack(noisy).to(self._dtype), timestep=time.to(self._dtype), guidance=guided,
            pooled_projections=lot.told["pooled_prompt_embeds"], encoder_hidden_states=row,
            txt_ids=torch.zeros(row.shape[1], 3, device=row.device, dtype=row.dtype),
            img_ids=places(*latents.shape[2:]).to(row.device, row.dtype), return_dict=False,
        )[0]  # fmt: skip
        error: torch.Tensor = answer.float() - pack(start - latents)
        return error.square().mean()

    def words(self, told: Told, silent: Told) -> dict[str, Any]:
        """The caption's embeddings; there is no negative."""
        del silent
        return {name: row[None] for name, row in told.items()}

    def _shifted(self, time: torch.Tensor, rows: int) -> torch.Tensor:
        """Larger pictures need more noise to lose as much (Esser et al. 2024, section 5.3.2)."""
        config = self._pipe.scheduler.config
        factor = float(config.get("shift") or 1.0)
        if config.get("use_dynamic_shifting"):
            few, many = config.get("base_image_seq_len", 256), config.get("max_image_seq_len", 4096)
            low, high = config.get("base_shift", 0.5), config.get("max_shift", 1.15)
            factor = math.exp(low + (high - low) * (rows - few) / (many - few))
        return factor * time / (1 + (factor - 1) * time)

    def _step(self, loaded: LoadedPipeline) -> int:
        return loaded.grain


def objective_of(loaded: LoadedPipeline, gamma: float) -> Objective:
    """What a pipeline of this kind learns."""
    kind = loaded.folder.kind.name
    if kind == "flux":
        return FlowMatching(loaded)
    return DiffusionXL(loaded, gamma) if kind == "sdxl" else Diffusion(loaded, gamma)
