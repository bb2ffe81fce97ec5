"""A model's latent space in principal coordinates, and models of both families as one thing: latents in, pictures out.

A picture's coordinates are standard normal numbers; the first ones change it most. They become latents by one affine
map, kept beside the weights. For a VAE it comes from the principal components of the encoded training pictures, so
that samples follow where the pictures lie (a Gaussian after training, Ghosh et al. 2020), for a GAN from the singular
vectors of its first layer (Shen and Zhou 2021).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from studio_image.models.gan import GanShape, Generator
from studio_image.models.vae import Vae, VaeShape

CONFIG, WEIGHTS, LATENTS = "config.json", "model.safetensors", "latents.safetensors"
FORMAT = 1


@dataclass(frozen=True, slots=True, eq=False)
class LatentMap:
    """The affine map from coordinates to latents.

    Attributes:
        mean: [latent].
        basis: [latent, latent]; row i is how the latent moves when coordinate i grows by one.
    """

    mean: torch.Tensor
    basis: torch.Tensor

    def __call__(self, coordinates: torch.Tensor) -> torch.Tensor:
        """Latents [n, latent] of coordinates [n, latent]."""
        return self.mean + coordinates @ self.basis

    def inverse(self, latents: torch.Tensor) -> torch.Tensor:
        """Coordinates [n, latent] of latents [n, latent]."""
        solved: torch.Tensor = torch.linalg.solve(self.basis.T, (latents - self.mean).T).T
        return solved


def principal(means: torch.Tensor, variances: torch.Tensor) -> LatentMap:
    """The map for encoded pictures: their means [n, latent] and mean variances [latent]."""
    mean = means.mean(0)
    spread = (means - mean).T @ (means - mean) / len(means) + variances.diag()
    values, vectors = torch.linalg.eigh(spread.double())
    basis = (vectors * values.clamp_min(1e-6).sqrt()).T.flip(0)
    return LatentMap(mean, _turned(basis.float()))


def factorised(weight: torch.Tensor) -> LatentMap:
    """The map for a first layer's weight [outputs, latent]: a rotation, strongest directions first."""
    _, _, vectors = torch.linalg.svd(weight.detach().double(), full_matrices=True)
    return LatentMap(torch.zeros(weight.shape[1]), _turned(vectors.float()))


def _turned(basis: torch.Tensor) -> torch.Tensor:
    """Each row with its largest entry positive: signs of singular vectors are arbitrary."""
    largest = basis.gather(1, basis.abs().argmax(1, keepdim=True))
    return (basis * largest.sign()).contiguous()


@dataclass(frozen=True, slots=True, eq=False)
class PictureModel:
    """A trained decoder or generator, ready to make pictures.

    Attributes:
        network: latents [n, latent] to pictures [n, channels, size, size] within −1 … 1.
        latents: its map from coordinates.
        crisp: whether its training pictures were opaque or nothing at every pixel, and so shall these be.
        attributes: by word of its captions, how coordinates [dimensions] move towards pictures that it was said of.
    """

    network: nn.Module
    latents: LatentMap
    crisp: bool
    attributes: Mapping[str, torch.Tensor] = field(default_factory=dict)

    @property
    def dimensions(self) -> int:
        """How many coordinates a picture has."""
        return len(self.latents.mean)

    @torch.inference_mode()
    def __call__(self, coordinates: torch.Tensor) -> torch.Tensor:
        """Pictures [n, channels, size, size] within −1 … 1 of coordinates [n, dimensions]."""
        device = next(self.network.parameters()).device
        made: torch.Tensor = self.network(self.latents(coordinates).to(device)).cpu()
        return made


def save(folder: Path, model: PictureModel, network: Generator | Vae) -> None:
    """Write weights, map and configuration into an existing folder."""
    config: dict[str, Any] = {
        "format": FORMAT,
        "model_type": "gan" if isinstance(network, Generator) else "vae",
        "crisp_alpha": model.crisp,
        "shape": asdict(network.shape),
    }
    maps = {"mean": model.latents.mean, "basis": model.latents.basis}
    if model.attributes:
        config["attributes"] = list(model.attributes)
        maps["attributes"] = torch.stack([*model.attributes.values()])
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", "utf-8")
    save_file({name: _halved(name, tensor) for name, tensor in network.state_dict().items()}, folder / WEIGHTS)
    save_file(maps, folder / LATENTS)


def load(folder: Path, device: str = "cpu") -> PictureModel:
    """Read what `save` wrote.

    Raises:
        OSError: a file is missing.
        ValueError: it is no model of this plugin.
    """
    config = json.loads((folder / CONFIG).read_text("utf-8"))
    try:
        network = _built(config)
        network.load_state_dict(load_file(folder / WEIGHTS))
        saved = load_file(folder / LATENTS)
        latents = LatentMap(saved["mean"], saved["basis"])
        crisp = bool(config["crisp_alpha"])
        names = config.get("attributes", [])
        attributes = dict(zip(map(str, names), saved["attributes"] if names else [], strict=True))
        if any(way.shape != latents.mean.shape for way in attributes.values()):
            raise ValueError("ways of another size")
    except (KeyError, TypeError, AttributeError, RuntimeError, ValueError) as error:
        raise ValueError(f"{folder} holds no GAN or VAE of this studio ({error}).") from error
    network = network.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return PictureModel(network.eval(), latents, crisp, attributes)


def _halved(name: str, tensor: torch.Tensor) -> torch.Tensor:
    """Weights in half the bytes, for the disk only; statistics of normalisation stay as they are."""
    tensor = tensor.detach().cpu().contiguous()
    return tensor if "running_" in name or not tensor.is_floating_point() else tensor.half()


def _built(config: dict[str, Any]) -> Generator | Vae:
    if config["format"] != FORMAT or config["model_type"] not in ("gan", "vae"):
        raise ValueError(f"An unknown kind of model: {config['model_type']!r}, format {config['format']!r}.")
    if config["model_type"] == "gan":
        return Generator(GanShape(**config["shape"]))
    return Vae(VaeShape(**config["shape"]))
