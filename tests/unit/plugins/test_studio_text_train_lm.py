"""The trainer of text models at tiny size: it learns, goes on bit for bit, judges honestly, and is continued from."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext
from studio.sdk.training.captions import PEOPLE
from studio_text import Plugin
from studio_text.training import form_judging, judging, learning, network
from studio_text.training.batches import IGNORED, Dropout, Shelf
from studio_text.training.copying import Sources, words_of
from studio_text.training.documents import Document, learn_tokenizer, read_documents, split_tags, suggested_units
from studio_text.training.lm import TrainTextModel
from studio_text.training.ngram import KneserNey
from studio_text.training.people import people_shares, spoken_of
from studio_text.training.samples import TOP_P, draw
from studio_text.training.variety import distinct, repetition

NOUNS = ("fox", "hen", "moon", "river", "king", "cat", "tree", "road")
SIGNS = "春夏秋冬山水风花"
TINY = {"layers": 1, "width": 64, "context": 64, "vocabulary": 300, "batch": 256, "judged": 500, "rate": 0.01}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def dataset_of(folder: Path, texts: list[tuple[str, str]]) -> sdk.Dataset:
    """One file per (caption, text); every sixth is held out."""
    folder.mkdir(parents=True)
    items = []
    for number, (caption, text) in enumerate(texts):
        path = folder / f"{number}.txt"
        path.write_text(text, "utf-8")
        items.append(sdk.DatasetItem(path, caption, held_out=number % 6 == 5))
    return sdk.Dataset("little", "text", folder, tuple(items), digest="0" * 64)


@pytest.fixture(scope="module")
def english(tmp_path_factory: pytest.TempPathFactory) -> sdk.Dataset:
    texts = [("tale, night", f"The {a} saw the {b}. The {b} saw the {a}.") for a in NOUNS for b in NOUNS]
    return dataset_of(tmp_path_factory.mktemp("data") / "little", texts)


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> sdk.Dataset:
    texts = [("诗，" + a, f"{a}{b}{a}{b}，{b}{a}{b}{a}。") for a in SIGNS for b in SIGNS]
    return dataset_of(tmp_path_factory.mktemp("data") / "little", texts)


def taught(data: sdk.Dataset, ctx: RecordingContext, **values: Any) -> list[Any]:
    checked = sdk.check_values(TrainTextModel.Params.fields, {"data": data.name, **TINY, **values})
    return list(TrainTextModel().train(TrainTextModel.Params(**{**checked, "data": data}), ctx))


def weights(lessons: list[Any]) -> bytes:
    return bytes((lessons[-1].folder / "model.safetensors").read_bytes())


@pytest.fixture(scope="module")
def verse(chinese: sdk.Dataset) -> tuple[RecordingContext, list[Any]]:
    ctx = RecordingContext(seed=1)
    return ctx, taught(chinese, ctx, steps=80)


def test_it_learns_what_counting_cannot_foresee_better(verse: tuple[RecordingContext, list[Any]]) -> None:
    _, lessons = verse
    losses = [lesson.value for lesson in lessons if isinstance(lesson, sdk.Metric) and lesson.name == "loss"]
    assert losses[0] > 2.0
    assert losses[-1] < 1.0
    held_out = [lesson.value for lesson in lessons if isinstance(lesson, sdk.Metric) and "held out" in lesson.name]
    assert len(held_out) == 10
    assert held_out[-1] < held_out[0]
    first = lessons[-1].evaluation.measures[0]
    assert first.name == "bits per character"
    assert first.baseline is not None
    assert math.isfinite(first.baseline)
    assert 0 < first.value < 2.0


def test_the_model_is_an_ordinary_folder_that_knows_characters(verse: tuple[RecordingContext, list[Any]]) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    _, lessons = verse
    model = lessons[-1]
    assert model.facts["units"] == "characters"
    assert model.facts["kinds"] == ["诗"]
    tokenizer = AutoTokenizer.from_pretrained(model.folder)
    text = "春山，花\n"
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False).input_ids).startswith("春山，花")
    assert AutoModelForCausalLM.from_pretrained(model.folder).config.vocab_size == len(tokenizer)
    assert len(model.evaluation.samples) == 8


def test_texts_listed_several_times_are_shown_more_often_and_counted_once(english: sdk.Dataset) -> None:
    often = replace(english, items=tuple(item for item in english.items for _ in range(1 if item.held_out else 3)))
    once, thrice = (taught(data, RecordingContext(seed=1), steps=1)[-1] for data in (english, often))
    assert thrice.facts["tokens"] == 3 * once.facts["tokens"]
    assert thrice.facts["texts"] == once.facts["texts"]
    bits = [made.evaluation.measures[0].baseline for made in (once, thrice)]
    assert bits[0] == bits[1]


def test_it_learns_in_bfloat16_where_that_is_quick_and_keeps_float32(
    english: sdk.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    computed: list[torch.dtype] = []
    built = network.build

    def build(**how: Any) -> Any:
        model = built(**how)
        model.model.layers[0].mlp.register_forward_hook(lambda layer, given, made: computed.append(made.dtype))
        return model

    monkeypatch.setattr(network, "build", build)
    kinds = {}
    for units in (False, True):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda units=units: {"avx512_bf16": units})
        kinds[units] = [lesson.value for lesson in taught(english, RecordingContext(seed=1), steps=1)[:1]]
        assert computed[0] == (torch.bfloat16 if units else torch.float32)
        computed.clear()
    assert kinds[True][0] == pytest.approx(kinds[False][0], rel=0.01)


def test_a_stopped_run_goes_on_to_the_same_weights(english: sdk.Dataset) -> None:
    ctx = RecordingContext(seed=5, checkpoint_seconds=0)
    whole = taught(english, ctx, steps=4)
    second = next(lesson for lesson in whole if isinstance(lesson, sdk.Checkpoint) and lesson.step == 2)
    assert weights(taught(english, RecordingContext(seed=5, resume=second.folder), steps=4)) == weights(whole)
    assert weights(taught(english, RecordingContext(seed=6), steps=4)) != weights(whole)
    assert whole[-1].facts["units"] == "bytes"


def test_a_run_that_learns_by_heart_stops_early_with_its_best_weights_and_so_does_a_resumed_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = dataset_of(tmp_path / "noise", [("诗", "".join(rng.choice(list(SIGNS), 30))) for _ in range(12)])
    contexts = [RecordingContext(seed=1, checkpoint_seconds=0), RecordingContext(seed=1), RecordingContext(seed=1)]
    stopped = taught(noise, contexts[0], steps=100, rate=0.02, stop_early=2)
    losses = [(one.value, one.step) for one in stopped if isinstance(one, sdk.Metric) and one.name == "held out loss"]
    assert losses[-1][1] < 100, "held-out noise cannot be foreseen: it gets worse"
    best = min(losses)[1]
    assert losses.index(min(losses)) == len(losses) - 3
    contexts[1].resume = next(one.folder for one in stopped if isinstance(one, sdk.Checkpoint) and one.step == best + 1)
    assert weights(taught(noise, contexts[1], steps=100, rate=0.02, stop_early=2)) == weights(stopped)


def test_a_model_is_continued_from(verse: tuple[RecordingContext, list[Any]], chinese: sdk.Dataset) -> None:
    _, before = verse
    ctx = RecordingContext(seed=2, models={"own:verse": before[-1].folder})
    lessons = taught(chinese, ctx, steps=2, start_from="own:verse", rate=1e-4)
    first = next(lesson for lesson in lessons if isinstance(lesson, sdk.Metric) and lesson.name == "loss")
    assert first.value < 1.0


QUATRAINS = ("床前明月光，疑是地上霜。\n举头望明月，低头思故乡。", "白日依山尽，黄河入海流。\n欲穷千里目，更上一层楼。")
LINES = " moon the of light the in\n night the and day the\n June of rose the sees that\n away far fly and"


@pytest.mark.parametrize(
    ("starter", "caption", "texts", "found"),
    [
        ("starter:verse-zh", "五言绝句", QUATRAINS, {"poems with exactly their form", "poems that rhyme throughout"}),
        ("starter:verse-en", "trimeter", (LINES,), {"lines with the right number of syllables", "rhymes kept"}),
        ("starter:verse-zh", "日记", QUATRAINS, set()),
    ],
)
def test_where_the_form_is_known_the_report_tells_how_well_form_and_rhyme_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, starter: str, caption: str, texts: tuple[str, ...], found: set[str]
) -> None:
    monkeypatch.setattr(form_judging, "POEMS", 3)
    monkeypatch.setattr(judging, "WRITTEN", 1)
    monkeypatch.setattr(learning, "SAMPLES", 1)
    data = dataset_of(tmp_path / "poems", [(caption, text) for text in texts * 4])
    lessons = taught(data, RecordingContext(), steps=1, start_from=starter, rate=1e-6)
    told = {measure.name: measure.value for measure in lessons[-1].evaluation.measures}
    assert found <= told.keys()
    assert all(told[name] == 1.0 for name in found), "it is the starter still"
    assert bool(found) == any("rhyme" in name for name in told)


def test_what_is_no_text_model_is_refused(chinese: sdk.Dataset, tmp_path: Path) -> None:
    ctx = RecordingContext(models={"own:other": tmp_path})
    with pytest.raises(sdk.UserError) as refusal:
        taught(chinese, ctx, steps=1, start_from="own:other")
    assert refusal.value.param == "start_from"


def test_an_empty_dataset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(sdk.UserError) as refusal:
        taught(dataset_of(tmp_path / "none", [("", " \n")]), RecordingContext(), steps=1)
    assert refusal.value.param == "data"


def test_a_dataset_without_held_out_texts_is_taught_and_says_so(tmp_path: Path) -> None:
    lessons = taught(dataset_of(tmp_path / "few", [("", "A fox. " * 60)]), RecordingContext(), steps=1)
    assert any("held out" in limit for limit in lessons[-1].evaluation.limits)


def test_whom_texts_speak_of_is_told_by_the_people_their_captions_name() -> None:
    about = {"tale, princess": "She ran.", "tale, king and prince": "He sat with his son.", "tale": "The fox slept."}
    documents = [Document(tuple(caption.split(", ")), about[caption]) for caption in about for _ in range(6)]
    asked: list[Sequence[str]] = []

    def write(captions: list[Sequence[str]]) -> list[str]:
        asked.extend(captions)
        return ["The girl and he."] * len(captions)

    shares = people_shares(documents, ["He slept.", "It slept."], write)
    third = pytest.approx(1 / 3)
    assert shares["people in captions"] == {"women": third, "men": third}
    assert shares["people in training texts"] == {"women": third, "men": third}
    assert shares["people in written texts"] == {"men": 0.5}
    assert shares["people in training texts, captions naming women"] == {"women": 1.0}
    assert shares["people in written texts, captions naming women"] == {"women": 1.0, "men": 1.0, "children": 1.0}
    assert "people in training texts, captions naming nobody" not in shares, "they speak of nobody"
    assert "people in written texts, captions naming nobody" in shares
    assert set(asked) == {document.tags for document in documents}
    chinese = Plugin().studio_translations()["zh_CN"]
    assert [name for name in (*shares, *PEOPLE, "nobody") if name not in chinese] == []
    asked.clear()
    long = [Document(("tale",), "A wolf saw that she ran.")] * 9
    assert people_shares(long, ["It slept."], write) == {}, "longer texts speak of more"
    assert people_shares(long, ["It slept and did not wake."], write) == {"people in training texts": {"women": 1.0}}
    assert asked == [], "captions that name nobody are not written for"


def test_the_report_tells_whom_it_writes_of(tmp_path: Path) -> None:
    texts = [(f"tale, {who}", f"The {a} saw her. She saw the {a}.") for who in ("princess", "boy") for a in NOUNS]
    model = taught(dataset_of(tmp_path / "people", texts), RecordingContext(seed=1), steps=60)[-1]
    shares = model.evaluation.distributions
    assert shares["people in training texts"]["women"] == 1.0
    assert shares["people in training texts, captions naming women"] == {"women": 1.0}
    assert shares["people in captions"].keys() == {"women", "men", "children"}
    assert shares["people in written texts, captions naming women"]["women"] > 0.5


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("The mother spoke.", {"women"}),
        ("A shepherd in the theatre", set()),
        ("The teacher said: HIS book", {"men"}),
        ("The teacher spoke.", {"other people"}),
        ("她和他", {"women", "men"}),
        ("独在异乡，他乡遇故知，其他", set()),
    ],
)
def test_people_are_found_by_names_and_pronouns(text: str, groups: set[str]) -> None:
    assert spoken_of(text) == groups


def test_a_forecast_times_steps_and_counts_weights(english: sdk.Dataset) -> None:
    checked = sdk.check_values(TrainTextModel.Params.fields, {"data": "little", **TINY, "steps": 1000})
    told = TrainTextModel().forecast(TrainTextModel.Params(**{**checked, "data": english}), RecordingContext())
    assert told.seconds > 1
    assert told.steps == 1000
    assert told.parameters > 64 * 300


def test_a_forecast_includes_counting_the_texts(english: sdk.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def told(data: sdk.Dataset) -> sdk.Forecast:
        checked = sdk.check_values(TrainTextModel.Params.fields, {"data": "little", **TINY, "steps": 1})
        return TrainTextModel().forecast(TrainTextModel.Params(**{**checked, "data": data}), RecordingContext())

    alone = replace(english, items=english.training)
    assert told(english).ram_gb - told(alone).ram_gb > 100 * 50 * 20 / 2**30, "50 texts of 20 tokens, 100 bytes each"
    count = judging.counted

    def slowly(shelf: Shelf, documents: Sequence[Document]) -> KneserNey:
        time.sleep(0.5)
        return count(shelf, documents)

    monkeypatch.setattr(judging, "counted", slowly)
    monkeypatch.setattr(learning, "COUNTED_LETTERS", 500)
    assert told(english).seconds > 0.5 * sum(len(Path(item.path).read_text()) for item in english.training) / 600


def shelf_of(documents: list[Document], **how: Any) -> Shelf:
    tokenizer = learn_tokenizer(documents, "characters", 300, 64)
    how = {"context": 64, "batch_tokens": 256, "dropout": Dropout(0.5, 0.0), "seed": 0, **how}
    return Shelf(tokenizer, documents, units="characters", **how)


def test_every_text_is_seen_once_in_a_pass_and_batches_keep_their_size() -> None:
    documents = [Document(("诗",), chr(0x4E00 + n) * (n % 40 + 1)) for n in range(100)]
    shelf = shelf_of(documents)
    seen: list[int] = []
    for step in range(shelf.batches):
        inputs, labels = shelf.batch(step, np.random.default_rng(step))
        assert inputs.size <= 256
        seen += [int(row[row != IGNORED][0]) for row in labels]
    assert len(seen) == len(set(seen)) == 100


def test_long_texts_are_cut_into_pieces_that_fill_the_context() -> None:
    shelf = shelf_of([Document(("诗",), "山水" * 500)], batch_tokens=64)
    for step in range(shelf.batches):
        inputs, _ = shelf.batch(step, np.random.default_rng(step))
        assert inputs.shape == (1, 63)


def test_the_first_tag_stays_and_captions_are_not_learned() -> None:
    shelf = shelf_of([Document(("诗", "山", "水"), "风花")] * 8, dropout=Dropout(1.0, 0.0))
    inputs, labels = shelf.batch(0, np.random.default_rng(0))
    heading = shelf.heading(("诗",))
    assert inputs[0, : len(heading)].tolist() == heading
    assert (labels[:, : len(heading) - 1] == IGNORED).all()
    assert int(labels[0, -1]) == shelf.end


def test_the_script_suggests_characters_for_chinese_alone() -> None:
    assert suggested_units([Document((), "春眠不觉晓 a")]) == "characters"
    assert suggested_units([Document((), "The moon 月 is up")]) == "bytes"
    assert split_tags("诗，山、水, x;") == ("诗", "山", "水", "x")


def test_a_text_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(sdk.UserError) as refusal:
        read_documents([sdk.DatasetItem(tmp_path / "gone.txt")])
    assert refusal.value.param == "data"


def test_measures_of_variety_and_copying_count_chinese_characters_as_words() -> None:
    assert words_of("春眠，It's 不!") == ["春", "眠", "it's", "不"]
    assert distinct(["a b a b"], 2) == 2 / 3
    assert repetition(["a b c d a b c d"]) == 1 / 5
    assert Sources(["春眠不觉晓"]).longest("夜眠不觉") == "眠 不 觉"


def test_the_nucleus_leaves_out_the_unlikely() -> None:
    logits = torch.log(torch.tensor([0.96, 0.02, 0.01, 0.01]))
    assert TOP_P < 0.96
    assert {draw(logits, torch.Generator().manual_seed(seed)) for seed in range(50)} == {0}
