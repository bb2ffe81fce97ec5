"""Model cards are outside text: damage is one sentence, never more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.models.cards import CARD_BYTES, read_card
from studio.models.store import ModelStore, tidy_name
from studio.sdk import UserError


def model_in(folder: Path, family: str, title: str = "") -> Path:
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(json.dumps({"family": family, "title": title, "facts": {"words": ["fox"]}}))
    return folder


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"family": "x"}',
        b'{"family": 3}',
        b'{"family": "a.b", "title": []}',
        b'{"family": "a.b", "facts": "' + b"x" * 10 + b'", "dataset": 4}',
        b'{"family": "a.b", "facts": [NaN]}',
        b"\xff\xfe",
        b"[" * 100_000,
        b" " * (CARD_BYTES + 1),
        b'{"family": "../../etc"}',
    ],
)
def test_a_damaged_card_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "card.json").write_bytes(content)
    with pytest.raises(UserError, match="no model card"):
        read_card(tmp_path)


def test_a_model_without_a_card_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no card"):
        read_card(tmp_path)


def test_models_of_a_family_are_found_among_starters_and_own_ones(tmp_path: Path) -> None:
    model_in(tmp_path / "starters" / "faces", "image.gan", "Faces")
    model_in(tmp_path / "own" / "My leaves", "image.vae")
    model_in(tmp_path / "own" / "Tales", "text.lm")
    (tmp_path / "own" / "half").mkdir()
    (tmp_path / "own" / "broken").mkdir()
    (tmp_path / "own" / "broken" / "card.json").write_text("{")
    store = ModelStore(tmp_path / "starters", tmp_path / "own")
    found = store.family("image.gan, image.vae")
    assert [(ref, card.title) for ref, card in found] == [("own:My leaves", "image.vae"), ("starter:faces", "Faces")]
    assert store.path("own:My leaves") == tmp_path / "own" / "My leaves"
    assert found[1][1].facts == {"words": ["fox"]}


@pytest.mark.parametrize("ref", ["own:", "own:..", "own:.x", "own:a/b", "own:no", "own:../starters/faces", "own:a\0"])
def test_own_references_stay_in_their_folder(tmp_path: Path, ref: str) -> None:
    model_in(tmp_path / "starters" / "faces", "image.gan")
    with pytest.raises(UserError):
        ModelStore(tmp_path / "starters", tmp_path / "own").path(ref)


def test_own_models_are_named_exported_and_removed(tmp_path: Path) -> None:
    store = ModelStore(tmp_path / "starters", tmp_path / "own")
    assert store.free_name("Füchse: a/b?") == "Füchse a b"
    model_in(tmp_path / "own" / "Füchse a b", "image.gan")
    assert store.free_name("Füchse: a/b?") == "Füchse a b 2"
    assert tidy_name("///") == "model"
    store.export("own:Füchse a b", tmp_path / "out")
    assert (tmp_path / "out" / "card.json").is_file()
    with pytest.raises(UserError, match="already"):
        store.export("own:Füchse a b", tmp_path / "out")
    store.remove("own:Füchse a b")
    assert list(store.own()) == []
    with pytest.raises(UserError, match="Only models you trained"):
        store.remove("starter:faces")
