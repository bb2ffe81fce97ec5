"""The artist's model and LoRA folders, judged before anything is loaded from them. Standard library only.

What stands in a folder comes from anywhere. Its ``model_index.json`` names classes to be imported; only those that
belong to the three kinds of pipeline known here are let through, and only weights in ``.safetensors``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import studio.sdk as sdk

INDEX = "model_index.json"
JSON_BYTES = 2**20
"""Longest index that is read."""

LORA_FILE = "pytorch_lora_weights.safetensors"
"""Where diffusers keeps the weights of a LoRA."""

PICKLES = (".bin", ".ckpt", ".pt", ".pth", ".pkl")
"""Endings of weights that may run code when they are opened."""

FIX = "Choose a folder in diffusers' layout: Stable Diffusion 1.5 or 2, SDXL or Flux."


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of pipeline.

    Attributes:
        name: ``"sd"``, ``"sdxl"`` or ``"flux"``; a LoRA fits the kind it was made for.
        title: what artists call it.
        pipeline: the class in diffusers.
        parts: what the folder must hold.
        guidance: how strictly the words are followed unless the artist says otherwise.
        negative: whether it can be told what to avoid.
    """

    name: str
    title: str
    pipeline: str
    parts: tuple[str, ...]
    guidance: float
    negative: bool

    @property
    def denoiser(self) -> str:
        """The part that a LoRA changes."""
        return "transformer" if "transformer" in self.parts else "unet"


KINDS = {
    kind.pipeline: kind
    for kind in (
        Kind(
            "sd", "Stable Diffusion", "StableDiffusionPipeline",
            ("vae", "text_encoder", "tokenizer", "unet", "scheduler"), 7.5, negative=True,
        ),
        Kind(
            "sdxl", "Stable Diffusion XL", "StableDiffusionXLPipeline",
            ("vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "unet", "scheduler"), 6.0,
            negative=True,
        ),
        Kind(
            "flux", "Flux", "FluxPipeline",
            ("vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "transformer", "scheduler"), 3.5,
            negative=False,
        ),
    )
}  # fmt: skip
"""The pipelines that work here, by class name."""

_TOKENIZERS = r"(CLIP|T5)Tokenizer(Fast)?"
_CLASSES: dict[str, tuple[str, str]] = {
    "vae": ("diffusers", "AutoencoderKL"),
    "unet": ("diffusers", "UNet2DConditionModel"),
    "transformer": ("diffusers", "FluxTransformer2DModel"),
    "scheduler": ("diffusers", r"\w+Scheduler"),
    "text_encoder": ("transformers", "CLIPTextModel"),
    "text_encoder_2": ("transformers", "CLIPTextModelWithProjection|T5EncoderModel"),
    "tokenizer": ("transformers", _TOKENIZERS),
    "tokenizer_2": ("transformers", _TOKENIZERS),
    "feature_extractor": ("transformers", "CLIP(ImageProcessor|FeatureExtractor)(Pil|Fast)?"),
    "image_encoder": ("transformers", "CLIPVisionModelWithProjection"),
    "safety_checker": ("stable_diffusion", "StableDiffusionSafetyChecker"),
}
"""For every part: the library and the class (a pattern) that may be loaded."""

_WEIGHTLESS = frozenset({"scheduler", "tokenizer", "tokenizer_2", "feature_extractor"})


@dataclass(frozen=True, slots=True)
class PipelineFolder:
    """A folder that holds a pipeline of a known kind.

    Attributes:
        path: where it lies.
        kind: which one.
        variant: ``"fp16"`` and the like where a part has its weights only under such a name; else empty.
        checked: whether the model brings a safety checker of its own.
        stamp: changes when the folder's index or denoiser does.
        param: the parameter it was chosen by, to show problems at.
    """

    path: Path
    kind: Kind
    variant: str
    checked: bool
    stamp: str
    param: str


def read_pipeline(folder: Path, param: str = "model") -> PipelineFolder:
    """Judge a folder.

    Args:
        folder: where the artist says a model is.
        param: the parameter to show a problem at.

    Raises:
        UserError: it is no pipeline that works here, or its weights cannot be opened safely; one sentence says why.
    """
    index = _read_index(folder, param)
    kind = KINDS.get(str(index.get("_class_name")))
    if kind is None:
        name = str(index.get("_class_name"))[:60]
        raise sdk.UserError(f"The model in {folder.name} is a {name}, which does not work here.", param=param, hint=FIX)
    named = {name: entry for name, entry in index.items() if isinstance(entry, list) and any(entry)}
    for part, entry in named.items():
        _check_class(folder, part, entry, param)
    if missing := [part for part in kind.parts if part not in named]:
        raise sdk.UserError(f"The model in {folder.name} lacks its {missing[0]}.", param=param, hint=FIX)
    variants = {_weights_of(folder, part, param) for part in named if part not in _WEIGHTLESS}
    variant = max(variants)
    denoiser = folder / kind.denoiser / "config.json"
    stamp = "-".join(str(_time(path)) for path in (folder / INDEX, denoiser))
    return PipelineFolder(folder, kind, variant, "safety_checker" in named, stamp, param)


def read_lora(folder: Path, param: str = "lora") -> Path:
    """The one file of a LoRA folder that holds its weights.

    Raises:
        UserError: there is none, or several of which none has the usual name.
    """
    if (folder / LORA_FILE).is_file():
        return folder / LORA_FILE
    found = sorted(path for path in folder.iterdir() if path.suffix == ".safetensors")
    if len(found) == 1:
        return found[0]
    what = f"{len(found)} files of weights" if found else "no .safetensors file"
    hint = f"A LoRA is one .safetensors file in a folder of its own, or is called {LORA_FILE}."
    raise sdk.UserError(f"The folder {folder.name} holds {what}.", param=param, hint=hint)


def _read_index(folder: Path, param: str) -> Mapping[str, Any]:
    path = folder / INDEX
    try:
        with path.open("rb") as stream:
            raw = stream.read(JSON_BYTES + 1)
    except OSError:
        single = any(entry.suffix == ".safetensors" for entry in folder.iterdir())
        what = "a single-file model or a LoRA" if single else "no image model"
        raise sdk.UserError(
            f"The folder {folder.name} holds {what}: {INDEX} is missing.", param=param, hint=FIX
        ) from None
    try:
        index = json.loads(raw) if len(raw) <= JSON_BYTES else None
    except (ValueError, RecursionError):
        index = None
    if not isinstance(index, dict):
        raise sdk.UserError(f"{INDEX} in {folder.name} is damaged.", param=param, hint="Copy the model anew.")
    return index


def _check_class(folder: Path, part: str, entry: list[Any], param: str) -> None:
    """That a part is of a class that belongs there: nothing else is ever imported or looked up."""
    known = _CLASSES.get(part)
    fits = known is not None and len(entry) == 2 and all(isinstance(word, str) for word in entry)
    if fits and known is not None:
        fits = entry[0] == known[0] and re.fullmatch(known[1], entry[1]) is not None
    if not fits:
        what = " ".join(str(word)[:40] for word in entry[:2])
        raise sdk.UserError(
            f"The part {part[:40]} of the model in {folder.name} is a {what}, which does not work here.",
            param=param, hint=FIX,
        )  # fmt: skip


def _weights_of(folder: Path, part: str, param: str) -> str:
    """The variant under which a part's weights stand, empty for none."""
    place = folder / part
    names = [path.name for path in place.iterdir()] if place.is_dir() else []
    safe = [name for name in names if name.endswith(".safetensors")]
    if not safe and any(name.endswith(PICKLES) for name in names):
        raise sdk.UserError(
            f"The {part} of the model in {folder.name} is stored as a pickle, which can run code when it is opened.",
            param=param, hint="Get the same model with .safetensors files.",
        )  # fmt: skip
    if not safe:
        raise sdk.UserError(
            f"The {part} of the model in {folder.name} has no weights.", param=param, hint="Copy the model anew."
        )
    variants = {found[1] if (found := re.search(r"\.(fp16|bf16|fp32)[.-]", name)) else "" for name in safe}
    return min(variants)


def _time(path: Path) -> int:
    return path.stat().st_mtime_ns if path.is_file() else 0
