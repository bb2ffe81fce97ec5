"""The storyteller's tokenizer: byte-level byte-pair encoding, trained on the training split only.

Byte-level, so any text in any script can be encoded and nothing is ever "unknown" (Radford et al. 2019, section 2.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

from studio_text.training.corpus import KINDS, Document

END, TITLE, TEXT = "<|end|>", "<|title|>", "<|text|>"
CONTROL = (END, TITLE, TEXT, *(f"<|{kind}|>" for kind in KINDS))
"""Control tokens; each document reads ``<|tale|><|title|>Snow Man<|text|>"It is so …<|end|>``, the title optional."""


def train_tokenizer(
    texts: Iterable[str], size: int, context: int, control: Sequence[str] = CONTROL
) -> PreTrainedTokenizerFast:
    """Learn `size` tokens from `texts`; `context` is written into it as the longest input, in tokens.

    `control` are the tokens that stand for no text, the first of them ends one.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(control),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=control[0],
        pad_token=control[0],
        additional_special_tokens=list(control[1:]),
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )


def encode(tokenizer: PreTrainedTokenizerFast, documents: Sequence[Document], *, titled: bool) -> list[list[int]]:
    """Token ids of each document with its control tokens; without the title when not `titled`."""
    ids = {token: tokenizer.convert_tokens_to_ids(token) for token in CONTROL}
    bodies = _plain(tokenizer, [document.text for document in documents])
    titles = _plain(tokenizer, [document.title for document in documents]) if titled else [[]] * len(documents)
    encoded = []
    for document, title, body in zip(documents, titles, bodies, strict=True):
        heading = [ids[TITLE], *title] if title else []
        encoded.append([ids[f"<|{document.kind}|>"], *heading, ids[TEXT], *body, ids[END]])
    return encoded


def _plain(tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> list[list[int]]:
    encodings = tokenizer.backend_tokenizer.encode_batch(texts, add_special_tokens=False)
    return [encoding.ids for encoding in encodings]
