"""How the storyteller is made: tiny corpora, a few real training steps, and the measures."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from studio.sdk.training import muon
from studio_text.training.copying import Sources
from studio_text.training.corpus import Document, is_held_out, read_corpus, split, unwrap
from studio_text.training.ngram import KneserNey
from studio_text.training.train_storyteller import Plan, Run, learning_rate
from studio_text.training.vocabulary import CONTROL, encode, train_tokenizer
from studio_text.training.windows import Mixture

TALES = [
    Document("tale", f"Tale {n}", f"Tale {n}", f"Once upon a time there was a fox who had {n} hens. The end came soon.")
    for n in range(40)
]
POEMS = [
    Document("poem", f"Verse {n}", "A. Poet", f"The moon is {n} miles away,\nThe night is long.") for n in range(40)
]
TINY = Plan(
    minutes=5, max_steps=60, vocabulary=300, context=32, width=32, layers=1, heads=2, hidden=64, batch=4, threads=1
)


def test_a_hard_wrapped_tale_gets_its_paragraphs_back() -> None:
    printed = "A fox went out\nto find a hen.\n\nHe found\nnone."
    assert unwrap(printed) == "A fox went out to find a hen.\n\nHe found none."


def test_lines_of_an_unwrapped_tale_are_paragraphs_unless_a_sentence_runs_on() -> None:
    text = f'{"A fox went out. " * 20}\n"Who is there?"\nasked the hen, who had\nno idea.'
    paragraphs = unwrap(text).split("\n\n")
    assert paragraphs[1:] == ['"Who is there?"', "asked the hen, who had no idea."]


def test_reading_gives_tales_poems_and_scenes(tmp_path: Path) -> None:
    def pack(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(gzip.compress(text.encode()))

    pack("text-fairytales-en/fairytales_en.jsonl.gz", json.dumps({"title": "Fox", "origin": "x", "text": "A fox."}))
    pack("text-poems-en/poems_en.jsonl.gz", json.dumps({"title": "Moon", "author": "P", "text": "O moon\n\nO"}))
    pack(
        "text-shakespeare/shakespeare.txt.gz",
        "# Play\n\n## SCENE I. A wood\n\nFOX:\nHo.\n\n## SCENE II. Same\n\nHEN:\nHo!",
    )
    documents = read_corpus(tmp_path)
    assert [(document.kind, document.title, document.text) for document in documents] == [
        ("tale", "Fox", "A fox."),
        ("poem", "Moon", "O moon\n\nO"),
        ("play", "SCENE I. A wood", "FOX:\nHo."),
        ("play", "SCENE II. Same", "HEN:\nHo!"),
    ]


def test_the_split_parts_whole_groups_and_never_depends_on_order() -> None:
    authors = [Document("poem", str(n), f"Author {n % 200}", "x") for n in range(1000)]
    training, held_out = split(authors)
    assert len(training) + len(held_out) == 1000
    assert 0 < len(held_out) < 200
    assert not {document.group for document in training} & {document.group for document in held_out}
    assert {id(document) for document in held_out} == {
        id(document) for document in reversed(authors) if is_held_out(document)
    }


def test_documents_carry_their_control_tokens_and_decode_to_themselves() -> None:
    tokenizer = train_tokenizer([document.text for document in TALES], 300, 64)
    [titled], [untitled] = (encode(tokenizer, TALES[:1], titled=flag) for flag in (True, False))
    assert tokenizer.decode(titled) == f"<|tale|><|title|>Tale 0<|text|>{TALES[0].text}<|end|>"
    assert tokenizer.decode(untitled) == f"<|tale|><|text|>{TALES[0].text}<|end|>"
    assert tokenizer.convert_tokens_to_ids(list(CONTROL)) == list(range(len(CONTROL)))


def test_every_window_begins_with_its_kind_and_kinds_come_in_their_shares() -> None:
    tokenizer = train_tokenizer([document.text for document in TALES + POEMS], 300, 64)
    mixture = Mixture(tokenizer, TALES + POEMS, 16, seed=1)
    batch = mixture.batch(400, {"tale": 0.75, "poem": 0.25, "play": 0.0})
    assert batch.shape == (400, 17)
    tale, poem = (tokenizer.convert_tokens_to_ids(f"<|{kind}|>") for kind in ("tale", "poem"))
    assert set(batch[:, 0]) == {tale, poem}
    assert 0.65 < (batch[:, 0] == tale).mean() < 0.85


def test_orthogonalizing_brings_all_singular_values_near_one() -> None:
    matrices = torch.randn(3, 24, 40, generator=torch.Generator().manual_seed(1))
    for given in (matrices, matrices.mT):
        values = torch.linalg.svdvals(muon.orthogonalize(given))
        assert values.min() > 0.5
        assert values.max() < 1.3


def test_orthogonalizing_keeps_the_type_it_is_given_whatever_it_computes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    matrices = torch.randn(2, 24, 40, generator=torch.Generator().manual_seed(1))
    answers = []
    for units in (False, True):
        monkeypatch.setattr(muon, "multiplies_bfloat16", lambda units=units: units)
        answers.append(muon.orthogonalize(matrices))
    assert {answer.dtype for answer in answers} == {torch.float32}
    assert 0 < (answers[0] - answers[1]).abs().max() < 0.05


def test_the_learning_rate_rises_holds_and_falls_to_zero() -> None:
    plan = Plan(warmup=0.1, decay=0.4)
    assert learning_rate(plan, 0.0) < 0.05
    assert learning_rate(plan, 0.3) == learning_rate(plan, 0.5) == 1
    assert learning_rate(plan, 0.8) == pytest.approx(0.5)
    assert learning_rate(plan, 1.0) == 0


def test_training_lowers_the_loss_and_leaves_an_ordinary_model_folder(tmp_path: Path) -> None:
    from transformers import AutoModelForCausalLM

    run = Run(TINY, TALES + POEMS, tmp_path)
    before = float(np.mean([run._step() for _ in range(2)]))
    after = run.train()
    assert after < before - 0.5
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "model", local_files_only=True, use_safetensors=True)
    assert model.config.vocab_size == 300
    assert model.dtype == torch.float16


def test_an_interrupted_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    first = Run(TINY, TALES, tmp_path)
    first._step()
    first.step, first.spent = 55, 3.0
    first.save()
    second = Run(TINY, TALES, tmp_path)
    assert (second.step, second.spent) == (55, 3.0)
    weights = zip(first.model.parameters(), second.model.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in weights)
    second.train()
    assert second.step == TINY.max_steps


def test_the_n_gram_models_probabilities_add_up_to_one() -> None:
    rng = np.random.default_rng(1)
    documents = [list(rng.integers(0, 6, 60)) for _ in range(5)]
    model = KneserNey(documents, order=3)
    for context in ([1, 2], [3, 3], [99, 98]):
        total = sum(2 ** model.log2([*context, word])[-1] for word in range(1 << 12))
        assert total == pytest.approx(1.0, abs=1e-6)


def test_the_n_gram_model_knows_what_it_has_seen() -> None:
    model = KneserNey([[1, 2, 3, 4, 5] * 20, [5, 1, 4, 2] * 3], order=3)
    assert model.log2([1, 2, 3])[-1] > model.log2([1, 2, 5])[-1] + 3


def test_copied_words_are_found_whatever_their_case_and_punctuation() -> None:
    sources = Sources(["The fox ran over the hill and far away.", "A hen sat."])
    assert sources.longest("So, the FOX ran; over the moon") == "the fox ran over the"
    assert sources.longest("nothing here") == ""
    assert sources.copy_rate("the fox ran over the hill and far away", 8) == 1
    assert sources.copy_rate("the fox ran over the hill and so on", 8) == 0
