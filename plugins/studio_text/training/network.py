"""The network of a text model: a small Llama with tied embeddings, its optimizers, and its folder on disk."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

from studio.sdk.training.muon import muon
from studio_text.decoding import without_progress_bar

HEAD = 64
"""Width of an attention head."""


def build(*, vocabulary: int, width: int, layers: int, context: int, end: int, seed: int) -> Any:
    """A fresh network in float32 whose weights depend on `seed` alone; `width` is a multiple of `HEAD`."""
    hidden = round(width * 8 / 3 / HEAD) * HEAD
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        intermediate_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=width // HEAD,
        num_key_value_heads=width // HEAD,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=end,
        pad_token_id=end,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlamaForCausalLM(config)


def load(folder: Path) -> Any:
    """The network of an ordinary transformers folder, in float32. Raises `OSError` or `ValueError` if it is none."""
    with without_progress_bar():
        return LlamaForCausalLM.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
        )


def optimizers(model: torch.nn.Module, rate: float, decay: float) -> dict[str, torch.optim.Optimizer]:
    """Muon for the hidden matrices; AdamW, with a fifth of the weight decay, for the embedding and the norms.

    The embedding is also the output, where rare tokens are learned from few places.
    """
    named = list(model.named_parameters())
    hidden = [weight for name, weight in named if weight.ndim == 2 and "embed" not in name]
    others = [weight for name, weight in named if weight.ndim != 2 or "embed" in name]
    return {
        "muon": muon(hidden, lr=rate, weight_decay=decay),
        "adamw": torch.optim.AdamW(others, lr=rate * 0.75, betas=(0.9, 0.97), weight_decay=decay / 5),
    }


def tuning(model: torch.nn.Module, rate: float) -> dict[str, torch.optim.Optimizer]:
    """AdamW for everything: what was pretrained by it gains nothing from Muon (Liu et al. 2025, section 3.5)."""
    return {"adamw": torch.optim.AdamW(model.parameters(), lr=rate, betas=(0.9, 0.97), weight_decay=0.01)}


def loss_of(model: Any, inputs: Any, labels: Any, device: Any) -> torch.Tensor:
    """Mean cross-entropy of a batch from `batches.Shelf`, nats per token, a scalar.

    Parts of the network are called alone: for mixed precision, call this within `studio.sdk.training.autocast`.
    """
    ids, wanted = (torch.from_numpy(array).to(device) for array in (inputs, labels))
    learned = wanted >= 0
    if not isinstance(model, LlamaForCausalLM):  # others may do more between their last layer and the logits
        scores = model(input_ids=ids, use_cache=False).logits[learned]
        return torch.nn.functional.cross_entropy(scores.float(), wanted[learned])
    states = model.model(input_ids=ids, use_cache=False).last_hidden_state
    # Only places that are learned go through the output layer, which is a third of the work.
    return torch.nn.functional.cross_entropy(model.lm_head(states[learned]).float(), wanted[learned])


@torch.inference_mode()
def token_bits(model: Any, inputs: Any, labels: Any) -> float:
    """Bits the model needs for all learned places of a batch together."""
    count = int((labels >= 0).sum())
    return float(loss_of(model, inputs, labels, "cpu")) * count / math.log(2)


def save(model: Any, folder: Path, dtype: torch.dtype = torch.float16, ends: Sequence[int] | None = None) -> None:
    """Write an ordinary transformers folder; float16 keeps three bits more of a weight than bfloat16.

    `ends` are the tokens that end a text where they are not those of the model's configuration.
    """
    half = copy.deepcopy(model).to(dtype)
    half.config.dtype = dtype
    half.generation_config = GenerationConfig(
        do_sample=True,
        temperature=0.8,
        top_p=0.95,
        eos_token_id=model.config.eos_token_id if ends is None else list(ends),
        pad_token_id=model.config.pad_token_id,
    )
    with without_progress_bar():
        half.save_pretrained(folder)
