"""The network that finds answers: a small RoFormer with a head for first and last piece, its optimizers and its folder.

RoFormer (Su et al. 2021) is BERT with rotary positions: what stands near is seen from the first step on, where learned
positions would need more text than a few thousand questions.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import RoFormerConfig, RoFormerForQuestionAnswering

from studio.sdk.training.muon import muon
from studio_text.decoding import without_progress_bar
from studio_text.reading import MARKS, Row, padded

HEAD = 32
"""Width of an attention head."""


def build(*, vocabulary: int, width: int, layers: int, context: int, seed: int) -> Any:
    """A fresh network in float32 whose weights depend on `seed` alone; `width` is a multiple of `HEAD`."""
    config = RoFormerConfig(
        vocab_size=vocabulary,
        embedding_size=width,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=width // HEAD,
        intermediate_size=width * 3,
        type_vocab_size=MARKS,
        max_position_embeddings=context,
        hidden_dropout_prob=0.1,
        attention_probs_dropout_prob=0.1,
        pad_token_id=0,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return RoFormerForQuestionAnswering(config)


def load(folder: Path) -> Any:
    """The network of a folder, in float32. Raises `OSError` or `ValueError` if it is none."""
    with without_progress_bar():
        return RoFormerForQuestionAnswering.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, dtype=torch.float32
        )


def optimizers(model: torch.nn.Module, rate: float) -> dict[str, torch.optim.Optimizer]:
    """Muon for the hidden matrices; AdamW for embeddings, norms and the head."""
    named = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
    hidden = [weight for name, weight in named if _is_hidden(name, weight)]
    others = [weight for name, weight in named if not _is_hidden(name, weight)]
    return {
        "muon": muon(hidden, lr=rate),
        "adamw": torch.optim.AdamW(others, lr=rate * 0.75, betas=(0.9, 0.97), weight_decay=0.01),
    }


def _is_hidden(name: str, weight: torch.Tensor) -> bool:
    return weight.ndim == 2 and "embed" not in name and "qa_outputs" not in name


def chances(model: Any, rows: Sequence[Row], pad: int, *, hidden: torch.Tensor | None = None) -> torch.Tensor:
    """Log probabilities of each place to be the first and the last piece, float32 [2, rows, places].

    Place 0 stands for "no answer here". Where `hidden` [rows, places] is true, the network sees an unknown word.
    """
    ids, marks, there = (torch.from_numpy(array).to(model.device) for array in padded(rows, pad))
    allowed = torch.zeros_like(there, dtype=torch.bool)
    allowed[:, 0] = True
    for number, row in enumerate(rows):
        allowed[number, row.begin : len(row.ids) - 1] = True
    if hidden is not None:
        ids = ids.masked_fill(hidden[:, : ids.shape[1]] & (there > 0), 1)
    answer = model(input_ids=ids, token_type_ids=marks, attention_mask=there)
    both = torch.stack([answer.start_logits, answer.end_logits]).float()
    return both.masked_fill(~allowed, -torch.inf).log_softmax(-1)


def loss_of(chance: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Mean negative log probability that first and last place are among the wanted ones; all [2, rows, places].

    Where an answer stands several times, finding any of them is right (Clark & Gardner 2018, section 3.1).
    """
    return -(chance.masked_fill(~wanted.to(chance.device), -torch.inf).logsumexp(-1)).mean()


def save(model: Any, folder: Path) -> None:
    """Write an ordinary transformers folder, weights in float16."""
    half = copy.deepcopy(model).to(torch.float16)
    half.config.dtype = torch.float16
    with without_progress_bar():
        half.save_pretrained(folder)
