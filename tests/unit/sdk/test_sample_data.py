"""The tiny datasets that trainers are tried with are ordinary files of their kinds."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.library import formats
from studio.sdk.datasets import DATASET_KINDS, read_text
from studio.sdk.testing.sample_data import COUNT, sample_dataset


@pytest.mark.parametrize("kind", DATASET_KINDS)
def test_every_file_is_read_as_its_kind(kind: str, tmp_path: Path) -> None:
    dataset = sample_dataset(kind, tmp_path / "data")
    assert (dataset.kind, len(dataset.items)) == (kind, COUNT)
    assert len(dataset.held_out) == COUNT // 4
    for item in dataset.items:
        assert formats.read(item.path).kind == kind
        assert item.caption
    if kind == "text":
        assert "fox" in read_text(dataset.items[0])
    assert len({item.sha256 for item in dataset.items}) == COUNT
