"""Pictures from words by flow matching (Lipman et al. 2023): a U-Net tells how noise must move to become a picture.

The network is diffusers' `UNet2DConditionModel` on patches of pixels, which reads a caption as a handful of word
vectors. It predicts the finished picture, from which the velocity follows: noise need not pass through it, so patches
may hold as many numbers as it has channels (Li and He 2025, "Back to basics: let denoising generative models denoise").
Pictures are [n, channels, size, size] within −1 … 1, colours premultiplied with the fourth channel.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
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

JUDGED_AT = (0.2, 0.35, 0.5, 0.65)
"""Flow times at which a finished picture is looked at again to tell how well it follows its words."""

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


def grown(network: FlowNetwork, vocabulary: int) -> FlowNetwork:
    """The same network for `vocabulary` words, at least as many as it knows; the vectors of new ones are fresh."""
    larger = FlowNetwork(replace(network.shape, vocabulary=vocabulary))
    larger.unet = network.unet
    known = network.words.weight.detach()
    with torch.no_grad():
        larger.words.weight[: len(known)] = known
    return larger.train()


def strides(
    network: nn.Module, noise: torch.Tensor, asked: Sequence[Wish], *, steps: int, guidance: float
) -> Iterator[torch.Tensor]:
    """Pictures from noise [n, channels, s, s] by Euler's method; yields after each step what they will be, in the end
    what they are.

    Args:
        network: a `FlowNetwork`.
        noise: standard normal.
        asked: what to draw; of several, the velocities are averaged ("composable diffusion", Liu et al. 2022).
        steps: how many.
        guidance: how far beyond the velocity without words to go (Ho and Salimans 2022); 1 for just the words'.
    """
    pictures, shares = noise, [wish.share for wish in asked]
    numbers = [wish.numbers for wish in asked]
    if guidance != 1:
        numbers.append(torch.full_like(numbers[0], EMPTY))
        shares = [guidance * share for share in shares] + [1 - guidance]
    for step in range(steps):
        # inference mode is entered anew each time: what consumes this generator is none of its business
        with torch.inference_mode():
            time = torch.full((len(noise),), step / steps, device=noise.device)
            velocities = [network(pictures, time, words) for words in numbers]
            velocity = sum(share * towards for share, towards in zip(shares, velocities, strict=True))
            finished = (pictures + (1 - step / steps) * velocity).clamp(-1, 1)
            pictures = pictures + velocity / steps
        yield finished if step + 1 < steps else pictures.clamp(-1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """Words that pictures shall follow.

    Attributes:
        numbers: int64 [n, LONGEST], for each picture.
        share: how much they count beside others.
    """

    numbers: torch.Tensor
    share: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class FlowModel:
    """A trained network with its words.

    Attributes:
        network: velocities.
        vocabulary: what it can be asked for.
        crisp: whether its training pictures were opaque or nothing at every pixel, and so shall these be.
        captions: the different captions of its training pictures, in order; empty where nobody kept them.
        seen: by word, the share of its pictures that people found to show it clearly; only words that were looked at.
    """

    network: FlowNetwork
    vocabulary: Vocabulary
    crisp: bool
    captions: tuple[str, ...] = ()
    seen: Mapping[str, float] = field(default_factory=dict)

    def draw(self, captions: list[str], seed: int, *, steps: int, guidance: float) -> torch.Tensor:
        """One picture [channels, s, s] for each caption, stacked; the first stay the same when more are asked for."""
        *_, drawn = self.drawing([(captions, 1.0)], seed, steps=steps, guidance=guidance)
        return drawn

    def drawing(
        self, asked: Sequence[tuple[Sequence[str], float]], seed: int, *, steps: int, guidance: float
    ) -> Iterator[torch.Tensor]:
        """The same step by step, for several captions to each picture, each with its share (see `strides`)."""
        shape, device = self.network.shape, next(self.network.parameters()).device
        noise = torch.randn(
            len(asked[0][0]), shape.channels, shape.size, shape.size, generator=torch.Generator().manual_seed(seed)
        )
        wishes = [Wish(torch.tensor(self.vocabulary.encode(captions)).to(device), share) for captions, share in asked]
        for drawn in strides(self.network, noise.to(device), wishes, steps=steps, guidance=guidance):
            yield drawn.cpu()

    @torch.inference_mode()
    def obedience(
        self,
        pictures: torch.Tensor,
        asked: Sequence[tuple[Sequence[str], float]],
        seed: int,
        check: Callable[[], None] = lambda: None,
    ) -> torch.Tensor:
        """How much the words help the network to see each picture through noise, as a share of its error, [n].

        A network that draws from words tells in this way what a picture shows (Li et al. 2023, "Your diffusion model is
        secretly a zero-shot classifier"). Pictures that fell apart, or show something else, score low.

        Args:
            pictures: [n, channels, s, s], as `drawing` ends with.
            asked: as there.
            seed: of the noise, which is the same for every picture, so that only pictures make a difference.
            check: called now and then, a cancel point.
        """
        device = next(self.network.parameters()).device
        pictures, random = pictures.to(device), torch.Generator().manual_seed(seed)
        wishes = [(torch.tensor(self.vocabulary.encode(captions)).to(device), share) for captions, share in asked]
        helped = torch.zeros(len(pictures), device=device)
        for moment in JUDGED_AT:
            check()
            noise = torch.randn(1, *pictures.shape[1:], generator=random).to(device)
            under_way, motion = noise + moment * (pictures - noise), pictures - noise
            time = torch.full((len(pictures),), moment, device=device)
            nothing = torch.full_like(wishes[0][0], EMPTY)
            untold, *told = (
                (self.network(under_way, time, numbers) - motion).square().mean((1, 2, 3))
                for numbers in (nothing, *(numbers for numbers, _ in wishes))
            )
            for missed, (_, share) in zip(told, wishes, strict=True):
                helped += share * (1 - missed / untold)
        return (helped / len(JUDGED_AT)).cpu()


def save(folder: Path, model: FlowModel) -> None:
    """Write an ordinary diffusers U-Net folder, the word vectors, and the configuration into an existing folder.

    Weights are kept in half the bytes, for the disk only.
    """
    config: dict[str, Any] = {
        "format": FORMAT,
        "model_type": "flow",
        "crisp_alpha": model.crisp,
        "shape": asdict(model.network.shape),
        "words": list(model.vocabulary.words),
        "captions": list(model.captions),
    }
    (folder / CONFIG).write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")
    copy.deepcopy(model.network.unet).half().save_pretrained(folder / UNET, variant=None, safe_serialization=True)
    unet = json.loads((folder / UNET / CONFIG).read_text("utf-8"))
    unet.pop("_name_or_path", None)  # where it was loaded from is nobody else's business
    (folder / UNET / CONFIG).write_text(json.dumps(unet, indent=1) + "\n", "utf-8")
    save_file({"weight": model.network.words.weight.detach().cpu().half().contiguous()}, folder / WORDS)


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
        network.unet = UNet2DConditionModel.from_pretrained(
            folder / UNET, local_files_only=True, use_safetensors=True, torch_dtype=torch.float32
        )
        network.words.load_state_dict(load_file(folder / WORDS))
        words, captions = Vocabulary(tuple(config["words"])), tuple(map(str, config.get("captions", ())))
        seen = {str(word): float(share) for word, share in config.get("seen", {}).items()}
        model = FlowModel(network, words, bool(config["crisp_alpha"]), captions, seen)
    except (KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise ValueError(f"{folder} holds no flow model of this studio ({error}).") from error
    network.to(device, memory_format=torch.channels_last).eval()  # type: ignore[call-overload]
    return model
