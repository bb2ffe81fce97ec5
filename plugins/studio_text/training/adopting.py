"""A language model of the artist's that is taught whole: its tokenizer stays, captions are spelled in it.

Imports torch.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import psutil
import torch
from safetensors import SafetensorError, safe_open
from transformers import AutoConfig, AutoModelForCausalLM

from studio import sdk
from studio_text.own_loading import OwnModel, quiet
from studio_text.own_models import ModelFolder
from studio_text.training import network
from studio_text.training.batches import Marks

CONTEXT = 512
"""Tokens of a text it is shown at once while it learns: some can see a hundred thousand, which no small machine can
learn from."""

RATE = 0.05
"""Part of the learning rate that is used: a network that knows much already is spoiled by steps that suit a new one."""

COPIES = 4
"""Numbers held per weight, float32: the weight, its gradient, and AdamW's two averages."""


class Adopted:
    """The model, ready to be taught.

    Attributes:
        folder: where it came from.
        model, tokenizer: as transformers knows them, the network in float32 on the CPU.
        marks: what it is shown around a text.
        context: the longest piece it learns from, tokens.
    """

    def __init__(self, folder: ModelFolder, places: int, device: str) -> None:
        """Load it; `places` are the tokens of a step.

        Raises:
            UserError: it cannot be loaded, is too large to be taught whole on `device`, or never ends a text.
        """
        self.folder = folder
        _refuse_if_too_large(folder, device)
        own = OwnModel(folder, "cpu", "float32")
        self.model, self.tokenizer, self._ends = own.model, own.tokenizer, sorted(own.ends)
        self.context = min(own.context, CONTEXT, places)
        if not self._ends:
            raise sdk.UserError(
                f"The model in {folder.path.name} has no token that ends a text.", param=folder.param,
                hint="Use “Teach a language model (LoRA)” instead.",
            )  # fmt: skip
        end, start = self.tokenizer.eos_token_id, self.tokenizer.bos_token_id
        end = self._ends[0] if end is None else end
        # Some tokenizers open every text with a token of its own; the others part texts by the one that ends them.
        opening = (start,) if start is not None and self.tokenizer("").input_ids[:1] == [start] else (end,)
        self.marks = Marks(end=end, caption=opening, text=(), bare=opening, break_="\n\n")

    def save(self, model: Any, folder: Path) -> None:
        """Write an ordinary transformers folder, the weights as exact as they were."""
        with quiet():
            dtype = AutoConfig.from_pretrained(self.folder.path, local_files_only=True).dtype or torch.float32
            network.save(model, folder, dtype, self._ends)
            self.tokenizer.save_pretrained(folder)

    def load(self, folder: Path) -> Any:
        """The network that `save` wrote, float32."""
        with quiet():
            return AutoModelForCausalLM.from_pretrained(
                folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
            )


def free_memory(device: str) -> float:
    """Gigabytes that are free where it would be taught."""
    if device.startswith("cuda"):
        return float(torch.cuda.mem_get_info(torch.device(device))[0]) / 2**30
    return float(psutil.virtual_memory().available) / 2**30


def _refuse_if_too_large(folder: ModelFolder, device: str) -> None:
    needed, free = 4 * COPIES * _weights(folder.path) / 2**30, free_memory(device)
    if needed > free:
        name = folder.path.name
        raise sdk.UserError(
            f"To be taught whole, the model in {name} needs {needed:.1f} GB of memory; {free:.1f} are free.",
            param=folder.param, hint="Use “Teach a language model (LoRA)” instead: it needs far less.",
        )  # fmt: skip


def _weights(folder: Path) -> int:
    """How many numbers its weights are, from the heads of the files alone."""
    # Some folders hold the same weights twice, under the maker's own name.
    files = sorted(folder.glob("model*.safetensors")) or sorted(folder.glob("*.safetensors"))
    total = 0
    for path in files:
        try:
            with safe_open(path, "pt") as opened:
                total += sum(math.prod(opened.get_slice(name).get_shape()) for name in opened.keys())  # noqa: SIM118
        except SafetensorError:
            return 0  # loading it tells what is wrong
    return total
