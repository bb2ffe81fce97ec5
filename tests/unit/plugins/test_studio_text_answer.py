"""Answers from a text: what the network is shown, what counts as an answer, and the trainer at tiny size."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext
from studio.sdk.testing.running import run
from studio_text.answer import NOT_FOUND, STARTER, TALE, Answer
from studio_text.answering import FACTS, Finder, Scale
from studio_text.passages import Rarity, sentences_of, stem, stems_of
from studio_text.reading import FIRST_MARK, MARKS, Page, Question, row_of
from studio_text.training.answer_batches import Desk, wanted_of
from studio_text.training.answer_judging import confidence_error, fitted, try_out
from studio_text.training.questions import Asked, learn_pieces, likeness, places_of, read_questions
from studio_text.training.train_answer import TrainAnswer

FOLDER = Path(__file__).resolve().parents[3] / "resources" / "starters" / "answer"
NAMES = ("fox", "hen", "miller", "king", "cat", "troll", "queen", "goose")
THINGS = ("bell", "spoon", "ring", "crown", "lamp", "coat", "stone", "boat")
TINY = {"layers": 1, "width": 32, "context": 64, "vocabulary": 300, "batch": 16, "judged": 20, "rate": 0.01}


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def tale(number: int) -> tuple[str, list[dict[str, str]]]:
    """Who found what, in an order that differs from tale to tale."""
    names = [NAMES[(number + step) % len(NAMES)] for step in (0, 3, 5)]
    things = [THINGS[(number * 3 + step) % len(THINGS)] for step in (0, 2, 5)]
    text = " ".join(f"Then the {name} found the {thing} at last." for name, thing in zip(names, things, strict=True))
    return text, [{"question": f"What did the {names[number % 3]} find?", "answer": f"the {things[number % 3]}"}]


@pytest.fixture(scope="module")
def tales(tmp_path_factory: pytest.TempPathFactory) -> sdk.Dataset:
    folder = tmp_path_factory.mktemp("tales")
    items = []
    for number in range(60):
        text, questions = tale(number)
        path = folder / f"{number}.txt"
        path.write_text(text, "utf-8")
        meta = {"record": {"questions": questions}}
        items.append(sdk.DatasetItem(path, source=f"tale {number}", held_out=number % 6 == 5, meta=meta))
    return sdk.Dataset("tales", "text", folder, tuple(items), digest="0" * 64)


def taught(data: sdk.Dataset, ctx: RecordingContext, **values: Any) -> list[Any]:
    checked = sdk.check_values(TrainAnswer.Params.fields, {"data": data.name, **TINY, **values})
    return list(TrainAnswer().train(TrainAnswer.Params(**{**checked, "data": data}), ctx))


def weights(lessons: list[Any]) -> bytes:
    return bytes((lessons[-1].folder / "model.safetensors").read_bytes())


@pytest.fixture(scope="module")
def lessons(tales: sdk.Dataset) -> tuple[RecordingContext, list[Any]]:
    ctx = RecordingContext(seed=1)
    return ctx, taught(tales, ctx, steps=60)


def test_it_learns_and_beats_the_most_fitting_sentence(lessons: tuple[RecordingContext, list[Any]]) -> None:
    _, told = lessons
    losses = [lesson.value for lesson in told if isinstance(lesson, sdk.Metric) and lesson.name == "loss"]
    assert losses[-1] < losses[0] - 1.0
    first = told[-1].evaluation.measures[0]
    assert first.name == "F1"
    assert first.baseline is not None
    assert first.value > first.baseline
    assert {"questions", "learned", "parameters"} <= told[-1].facts.keys()
    assert any("too few questions" in limit for limit in told[-1].evaluation.limits)


def test_a_stopped_run_goes_on_to_the_same_weights(tales: sdk.Dataset) -> None:
    ctx = RecordingContext(seed=5, checkpoint_seconds=0)  # what it made lies in its folder as long as it lives
    whole = taught(tales, ctx, steps=4)
    second = next(lesson for lesson in whole if isinstance(lesson, sdk.Checkpoint) and lesson.step == 2)
    resumed, other = RecordingContext(seed=5, resume=second.folder), RecordingContext(seed=6)
    assert weights(taught(tales, resumed, steps=4)) == weights(whole)
    assert weights(taught(tales, other, steps=4)) != weights(whole)


def test_a_taught_model_answers_and_is_continued_from(
    lessons: tuple[RecordingContext, list[Any]], tales: sdk.Dataset
) -> None:
    _, told = lessons
    models = {"own:tales": told[-1].folder}
    text, questions = tale(3)
    values = {"model": "own:tales", "text": text, "question": questions[0]["question"], "always": True}
    *parts, whole = run(Answer, values, RecordingContext(models=models))
    assert isinstance(whole, sdk.Text)
    assert "".join(part.text for part in parts if isinstance(part, sdk.TextDelta)) == whole.text
    place = whole.meta["place"]
    assert isinstance(place, list)
    assert whole.meta["answer"] == text[place[0] : place[1]]
    again = run(Answer, values, RecordingContext(models=models))[-1]
    assert again == whole
    further = taught(tales, RecordingContext(models=models), steps=1, start_from="own:tales", rate=1e-4)
    assert any(isinstance(lesson, sdk.TrainedModel) for lesson in further)


@pytest.mark.parametrize(
    ("values", "param"),
    [
        ({"question": " ?! "}, "question"),
        ({"text": " \n"}, "text"),
        ({"text": "狐狸和月亮。" * 5}, "text"),
        ({"model": "own:nothing"}, "model"),
    ],
)
def test_what_cannot_be_answered_is_told_at_its_field(values: dict[str, Any], param: str, tmp_path: Path) -> None:
    with pytest.raises(sdk.UserError) as refusal:
        run(Answer, values, RecordingContext(models={STARTER: tmp_path, "own:nothing": tmp_path}))
    assert refusal.value.param == param


def test_a_dataset_without_questions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("A fox slept.", "utf-8")
    data = sdk.Dataset("plain", "text", tmp_path, (sdk.DatasetItem(path),), digest="0" * 64)
    with pytest.raises(sdk.UserError) as refusal:
        taught(data, RecordingContext(), steps=1)
    assert refusal.value.param == "data"


def test_a_forecast_times_steps_and_counts_weights(tales: sdk.Dataset) -> None:
    checked = sdk.check_values(TrainAnswer.Params.fields, {"data": "tales", **TINY, "steps": 1000})
    told = TrainAnswer().forecast(TrainAnswer.Params(**{**checked, "data": tales}), RecordingContext())
    assert told.seconds > 1
    assert told.steps == 1000
    assert told.parameters > 32 * 100


def test_records_with_one_question_or_several_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("A fox slept.", "utf-8")
    one = sdk.DatasetItem(path, meta={"record": {"question": "Who slept?", "answer": "a fox", "kind": "who"}})
    several = sdk.DatasetItem(
        path, meta={"record": {"questions": [{"question": "Q", "answer": "A"}, {"question": ""}]}}
    )
    texts, asked = read_questions([one, several, sdk.DatasetItem(path)])
    assert len(texts) == 2
    assert asked == [Asked(0, "Who slept?", "a fox", "who"), Asked(1, "Q", "A")]


def test_stems_bring_forms_of_a_word_together() -> None:
    for forms in ("walk walks walked walking", "see saw seen seeing", "stop stopped", "story stories", "go goes went"):
        assert len({stem(form) for form in forms.split()}) == 1, forms
    assert stem("king") == "king"
    assert stem("bless") == "bless"


def test_sentences_end_where_they_should() -> None:
    text = 'Mr. Fox came.\nHe said: "Go away!" Then he\nslept.\n\nThe end'
    parts = [text[one.start : one.end] for one in sentences_of(text)]
    assert parts == ["Mr. Fox came.", 'He said: "Go away!"', "Then he\nslept.", "The end"]
    long = "and so on, " * 200
    assert all(one.end - one.start <= 400 for one in sentences_of(long))
    assert sentences_of(" ... !") == []


def test_likeness_counts_shared_words_without_articles() -> None:
    assert likeness("the grey goose", "A grey goose!") == 1.0
    assert likeness("goose", "the grey goose") == pytest.approx(2 / 3)
    assert likeness("", "fox") == 0.0


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return learn_pieces([TALE, "Who what why did?"], 400, 64)


def test_an_answer_is_looked_for_within_sentences(tokenizer: Any) -> None:
    page = Page(TALE, tokenizer)
    (place,) = places_of(page, "a silver spoon")
    words = TALE[page.sentences[place.sentence].start :].split()[place.first : place.last + 1]
    assert words == ["silver", "spoon,"]
    assert places_of(page, "a golden carriage") == []


def test_what_is_kept_of_rare_words_stands_in_one_order_in_every_process() -> None:
    texts = [["whale", "boat", "sea"], ["sea", "boat", "whale"], ["ash", "whale", "boat", "sea"], ["ash"]]
    known = Rarity.counted(texts).to_json()["known"]
    assert isinstance(known, dict)
    assert list(known) == ["ash", "boat", "sea", "whale"]


def test_marks_tell_matches_and_the_best_sentence(tokenizer: Any) -> None:
    page = Page("The fox slept. The troll ate his soup. Rain fell.", tokenizer)
    rarity = Rarity.counted(stems_of(page.text[one.start : one.end]) for one in page.sentences)
    question = Question("What did the troll eat?", page, tokenizer, rarity)
    assert int(np.argmax(question.shares)) == 1
    control = {name: tokenizer.convert_tokens_to_ids(name) for name in ("[PAD]", "[UNK]", "[CLS]", "[SEP]")}
    row = row_of(question, page, 0, 3, 64, control)
    marks = row.marks[row.begin : -1]
    matched = {page.text[row.starts[n] : row.ends[n]] for n in np.flatnonzero((marks - FIRST_MARK) % 3 == 2)}
    assert any(word.startswith("t") for word in matched)
    assert row.marks.max() < MARKS
    assert len(row.ids) == len(row.marks) == row.begin + len(row.starts) + 1
    assert wanted_of(row, ()).argmax(axis=1).tolist() == [0, 0]


def test_windows_cover_a_text_and_overlap(tokenizer: Any) -> None:
    page = Page(TALE, tokenizer)
    windows = page.windows(40)
    assert {number for first, last in windows for number in range(first, last)} == set(range(len(page.sentences)))
    assert all(later[0] > earlier[0] for earlier, later in pairwise(windows))


def test_confidence_is_fitted_and_divides_known_from_foreign(
    lessons: tuple[RecordingContext, list[Any]],
) -> None:
    _, told = lessons
    finder = Finder.read(told[-1].folder, "cpu")
    texts = [tale(number)[0] for number in range(24)]
    asked = [Asked(n, pair["question"], pair["answer"]) for n in range(24) for pair in tale(n)[1]]
    desk = Desk(texts, asked, finder._tokenizer, finder._rarity, 64)
    tried = try_out(finder, desk, 24, lambda: None)
    scale = fitted(tried)
    right = [max(scale(one.facts) for one in entry.candidates) for entry in tried]
    wrong = [max((scale(one.facts) for one in entry.foreign), default=0.0) for entry in tried]
    assert np.mean(right) > np.mean(wrong)
    assert 0 < scale.least < 1
    assert confidence_error([(0.2, 0.2), (0.8, 0.8)]) == pytest.approx(0.0)
    finder.scale = Scale((0.0,) * len(FACTS), -9.0, 0.5)
    finder.save(told[-1].folder / "..")
    kept = json.loads((told[-1].folder / ".." / "answer.json").read_text("utf-8"))
    assert kept["scale"]["least"] == 0.5


def test_no_answer_is_said_when_unsure(lessons: tuple[RecordingContext, list[Any]], tmp_path: Path) -> None:
    import shutil

    _, told = lessons
    folder = tmp_path / "unsure"
    shutil.copytree(told[-1].folder, folder)
    plain = json.loads((folder / "answer.json").read_text("utf-8"))
    plain["scale"]["least"] = 1.0
    (folder / "answer.json").write_text(json.dumps(plain), "utf-8")
    whole = run(Answer, {"model": "own:unsure"}, RecordingContext(models={"own:unsure": folder}))[-1]
    assert isinstance(whole, sdk.Text)
    assert whole.text.startswith(NOT_FOUND)
    assert whole.meta["found"] is False


def test_the_starter_answers_what_the_tale_says_and_refuses_what_it_does_not() -> None:
    context = RecordingContext(models={STARTER: FOLDER})
    mill = run(Answer, {"question": "Who built the new mill?"}, context)[-1]
    king = run(Answer, {"question": "What did the king buy in the city?"}, context)[-1]
    assert isinstance(mill, sdk.Text)
    assert isinstance(king, sdk.Text)
    assert mill.meta["answer"] == "seven trolls"
    assert "in one night seven trolls built a new mill of stone" in mill.text
    assert king.meta["found"] is False
