"""The network that turns words into coloured voxels, and how it is kept in a folder.

Words become one vector; it grows three feature planes (xy, xz, yz; Chan et al. 2022, "Efficient Geometry-aware 3D
GANs"); the sum of the features that a place casts on the planes goes through a small network that says whether
something is there and which colour of a palette it has. Every known shape has a latent vector with a small variance,
learned together with the weights (a variational auto-decoder, Zadeh et al. 2019), for what words leave open.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from studio_mesh.voxel_words import Vocabulary, likeness, split

SIDE = 32
"""Voxels along each side of the grid."""

WEIGHTS = "model.safetensors"
CONFIG = "config.json"

_START = 4
"""Side of the planes before the first doubling."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network.

    Attributes:
        words: known words.
        shapes: training shapes, each with a latent.
        colors: entries of the palette.
        latent: width of a shape's latent.
        word_width, width: widths of word vectors and of the condition.
        channels: of the planes at sides 4, 8, 16 and 32.
        hidden: width of the network that looks at places.
    """

    words: int
    shapes: int
    colors: int
    latent: int = 16
    word_width: int = 128
    width: int = 256
    channels: tuple[int, int, int, int] = (128, 64, 40, 24)
    hidden: int = 48


class _Doubling(nn.Module):
    """Planes at twice the side, their channels scaled and shifted by the condition (FiLM, Perez et al. 2018)."""

    def __init__(self, before: int, after: int, condition: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(before, after, 3, padding=1)
        self.norm = nn.GroupNorm(8, after)
        self.film = nn.Linear(condition, 3 * 2 * after)

    def forward(self, planes: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        """[3 b, c, s, s] and [b, condition] to [3 b, c', 2 s, 2 s]."""
        planes = functional.interpolate(planes, scale_factor=2.0, mode="nearest")
        planes = self.norm(self.first(planes))
        scale, shift = self.film(condition).view(len(planes), -1, 1, 1).chunk(2, dim=1)
        return functional.gelu(planes * (1 + scale) + shift)


class VoxelNet(nn.Module):
    """Words, a latent and a quarter turn to occupancy and colours at places of the grid."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.word = nn.Embedding(shape.words + 1, shape.word_width, padding_idx=0)
        self.attention = nn.Linear(shape.word_width, 1)
        self.turn = nn.Embedding(4, shape.word_width)
        self.means = nn.Embedding(shape.shapes, shape.latent)
        self.spreads = nn.Embedding(shape.shapes, shape.latent)
        nn.init.normal_(self.means.weight, std=0.3)
        nn.init.constant_(self.spreads.weight, -3.0)
        self.condition = nn.Sequential(
            nn.Linear(2 * shape.word_width + shape.latent, shape.width), nn.GELU(), nn.Linear(shape.width, shape.width),
            nn.GELU(),
        )  # fmt: skip
        self.seed = nn.Linear(shape.width, 3 * shape.channels[0] * _START**2)
        pairs = zip(shape.channels, shape.channels[1:], strict=False)
        self.doublings = nn.ModuleList(_Doubling(before, after, shape.width) for before, after in pairs)
        self.cast = nn.ModuleList(nn.Conv2d(shape.channels[-1], shape.hidden, 1) for _ in range(3))
        self.look = nn.Sequential(
            nn.GELU(), nn.Linear(shape.hidden, shape.hidden), nn.GELU(),
            nn.Linear(shape.hidden, 1 + shape.colors),
        )  # fmt: skip

    def forward(
        self, words: torch.Tensor, latents: torch.Tensor, turns: torch.Tensor, places: torch.Tensor
    ) -> torch.Tensor:
        """Logits [b, p, 1 + colours] at `places`; see `conditions` and `at`."""
        return self.at(self.planes(self.conditions(words, latents, turns)), places)

    def conditions(self, words: torch.Tensor, latents: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
        """One vector per shape.

        Args:
            words: int64 [b, n], 0 where there is no word.
            latents: [b, latent].
            turns: int64 [b], quarter turns about y.
        """
        vectors = self.word(words)
        here = (words > 0).float()[..., None]
        scores = self.attention(vectors).masked_fill(here == 0, -1e4)
        picked = (scores.softmax(dim=1) * here * vectors).sum(dim=1)
        mean = (vectors * here).sum(dim=1) / here.sum(dim=1).clamp(min=1)
        result: torch.Tensor = self.condition(torch.cat([picked + mean, self.turn(turns), latents], dim=1))
        return result

    def planes(self, condition: torch.Tensor) -> torch.Tensor:
        """[b, width] to the three planes, as what they add at each place: [3, b, side², hidden]."""
        count = len(condition)
        planes = functional.gelu(self.seed(condition)).view(3 * count, -1, _START, _START)
        for doubling in self.doublings:
            planes = doubling(planes, condition)
        planes = planes.view(count, 3, -1, SIDE, SIDE)
        cast = [layer(planes[:, axis]).flatten(2).transpose(1, 2) for axis, layer in enumerate(self.cast)]
        return torch.stack(cast)

    def at(self, planes: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        """Logits [b, p, 1 + colours] at `places`, int64 [b, p], numbers x · side² + y · side + z."""
        count = planes.shape[1]
        x, y, z = places // SIDE**2, places // SIDE % SIDE, places % SIDE
        row = torch.arange(count, device=places.device)[:, None] * SIDE**2
        planes = planes.float()  # many places share a cell: their gradients must not be summed in half precision
        total = sum(
            planes[axis].reshape(-1, planes.shape[-1]).index_select(0, (first * SIDE + second + row).flatten())
            for axis, (first, second) in enumerate(((x, y), (x, z), (y, z)))
        )
        result: torch.Tensor = self.look(total).view(count, places.shape[1], -1)
        return result

    def everywhere(self, condition: torch.Tensor) -> torch.Tensor:
        """Logits [b, side³, 1 + colours] at every place."""
        planes = self.planes(condition).view(3, len(condition), SIDE, SIDE, -1)
        xy, xz, yz = planes[0][:, :, :, None], planes[1][:, :, None], planes[2][:, None]
        result: torch.Tensor = self.look((xy + xz + yz).flatten(1, 3))
        return result


@dataclass(frozen=True, slots=True, eq=False)
class Solid:
    """What the model made of a prompt.

    Attributes:
        occupancy: float32 [32, 32, 32] by x, y, z; how sure it is that something is there, 0 … 1.
        colors: float64 [32, 32, 32, 3], sRGB within [0, 1].
    """

    occupancy: NDArray[np.float32]
    colors: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class VoxelModel:
    """A trained network with its words, palette and the captions of the shapes it learned from."""

    net: VoxelNet
    vocabulary: Vocabulary
    palette: NDArray[np.uint8]
    captions: tuple[str, ...]

    def save(self, folder: Path, **more: Any) -> None:
        """Write weights and configuration; `more` goes into the configuration."""
        from safetensors.torch import save_file

        folder.mkdir(parents=True, exist_ok=True)
        weights = {name: tensor.detach().cpu().contiguous() for name, tensor in self.net.state_dict().items()}
        save_file(weights, folder / WEIGHTS)
        config = {
            "architecture": "VoxelNet",
            "side": SIDE,
            "shape": asdict(self.net.shape),
            "words": list(self.vocabulary.words),
            "palette": self.palette.tolist(),
            "captions": list(self.captions),
            **more,
        }
        (folder / CONFIG).write_text(json.dumps(config, ensure_ascii=False), "utf-8")

    @classmethod
    def load(cls, folder: Path, device: str = "cpu") -> VoxelModel:
        """Read what `save` wrote.

        Raises:
            OSError, ValueError, KeyError, TypeError, RuntimeError: it is no such folder.
        """
        from safetensors.torch import load_file

        config = json.loads((folder / CONFIG).read_text("utf-8"))
        if config.get("architecture") != "VoxelNet" or config.get("side") != SIDE:
            raise ValueError(f"{folder} holds no voxel model")
        sizes = dict(config["shape"])
        net = VoxelNet(Shape(**{**sizes, "channels": tuple(sizes["channels"])}))
        net.load_state_dict(load_file(folder / WEIGHTS))
        palette = np.array(config["palette"], np.uint8).reshape(-1, 3)
        return cls(net.eval().to(device), Vocabulary(config["words"]), palette, tuple(config["captions"]))

    def kin(self, words: tuple[str, ...]) -> NDArray[np.float64]:
        """Probability of each training shape to lend its latent to a prompt: those whose captions fit best."""
        if not words:
            return np.full(len(self.captions), 1 / len(self.captions))
        fit = np.array(likeness(words, [split(caption) for caption in self.captions]))
        share = np.where(fit >= fit.max() - 0.02, 1.0, 0.0)
        return np.asarray(share / share.sum())

    def latent(self, words: tuple[str, ...], variation: float, random: np.random.Generator) -> torch.Tensor:
        """A latent [latent] for a prompt: on the way from one fitting shape to another, and a little beside it.

        Args:
            words: known words.
            variation: 0 takes a known shape's latent as it is; 1 goes up to half-way, with twice its own spread.
            random: decides which shapes and how far.
        """
        share = self.kin(words)
        first, second = random.choice(len(share), 2, p=share)
        way = 0.5 * variation * random.random()
        means, spreads = self.net.means.weight.detach(), self.net.spreads.weight.detach()
        aside = torch.from_numpy(random.standard_normal(means.shape[1]).astype(np.float32)).to(means.device)
        middle = means[first] + way * (means[second] - means[first])
        return middle + 2 * variation * aside * (0.5 * spreads[first]).exp()

    @torch.inference_mode()
    def make(self, words: tuple[str, ...], variation: float, random: np.random.Generator) -> Solid:
        """The solid for known words."""
        device = self.net.means.weight.device
        numbers = self.vocabulary.numbers(words) or [0]
        latent = self.latent(words, variation, random)[None]
        turns = torch.zeros(1, dtype=torch.long, device=device)
        condition = self.net.conditions(torch.tensor([numbers], device=device), latent, turns)
        logits = self.net.everywhere(condition)[0].float().cpu()
        occupancy = logits[:, 0].sigmoid().view(SIDE, SIDE, SIDE).numpy()
        chosen = logits[:, 1:].argmax(dim=1).view(SIDE, SIDE, SIDE).numpy()
        return Solid(occupancy, self.palette[chosen].astype(np.float64) / 255)
