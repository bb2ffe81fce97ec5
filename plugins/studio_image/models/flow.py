"""Pictures from words by flow matching (Lipman et al. 2023): a U-Net tells how noise must move to become a picture.

The network is diffusers' `UNet2DConditionModel` on patches of pixels, which reads a caption as a handful of word
vectors. It predicts the finished picture, from which the velocity follows: noise need not pass through it, so patches
may hold as many numbers as it has channels (Li and He 2025, "Back to basics: let denoising generative models denoise").
Pictures are [n, channels, size, size] within −1 … 1, colours premultiplied with the fourth channel.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional

from studio_image.models.words import EMPTY, Vocabulary

CONFIG, UNET, WORDS = "config.json", "unet", "words.safetensors"
FORMAT = 2
CELLS = 16
"""Patches along a picture's side."""

NEAREST = 0.05
"""Least distance from the picture, in flow time, by which a predicted way to it is divided."""

TICKS = 1000.0
"""What one unit of flow time is in the U-Net's own time embedding."""


@dataclass(frozen=True, slots=True)
class FlowShape:
    """What decides the network's shape.

    Attributes:
        size: side of the pictures, pixels.
        channels: 3 for RGB, 4 for premultiplied RGB and alpha.
        width: channels at the larger of the two resolutions the U-Net works at; twice as many at the smaller.
        words: numbers of a word's vector.
        vocabulary: known words.
    """

    size: int = 32
    channels: int = 4
    width: int = 96
    words: int = 128
    vocabulary: int = 0

    @property
    def patch(self) -> int:
        """Side of a patch, pixels."""
        return self.size // CELLS


class FlowNetwork(nn.Module):
    """Velocities of pictures under way, given the time and words."""

    def __init__(self, shape: FlowShape) -> None:
        super().__init__()
        self.shape = shape
        values = shape.channels * shape.patch**2
        self.words = nn.Embedding(shape.vocabulary + 1, shape.words)
        self.unet = UNet2DConditionModel(
            sample_size=CELLS,
            in_channels=values,
            out_channels=values,
            block_out_channels=(shape.width, 2 * shape.width),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
            layers_per_block=1,
            cross_attention_dim=shape.words,
            attention_head_dim=4,
            norm_num_groups=8,
        )

    def forward(self, pictures: torch.Tensor, time: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        """Velocities [n, channels, s, s] of pictures at times [n] (0 noise … 1 picture) for words [n, LONGEST]."""
        patch = self.shape.patch
        patches = functional.pixel_unshuffle(pictures, patch).contiguous(memory_format=torch.channels_last)
        finished = self.unet(patches, time * TICKS, encoder_hidden_states=self.words(numbers)).sample
        left = (1 - time).clamp_min(NEAREST)[:, None, None, None]
        velocities: torch.Tensor = (functional.pixel_shuffle(finished, patch) - pictures) / left
        return velocities


@torch.inference_mode()
def integrate(
    network: nn.Module, noise: torch.Tensor, numbers: torch.Tensor, *, steps: int, guidance: float
) -> torch.Tensor:
    """Pictures from noise [n, channels, s, s] by Euler's method.

    Args:
        network: a `FlowNetwork`.
        noise: standard normal.
        numbers: words [n, LONGEST].
        steps: how many.
        guidance: how far beyond the velocity without words to go (Ho and Salimans 2022); 1 for just the words'.
    """
    pictures = noise
    nothing = torch.full_like(numbers, EMPTY)
    for step in range(steps):
        time = torch.full((len(noise),), step / steps, device=noise.device)
        told = network(pictures, time, numbers)
        if guidance != 1:
            plain = network(pictures, time, nothing)
            told = plain + guidance * (told - plain)
        pictures = pictures + told / steps
    return pictures.clamp(-1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class FlowModel:
    """A trained network with its words.

    Attributes:
        network: velocities.
        vocabulary: what it can be asked for.
        crisp: whether its training pictures were opaque or nothing at every pixel, and so shall these be.
    """

    network: FlowNetwork
    vocabulary: Vocabulary
    crisp: bool

    def draw(self, captions: list[str], seed: int, *, steps: int, guidance: float) -> torch.Tensor:
        """One picture [channels, s, s] for each caption, stacked; the first stay the same when more are asked for."""
        shape, device = self.network.shape, next(self.network.parameters()).device
        noise = torch.randn(
            len(captions), shape.channels, shape.size, shape.size, generator=torch.Generator().manual_seed(seed)
        )
        numbers = torch.tensor(self.vocabulary.encode(captions))
        return integrate(self.network, noise.to(device), numbers.to(device), steps=steps, guidance=guidance).cpu()


def save(folder: Path, model: FlowModel) -> None:
    """Write an ordinary diffusers U-Net folder, the word vectors, and the configuration into an existing folder."""
    config: dict[str, Any] = {
        "format": FORMAT,
        "model_type": "flow",
        "crisp_alpha": model.crisp,
        "shape": asdict(model.network.shape),
        "words": list(model.vocabulary.words),
    }
    (folder / CONFIG).write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")
    model.network.unet.save_pretrained(folder / UNET, variant=None, safe_serialization=True)
    save_file({"weight": model.network.words.weight.detach().cpu().contiguous()}, folder / WORDS)


def load(folder: Path, device: str = "cpu") -> FlowModel:
    """Read what `save` wrote.

    Raises:
        OSError: a file is missing.
        ValueError: it is no model of this kind.
    """
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    try:
        if config["format"] != FORMAT or config["model_type"] != "flow":
            raise ValueError(f"An unknown kind of model: {config['model_type']!r}, format {config['format']!r}.")
        network = FlowNetwork(FlowShape(**config["shape"]))
        network.unet = UNet2DConditionModel.from_pretrained(folder / UNET, local_files_only=True, use_safetensors=True)
        network.words.load_state_dict(load_file(folder / WORDS))
        model = FlowModel(network, Vocabulary(tuple(config["words"])), bool(config["crisp_alpha"]))
    except (KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise ValueError(f"{folder} holds no flow model of this studio ({error}).") from error
    network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    return model
