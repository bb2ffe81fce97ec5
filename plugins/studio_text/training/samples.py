"""Writing from a text model, several texts at once, each from a seed of its own. Imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from transformers import PreTrainedTokenizerFast

from studio_text.training.batches import Shelf

TEMPERATURE, TOP_P = 0.8, 0.95
"""How samples are drawn, in training and in the report."""


@torch.inference_mode()
def write_samples(
    model: Any, tokenizer: PreTrainedTokenizerFast, shelf: Shelf, prompts: Sequence[Sequence[str]], *, most: int
) -> list[str]:
    """A text of at most `most` tokens for each of `prompts` (tags of a caption); the n-th always from seed n."""
    texts = []
    for seed, tags in enumerate(prompts):
        heading = shelf.heading(tags)
        room = min(most, shelf.context - len(heading))
        ids = _write(model, heading, shelf.end, room, torch.Generator().manual_seed(seed))
        texts.append(tokenizer.decode(ids, skip_special_tokens=True).strip())
    return texts


def _write(model: Any, heading: list[int], end: int, room: int, random: torch.Generator) -> list[int]:
    fed, cache = torch.tensor([heading], device=model.device), None
    written: list[int] = []
    while len(written) < room:
        answer = model(input_ids=fed, past_key_values=cache, use_cache=True)
        cache = answer.past_key_values
        token = draw(answer.logits[0, -1].float().cpu(), random)
        if token == end:
            break
        written.append(token)
        fed = torch.tensor([[token]], device=model.device)
    return written


def draw(logits: torch.Tensor, random: torch.Generator) -> int:
    """One token from logits [vocabulary] by nucleus sampling (Holtzman et al. 2020, section 3.1)."""
    probability, order = torch.softmax(logits / TEMPERATURE, dim=-1).sort(descending=True)
    # A token stays while those before it have not yet reached the wanted share; the first always stays.
    kept = probability * (probability.cumsum(0) - probability < TOP_P)
    return int(order[torch.multinomial(kept, 1, generator=random)])
