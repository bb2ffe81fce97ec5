"""What a text model learns from: the texts of a dataset with their captions, and what one token of them shall be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio import sdk
from studio_text.training.vocabulary import END, TEXT, TITLE, train_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

UNKNOWN = "<|unknown|>"
CONTROL = (END, TITLE, TEXT, UNKNOWN)
"""Control tokens; a text reads ``<|title|>caption<|text|>the text itself<|end|>``, the caption optional."""

SEPARATORS = {"characters": "，", "bytes": ", "}
"""What stands between the tags of a caption, by what a token is."""

HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003134f]")


@dataclass(frozen=True, slots=True)
class Document:
    """One text.

    Attributes:
        tags: its caption, divided at commas; the first one is what kind of text it is and is never left out.
        text: the text, lines ended by a line feed, stripped.
    """

    tags: tuple[str, ...]
    text: str


def read_documents(items: Iterable[sdk.DatasetItem]) -> list[Document]:
    """Read the texts that are not empty. Raises `UserError` when a file is gone or is no text."""
    documents = []
    for item in items:
        try:
            text = sdk.read_text(item).strip()
        except (OSError, ValueError) as error:
            raise sdk.UserError(
                f"A text of the dataset cannot be read: {error}", param="data", hint="Prepare the dataset anew."
            ) from error
        if text:
            documents.append(Document(split_tags(item.caption), text))
    return documents


def split_tags(caption: str) -> tuple[str, ...]:
    """The parts of a caption between commas."""
    return tuple(part for part in (part.strip() for part in re.split(r"[,，、;；\n]", caption)) if part)


def suggested_units(documents: Sequence[Document]) -> str:
    """``"characters"`` where most letters are Chinese characters, which carry meaning each; else ``"bytes"``."""
    letters = [letter for document in documents[:500] for letter in document.text[:500] if letter.isalpha()]
    return "characters" if sum(1 for letter in letters if HAN.match(letter)) * 2 > len(letters) else "bytes"


def learn_tokenizer(documents: Sequence[Document], units: str, size: int, context: int) -> PreTrainedTokenizerFast:
    """A tokenizer of at most `size` tokens from training texts and captions; `units` as in `SEPARATORS`."""
    texts = [text for document in documents for text in (SEPARATORS[units].join(document.tags), document.text)]
    if units == "bytes":
        return train_tokenizer(texts, size, context, control=CONTROL)
    return _learn_characters(texts, size, context)


def _learn_characters(texts: Sequence[str], size: int, context: int) -> PreTrainedTokenizerFast:
    from collections import Counter

    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text)
    # Ties are broken by code point, so that the same texts always give the same numbers.
    ranked = sorted(counts, key=lambda character: (-counts[character], character))
    names = [*CONTROL, *ranked[: size - len(CONTROL)]]
    vocabulary = {name: number for number, name in enumerate(names)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"[\s\S]"), "isolated")
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens(list(CONTROL))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=END,
        unk_token=UNKNOWN,
        additional_special_tokens=[TITLE, TEXT],
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )
