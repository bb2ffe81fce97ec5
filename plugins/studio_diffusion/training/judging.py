"""The finished LoRA: its file as other programs read it, and how much it changes, learned and copied. Imports torch."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from peft.utils import get_peft_model_state_dict
from PIL import Image, ImageOps

import studio.sdk as sdk
from studio.sdk.training.adapters import holding
from studio.sdk.training.captions import caption_shares
from studio.sdk.training.loop import folder_of
from studio_diffusion.folders import LORA_FILE
from studio_diffusion.training.encoding import encode
from studio_diffusion.training.pictures import Frame, Shot

if TYPE_CHECKING:
    from studio.sdk.training import Loop
    from studio_diffusion.training.learning import Learning

THUMB = 8
"""Side of the averaged latents in which pictures are compared."""

COPIED = 0.05
"""A sample counts as a copy when it is nearer to a training picture than all but this share of held-out pictures."""

SHOWN = 256
"""Longest side of the training pictures shown beside samples."""

WORDS_TOLD = 50


def finished(learning: Learning, loop: Loop, params: Any, ctx: sdk.TrainingContext) -> sdk.TrainedModel:
    """Save what was learned, and measure it beside the base alone."""
    folder = folder_of(ctx, "model")
    learning.loaded.denoiser.eval()
    with holding(learning.weights, loop.averaged["lora"]):
        save_lora(learning, folder)
        made = learning.sheet()
        losses = _losses(learning, loop.device)
    samples = [
        _saved(Image.fromarray(pixels), folder / "samples" / f"{place}.png") for place, pixels in enumerate(made)
    ]
    neighbours = _neighbours(learning, made, samples, folder, ctx)
    kind = learning.loaded.folder.kind
    evaluation = sdk.Evaluation(
        measures=(*losses, *_copies(neighbours, learning)),
        samples=tuple(samples),
        neighbours=neighbours,
        distributions=caption_shares([item.caption for item in params.data.training]),
        strengths=(f"Works with every {kind.title} model of the same make, in this studio and in other programs.",),
        limits=(
            f"It fits only {kind.title}; what the base cannot draw, it does not draw either.",
            *(() if learning.held_out else ("No picture was held out, so how it does on new ones is not known.",)),
        ),
        intended_use="New pictures of the subject or in the style of the training pictures, on top of the base model.",
    )
    captions = [one.caption for one in learning.album.pictures]
    facts: dict[str, sdk.Json] = {
        "kind": kind.name,
        "base": learning.loaded.folder.path.name,
        "rank": params.rank,
        "trigger": params.trigger.strip(),
        "words": common_words(captions),
        "pictures": len(params.data.training),
    }
    return sdk.TrainedModel(folder, evaluation, facts)


def save_lora(learning: Learning, folder: Path) -> None:
    """``pytorch_lora_weights.safetensors`` as diffusers writes it, with its settings in the header.

    Alpha is folded into the weights, so that programs that do not read the header make the same of it.
    """
    from diffusers.utils import convert_state_dict_to_diffusers

    adapter, loaded = learning.adapter, learning.loaded
    factor = adapter.lora_alpha / adapter.r
    plain = get_peft_model_state_dict(loaded.denoiser, adapter_name="default")
    weights = {
        name: (tensor * factor if "lora_B" in name else tensor).float().cpu().contiguous()
        for name, tensor in plain.items()
    }
    part = loaded.folder.kind.denoiser
    if part == "unet":
        weights = convert_state_dict_to_diffusers(weights)
    settings = {"r": adapter.r, "lora_alpha": adapter.r, "target_modules": sorted(adapter.target_modules)}
    type(loaded.pipe).save_lora_weights(
        folder, **{f"{part}_lora_layers": weights, f"{part}_lora_adapter_metadata": settings}, weight_name=LORA_FILE
    )
    _put_in_order(folder / LORA_FILE)


def _put_in_order(file: Path) -> None:
    """Write the header's entries by name: safetensors writes them in an order that differs from run to run."""
    raw = file.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    text = json.dumps(header, sort_keys=True, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    file.write_bytes(len(text).to_bytes(8, "little") + text + raw[8 + length :])


def common_words(captions: Sequence[str]) -> list[str]:
    """The words that most captions have, commonest first."""
    counts = Counter(word for caption in captions for word in set(re.findall(r"\w+", caption.lower())))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return ranked[:WORDS_TOLD]


def _losses(learning: Learning, device: torch.device) -> tuple[sdk.Measure, ...]:
    if not learning.held_out:
        return ()
    denoiser = learning.loaded.denoiser
    worn = learning.held_out_loss(learning.weights, device)
    denoiser.disable_adapters()
    bare = learning.held_out_loss(learning.weights, device)
    denoiser.enable_adapters()
    meaning = "How far off it is on pictures it never saw, with the same noise; lower than the base: it learned."
    return (sdk.Measure("held out loss", worn, bare, "the base alone", "lower", meaning),)


def _neighbours(
    learning: Learning, made: Sequence[np.ndarray[Any, Any]], samples: Sequence[str], folder: Path, ctx: sdk.Context
) -> tuple[sdk.Neighbour, ...]:
    """Each sample beside the training picture whose latents are most like its own."""
    known = [one for one in learning.album.pictures if one.path is not None]
    frames = (Frame.whole(pixels.shape[1], pixels.shape[0]) for pixels in made)
    shots = (Shot(pixels, frame, "") for pixels, frame in zip(made, frames, strict=True))
    drawn = encode(learning.loaded, shots, mirror=False, ctx=ctx)
    thumbs = torch.stack([_thumb(one.mean) for one in known])
    apart = _nearest([_thumb(one.mean) for one in drawn], thumbs)
    unseen = _nearest([_thumb(one.mean) for one in learning.held_out], thumbs)
    limit = float(np.quantile([distance for distance, _ in unseen], COPIED)) if unseen else -1.0
    found = []
    for place, (distance, nearest) in enumerate(apart):
        path = known[nearest].path
        assert path is not None
        with Image.open(path) as opened:
            shown = ImageOps.exif_transpose(opened).convert("RGB")
        shown.thumbnail((SHOWN, SHOWN))
        name = _saved(shown, folder / "neighbours" / f"{place}.png")
        found.append(sdk.Neighbour(samples[place], name, distance, copied=distance < limit))
    return tuple(found)


def _copies(neighbours: Sequence[sdk.Neighbour], learning: Learning) -> tuple[sdk.Measure, ...]:
    if not learning.held_out or not neighbours:
        return ()
    rate = sum(pair.copied for pair in neighbours) / len(neighbours)
    meaning = "Share of samples that lie nearer to a training picture than nearly all held-out pictures do."
    return (sdk.Measure("copied samples", rate, COPIED, "held-out pictures", "lower", meaning),)


def _thumb(latents: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.adaptive_avg_pool2d(latents[None], THUMB).flatten()


def _nearest(some: Sequence[torch.Tensor], thumbs: torch.Tensor) -> list[tuple[float, int]]:
    """For each of `some` its distance to the nearest of `thumbs` (root mean square), and which that is."""
    found = []
    for one in some:
        apart = (thumbs - one).square().mean(1).sqrt()
        found.append((float(apart.min()), int(apart.argmin())))
    return found


def _saved(picture: Image.Image, path: Path) -> str:
    path.parent.mkdir(exist_ok=True)
    picture.save(path)
    return f"{path.parent.name}/{path.name}"
