"""What both verse starters store beside the network: counts of what stands together, and fingerprints of poems."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

FILTER_HASHES = 4


def store_counts(texts: list[str], out: Path, least: int) -> None:
    """Write the counting model that a generator mixes with the network: runs of three tokens counted `least` times."""
    from transformers import PreTrainedTokenizerFast

    from studio_text.counting import Counts
    from studio_text.training.ngram import KneserNey

    tokenizer = PreTrainedTokenizerFast.from_pretrained(out, local_files_only=True)
    encoded = tokenizer.backend_tokenizer.encode_batch(texts, add_special_tokens=False)
    counted = KneserNey([entry.ids for entry in encoded], order=3, pad=tokenizer.convert_tokens_to_ids("<|text|>"))
    Counts(counted.pruned(least), len(tokenizer)).save(out)


def store_runs(texts: Iterable[Sequence[str]], length: int, bits: int, path: Path) -> None:
    """Write the Bloom filter (Bloom 1970) of all runs of `length` signs or words in `texts`, without punctuation."""
    import numpy as np
    from safetensors.numpy import save_file

    from studio_text.verse_rules import places_of

    table = np.zeros(bits // 8, dtype=np.uint8)
    runs = {"".join(text[start : start + length]) for text in texts for start in range(len(text) - length + 1)}
    places = np.asarray([places_of(run, bits, FILTER_HASHES) for run in runs], dtype=np.int64).ravel()
    np.bitwise_or.at(table, places >> 3, (1 << (places & 7)).astype(np.uint8))
    save_file({"runs": table}, path, metadata={"run": str(length), "hashes": str(FILTER_HASHES)})
