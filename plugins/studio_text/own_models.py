"""The artist's language models and LoRAs, judged before anything is loaded from them. Standard library only.

What stands in a folder comes from anywhere: only weights in ``.safetensors`` are opened, and no code of a model is run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio import sdk

ADAPTER, SETTINGS = "adapter_model.safetensors", "adapter_config.json"
"""What peft calls the two files of a LoRA."""

JSON_BYTES = 4 * 2**20
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".h5", ".msgpack")
FIX = "Choose a folder in transformers' layout: config.json, tokenizer files, and weights in .safetensors."

KEPT = (
    "r",
    "lora_alpha",
    "target_modules",
    "rank_pattern",
    "alpha_pattern",
    "use_rslora",
    "use_dora",
    "fan_in_fan_out",
)
"""Settings of a LoRA that are taken over; the others could name modules to be imported, or do not matter."""


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A folder that holds a causal language model.

    Attributes:
        path: where it lies.
        kind: its architecture, e.g. ``"LlamaForCausalLM"``.
        stamp: changes when its configuration or weights do.
        param: the parameter it was chosen by, to show problems at.
    """

    path: Path
    kind: str
    stamp: str
    param: str


@dataclass(frozen=True, slots=True)
class LoraFolder:
    """A folder that holds a LoRA of a language model.

    Attributes:
        path: where it lies.
        settings: those of `KEPT` that it names.
        stamp: changes when its weights do.
    """

    path: Path
    settings: Mapping[str, Any]
    stamp: str


def chosen_model(ref: str, ctx: sdk.Context, param: str = "model") -> ModelFolder:
    """The artist's choice, judged. Raises `UserError` when nothing was chosen or it does not work here."""
    if not ref:
        raise sdk.UserError(
            "Choose a language model first.", param=param,
            hint="Any folder with a causal language model in transformers' layout: folder:PATH.",
        )  # fmt: skip
    return read_model(ctx.model(ref), param)


def read_model(folder: Path, param: str = "model") -> ModelFolder:
    """Judge a folder.

    Raises:
        UserError: it holds no language model that writes, or its weights cannot be opened safely.
    """
    config = _read_json(folder, "config.json", "language model", param)
    kinds = config.get("architectures")
    kind = str(kinds[0]) if isinstance(kinds, list) and kinds else ""
    if not re.fullmatch(r"\w{1,80}(ForCausalLM|LMHeadModel)", kind):
        what = f"a {kind[:60]}" if kind else "nothing it has a name for"
        raise sdk.UserError(
            f"The model in {folder.name} is {what}, which does not write texts here.", param=param, hint=FIX
        )
    names = sorted(path.name for path in folder.iterdir())
    weights = [name for name in names if name.endswith(".safetensors")]
    if not weights and any(name.endswith(PICKLES) for name in names):
        raise sdk.UserError(
            f"The model in {folder.name} is stored as a pickle, which can run code when it is opened.",
            param=param, hint="Get the same model with .safetensors files.",
        )  # fmt: skip
    if not weights:
        raise sdk.UserError(f"The model in {folder.name} has no weights.", param=param, hint="Copy the model anew.")
    if not any(name.startswith("tokenizer") for name in names):
        raise sdk.UserError(
            f"The model in {folder.name} lacks its tokenizer.", param=param, hint="Copy its tokenizer files as well."
        )
    stamp = "-".join(str((folder / name).stat().st_mtime_ns) for name in ("config.json", weights[0]))
    return ModelFolder(folder, kind, stamp, param)


def read_lora(folder: Path, param: str = "lora") -> LoraFolder:
    """Judge the folder of a LoRA as peft writes it.

    Raises:
        UserError: it is none, or its weights cannot be opened safely.
    """
    plain = _read_json(folder, SETTINGS, "LoRA of a language model", param)
    if plain.get("peft_type") != "LORA":
        raise sdk.UserError(f"The adapter in {folder.name} is no LoRA.", param=param, hint="Choose a LoRA.")
    if not (folder / ADAPTER).is_file():
        raise sdk.UserError(
            f"The LoRA in {folder.name} has no {ADAPTER}.", param=param, hint="Get it with .safetensors weights."
        )
    settings = {name: plain[name] for name in KEPT if plain.get(name)}
    return LoraFolder(folder, settings, str((folder / ADAPTER).stat().st_mtime_ns))


def _read_json(folder: Path, name: str, what: str, param: str) -> Mapping[str, Any]:
    try:
        with (folder / name).open("rb") as stream:
            raw = stream.read(JSON_BYTES + 1)
    except OSError:
        raise sdk.UserError(
            f"The folder {folder.name} holds no {what}: {name} is missing.", param=param, hint=FIX
        ) from None
    try:
        plain = json.loads(raw) if len(raw) <= JSON_BYTES else None
    except (ValueError, RecursionError):
        plain = None
    if not isinstance(plain, dict):
        raise sdk.UserError(f"{name} in {folder.name} is damaged.", param=param, hint="Copy the folder anew.")
    return plain
