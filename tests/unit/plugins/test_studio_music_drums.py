"""Drums: the raster keeps every stroke, the loss falls, a resumed run is the same, patterns keep their strokes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_music import drumming, groove
from studio_music.drummer import Drums
from studio_music.recall import one_thread
from studio_music.training import drum_judging, lanes, network, strokes, styles
from studio_music.training.beats import TrainDrums
from studio_music.training.rows import IGNORED
from studio_music.training.strokes import BEAT, DRUMS, FILL, OFFSETS, DrumGrid, Take
from studio_music.training.takes import DrumRows, shares

TINY: dict[str, Any] = {"width": 32, "layers": 1, "batch": 4, "bars": 2}
KICK, SNARE, HAT = 36, 38, 42


def beat(kind: str, late: float = 0.0, bars: int = 4) -> sdk.Score:
    """Hats in eighths with kick and snare; “b” has them the other way round."""
    notes = []
    for quarter in range(4 * bars):
        drum = KICK if (quarter % 2 == 0) == (kind == "a") else SNARE
        notes.append(sdk.Note(float(quarter), 0.1, drum, 120))
        notes += [sdk.Note(quarter + at + late, 0.1, HAT, 60) for at in (0.0, 0.5)]
    return sdk.Score((sdk.Track("Drums", tuple(sorted(notes)), drums=True),), 100.0)


def dataset(folder: Path) -> sdk.Dataset:
    from studio.library.formats import scores

    folder.mkdir(exist_ok=True, parents=True)
    items = []
    for number in range(6):
        kind = "ab"[number % 2]
        path = folder / f"{number}.mid"
        scores.write(beat(kind, late=2 / 48), path, None)
        items.append(sdk.DatasetItem(path, f"{kind} beat", held_out=number > 3))
    return sdk.Dataset("beats", "score", folder, tuple(items))


def train(folder: Path, steps: int, ctx: RecordingContext, **values: Any) -> list[Any]:
    params = TrainDrums.Params(data=dataset(folder), steps=steps, learning_rate=0.02, **TINY, **values)
    with one_thread():  # many threads wait for each other at this size
        return list(TrainDrums().train(params, ctx))


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    ctx = RecordingContext(seed=2)  # its folder lives as long as it does
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(drum_judging, "WRITTEN", 1)
        patched.setattr(drum_judging, "SHOWN", 2)
        patched.setattr(drum_judging, "BARS", 4)
        yield train(tmp_path_factory.mktemp("beats"), 30, ctx)


def test_strokes_come_back_with_their_timing_and_force() -> None:
    notes = [note for track in beat("a", late=3 / 48, bars=1).tracks for note in track.notes]
    back = strokes.notes_of(strokes.tokens_of(notes))
    assert [round(note.start * 48) for note in back] == [round(note.start * 48) for note in notes]
    assert [note.pitch for note in back] == [note.pitch for note in notes]
    assert all(abs(ours.velocity - note.velocity) <= 7 for ours, note in zip(back, notes, strict=True))


def test_a_stroke_just_before_the_bar_belongs_to_its_first_step() -> None:
    tokens = strokes.tokens_of([sdk.Note(0.0, 0.1, KICK), sdk.Note(4 - 2 / 48, 0.1, SNARE)])
    assert len(tokens) == 32
    assert tokens[16, 1] > 0
    assert tokens[16, len(DRUMS) + 1] == OFFSETS // 2 - 2


def test_captions_say_style_and_kind(tmp_path: Path) -> None:
    data = dataset(tmp_path)
    read = [strokes.read_take(data.items[0].path, caption) for caption in ("New Orleans fill", "jazz", "")]
    assert [(take.style, take.kind) for take in read] == [("new orleans", FILL), ("jazz", 0), ("", 0)]


def test_a_model_sees_the_step_before_and_the_bar_before_and_nothing_later() -> None:
    tokens = np.arange(40)[:, None] * np.ones((1, 2 * len(DRUMS)), dtype=np.int64)
    seen = strokes.seen_of(tokens, 20, 22, 16)
    assert seen[0, 0] == 19
    assert seen[0, 2 * len(DRUMS)] == 4
    assert (strokes.seen_of(tokens, 0, 1, 16) == 0).all()


def test_fills_are_set_into_beats_and_misses_matter_only_with_strokes() -> None:
    tokens = strokes.tokens_of(beat("a").tracks[0].notes)
    takes = [Take("beat", tokens, "a", BEAT), Take("fill", tokens[:16], "a", FILL)]
    row = DrumRows(strokes.grid_for(takes, 4), takes).batch(40, np.random.default_rng(0))
    hit = row.wanted[..., : len(DRUMS)] > 0
    assert ((row.wanted[..., len(DRUMS) :] != IGNORED) == hit).all()
    kinds = [set(told[:, 2].tolist()) for told in row.told]
    assert {BEAT, FILL} in kinds


def test_rare_styles_are_drawn_more_often_than_they_occur() -> None:
    tokens = strokes.tokens_of(beat("a").tracks[0].notes)
    share = shares([Take("x", tokens, "often")] * 9 + [Take("y", tokens, "rare")])
    assert share.sum() == pytest.approx(1.0)
    assert 0.1 < share[-1] < 0.5


def test_the_loss_falls_and_the_model_is_judged(lessons: list[Any]) -> None:
    losses = [made.value for made in lessons if isinstance(made, sdk.Metric) and made.name == "loss"]
    assert losses[-1] < 0.6 * losses[0]
    model = lessons[-1]
    assert isinstance(model, sdk.TrainedModel)
    assert model.facts["styles"] == ["a", "b"]
    measures = {measure.name: measure for measure in model.evaluation.measures}
    assert {"nats per step", "style heard by a classifier", "timing: overlap with the data"} <= set(measures)
    assert measures["style heard by a classifier"].baseline == 1.0
    assert all((model.folder / name).is_file() for name in model.evaluation.samples)


def test_a_resumed_run_ends_with_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drum_judging, "evaluate", lambda *_: sdk.Evaluation())

    def digest(made: list[Any]) -> str:
        return hashlib.sha256((made[-1].folder / network.WEIGHTS).read_bytes()).hexdigest()

    whole, resumed = RecordingContext(seed=4, checkpoint_seconds=0.0), RecordingContext(seed=4)
    unbroken = train(tmp_path, 4, whole)
    second = next(made for made in unbroken if isinstance(made, sdk.Checkpoint) and made.step == 2)
    resumed.resume = second.folder
    assert digest(train(tmp_path, 4, resumed)) == digest(unbroken)


def test_what_a_take_is_most_like_is_a_file_of_drums_beside_the_report(lessons: list[Any]) -> None:
    model = lessons[-1]
    assert len(model.evaluation.neighbours) == 2
    for pair in model.evaluation.neighbours:
        for name in (pair.sample, pair.training):
            assert all(track.drums for track in lanes.read_midi(model.folder / name).tracks)
        assert pair.training.startswith("nearest-")


def test_a_drum_model_is_taught_further_and_keeps_its_styles(lessons: list[Any], tmp_path: Path) -> None:
    ctx = RecordingContext(seed=5, models={"own:beats": lessons[-1].folder})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(drum_judging, "evaluate", lambda *_: sdk.Evaluation())
        further = train(tmp_path, 10, ctx, start_from="own:beats")
    losses, fresh = (
        [made.value for made in told if isinstance(made, sdk.Metric) and made.name == "loss"]
        for told in (further, lessons)
    )
    assert losses[0] < 0.8 * fresh[0]
    assert further[-1].facts == lessons[-1].facts


def test_a_forecast_counts_the_takes_that_are_written_to_be_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = TrainDrums.Params(data=dataset(tmp_path), steps=10, **TINY)
    told = {}
    for takes in (8, 8000):
        monkeypatch.setattr(drum_judging, "written", lambda _, takes=takes: takes)
        with one_thread():
            told[takes] = TrainDrums().forecast(params, RecordingContext(seed=1)).seconds
    assert told[8000] > 10 * told[8]


def test_a_dataset_without_drums_says_so(tmp_path: Path) -> None:
    params = TrainDrums.Params(data=sdk.Dataset("none", "score", tmp_path, ()), **TINY)
    with pytest.raises(sdk.UserError, match="no drums"):
        list(TrainDrums().train(params, RecordingContext()))


def test_the_listener_tells_styles_apart() -> None:
    takes = [
        Take(f"{kind}{number}", strokes.tokens_of(beat(kind, number / 96).tracks[0].notes), kind, BEAT)
        for kind in "ab"
        for number in range(4)
    ]
    listener = styles.learn(takes, ("a", "b"))
    assert listener is not None
    assert styles.agreement(listener, takes) == 1.0
    assert styles.learn(takes[:4], ("a", "b")) is None


def test_a_model_plays_the_same_from_one_seed_and_remembers_a_bar() -> None:
    grid = DrumGrid(("a",), (1.0, 2.0, 3.0, 4.0), 1)
    model = network.build(grid, 32, 1, 0).eval()
    task = drumming.task_for(grid, "a", 3, 3, fills=2)
    assert task.told[16:32, 2].tolist() == [FILL] * 16
    first, again, other = (drumming.play(model, task, np.random.default_rng(seed), lambda: None) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def tiny_model(folder: Path) -> RecordingContext:
    folder.mkdir(exist_ok=True)
    network.save(network.build(DrumGrid(("rock", "jazz"), (1.0, 2.0, 3.0, 4.0), 2), 32, 1, 0), folder)
    return RecordingContext(seed=5, models={"starter:drums": folder})


def asked(**values: Any) -> Any:
    """The generator's parameters, the others as they are by default."""
    return Drums.Params(**values)


def test_a_pattern_keeps_every_stroke_and_strokes_beside_the_raster_stay(tmp_path: Path) -> None:
    third = sdk.Note(1 / 3, 0.1, SNARE, 70)
    plain = sdk.Score(
        (sdk.Track("p", (sdk.Note(0.0, 0.1, KICK, 90), third, sdk.Note(3.0, 0.1, 75)), drums=True),), 180.0
    )
    made = run(Drums, {"pattern": plain}, tiny_model(tmp_path / "m"))
    (score,) = (result for result in made if isinstance(result, sdk.Score))
    played = score.tracks[0].notes
    assert [note.pitch for note in sorted(played)] == [KICK, SNARE, 75]
    assert any(note.start == third.start for note in played)
    assert score.tempo == 180.0
    (recording,) = (result for result in made if isinstance(result, sdk.Audio))
    assert float(np.abs(recording.samples).max()) > 0.05


def test_no_touch_leaves_a_pattern_as_it_is(tmp_path: Path) -> None:
    ctx = tiny_model(tmp_path / "m")
    grid = network.load(tmp_path / "m", DrumGrid).grid
    assert isinstance(grid, DrumGrid)
    plan = groove.planned(asked(pattern=beat("a", bars=1), style="jazz"), grid, ctx.log)
    tokens = drumming.play(network.load(tmp_path / "m", DrumGrid), plan.task, np.random.default_rng(0), lambda: None)
    assert groove.notes_of(plan, tokens, 0.0, np.random.default_rng(0)) == plan.pattern


def test_what_cannot_be_played_is_explained(tmp_path: Path) -> None:
    ctx = tiny_model(tmp_path / "m")
    piano = sdk.Score((sdk.Track("p", (sdk.Note(0.0, 1.0, 60),)),))
    with pytest.raises(sdk.UserError, match="has no drums"):
        run(Drums, {"pattern": piano}, ctx)
    far = sdk.Score((sdk.Track("p", (sdk.Note(0.0, 1.0, KICK), sdk.Note(900.0, 1.0, KICK)), drums=True),))
    with pytest.raises(sdk.UserError, match="too long"):
        run(Drums, {"pattern": far}, ctx)
    grid = DrumGrid(("rock",), (1.0, 2.0, 3.0, 4.0))
    groove.planned(asked(style="other", other="polka"), grid, ctx.log)
    assert any("polka" in line for line in ctx.lines)


def test_the_starter_is_small_credited_and_better_than_an_ngram() -> None:
    starter = Path(__file__).parents[3] / "resources" / "starters" / "drums"
    card = json.loads((starter / "card.json").read_text("utf-8"))
    figures = {measure["name"]: measure for measure in card["evaluation"]["measures"]}
    assert figures["nats per step"]["value"] < figures["nats per step"]["baseline"]
    assert "Groove MIDI Dataset" in (starter / "README.md").read_text("utf-8")
    assert (starter / "model.safetensors").stat().st_size < 16e6
    offered = {option.value for field in Drums.Params.fields if field.name == "style" for option in field.options}
    assert offered - {"other"} == set(card["facts"]["styles"])
