"""Teaching a model from scores: the grid keeps every note, the loss falls, a resumed run ends with the same weights."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import mido
import numpy as np
import pytest

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext
from studio_music.training import copies, judging, lanes, likelihood, likeness, network, ngram, songs, voiceleading
from studio_music.training.beats import TrainDrums
from studio_music.training.grid import (
    ONSET,
    OVER,
    REST,
    Grid,
    key_number,
    led_in,
    phrase_ends,
    pulses_of,
    row_of,
    transposed,
)
from studio_music.training.lanes import Piece
from studio_music.training.rows import IGNORED, Rows, grid_for, shifts_of
from studio_music.training.score import TrainScore
from studio_music.training.score_lesson import ScoreCourse

TINY: dict[str, Any] = {"voices": 2, "width": 32, "layers": 1, "batch": 4, "quarters": 4, "lookahead": 1}
RNG = np.random.default_rng


def two_parts(number: int) -> sdk.Score:
    """A short piece: a scale up and down in thirds over a bass, another key for every number."""
    rng = RNG(number)
    home = 60 + int(rng.integers(0, 5))
    scale = [0, 2, 4, 5, 7, 5, 4, 2, 0]
    high = tuple(sdk.Note(float(i), 1.0, home + 4 + step) for i, step in enumerate(scale))
    low = tuple(sdk.Note(2.0 * i, 2.0, home - 12 + step) for i, step in enumerate([0, 5, 7, 0]))
    return sdk.Score((sdk.Track("high", high), sdk.Track("low", low)), 90.0, (4, 4), "")


def dataset(folder: Path, count: int = 6) -> sdk.Dataset:
    items = []
    for number in range(count):
        path = folder / f"{number}.mid"
        lanes.write_midi(two_parts(number), path)
        items.append(sdk.DatasetItem(path, held_out=number == count - 1))
    return sdk.Dataset("thirds", "score", folder, tuple(items))


def train(folder: Path, steps: int, ctx: RecordingContext | None = None, **values: Any) -> list[Any]:
    folder.mkdir(exist_ok=True, parents=True)
    params = TrainScore.Params(data=dataset(folder), steps=steps, **{"learning_rate": 0.02, **TINY, **values})
    return list(TrainScore().train(params, ctx or RecordingContext(seed=4)))


@cache
def trained(folder: Path) -> tuple[list[Any], RecordingContext]:
    ctx = RecordingContext(seed=4)
    return train(folder, 40, ctx), ctx


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    made, ctx = trained(tmp_path_factory.getbasetemp() / "thirds")
    assert ctx.steps
    return made


def test_midi_files_come_back_note_for_note(tmp_path: Path) -> None:
    score = two_parts(1)
    lanes.write_midi(score, tmp_path / "a.mid")
    piece = lanes.read_piece(tmp_path / "a.mid", 2)
    assert len(piece.lanes) == 4 * 9
    for lane, track in zip(piece.lanes.T, score.tracks, strict=True):
        back = lanes.notes_of(lane)
        assert [(n.start, n.duration, n.pitch) for n in back] == [(n.start, n.duration, n.pitch) for n in track.notes]


def test_a_track_with_drums_and_music_keeps_them_apart_and_drums_alone_are_no_song(tmp_path: Path) -> None:
    song = mido.MidiFile(type=0)
    for channel, pitches in ((0, (60, 64, 67, 72)), (9, (36, 42, 38, 46))):
        one = mido.MidiFile(type=0)
        one.tracks.append(
            mido.MidiTrack(
                message
                for pitch in pitches
                for message in (
                    mido.Message("note_on", channel=channel, note=pitch),
                    mido.Message("note_off", channel=channel, note=pitch, time=480),
                )
            )
        )
        one.save(tmp_path / f"{channel}.mid")
        song.tracks.append(one.tracks[0])
    song.tracks[:] = [mido.merge_tracks(song.tracks)]
    song.save(tmp_path / "both.mid")
    parts = {
        track.drums: [note.pitch for note in track.notes] for track in lanes.read_midi(tmp_path / "both.mid").tracks
    }
    assert parts == {False: [60, 64, 67, 72], True: [36, 42, 38, 46]}
    assert songs.read_song(tmp_path / "both.mid").piece.lanes.shape[0] >= 16
    with pytest.raises(ValueError, match="no pitched notes"):
        songs.read_song(tmp_path / "9.mid")


def test_a_damaged_file_is_left_out_and_told(tmp_path: Path) -> None:
    data = dataset(tmp_path)
    (tmp_path / "0.mid").write_bytes(b"MThd\0\0\0\6nonsense")
    ctx = RecordingContext()
    params = TrainScore.Params(data=data, steps=1, **TINY)
    list(TrainScore().train(params, ctx))
    assert any("0.mid" in line for line in ctx.lines)


def test_an_empty_dataset_says_so(tmp_path: Path) -> None:
    params = TrainScore.Params(data=sdk.Dataset("none", "score", tmp_path, ()), **TINY)
    with pytest.raises(sdk.UserError, match="no music"):
        list(TrainScore().train(params, RecordingContext()))


def test_piano_music_is_split_by_height() -> None:
    chord = tuple(sdk.Note(0.0, 1.0, pitch) for pitch in (48, 55, 60, 64, 67))
    split = lanes.lanes_of(sdk.Score((sdk.Track("piano", chord),)), 3)
    assert split[0].tolist() == [67 + ONSET, 64 + ONSET, 48 + ONSET]
    assert split[1].tolist() == [67, 64, 48]


def test_every_value_has_a_token_of_its_own() -> None:
    grid = Grid((60, 40), (64, 45))
    for voice in range(2):
        values = [REST, OVER, *range(grid.low[voice], grid.high[voice] + 1)]
        values += [value + ONSET for value in values if value >= 0]
        coded = grid.encode(np.array(values), voice)
        assert sorted(coded) == list(range(grid.size(voice)))
        assert [grid.decode(int(token), voice) for token in coded] == values
    beyond = grid.encode(np.array([40, 52, 75]), 0)  # another octave where there is one, else the edge
    assert [grid.decode(int(token), 0) for token in beyond] == [64, 64, 63]
    assert Grid.from_json(grid.to_json()) == grid


def test_the_melody_is_known_ahead_and_nothing_else_is() -> None:
    grid = Grid((60, 40), (80, 60), lookahead=4)
    piece = np.stack([60 + ONSET + np.arange(16), 40 + ONSET + np.arange(16)], axis=1).astype(np.int16)
    led, pulses = led_in(piece, pulses_of(piece), grid)
    row = row_of(grid, led, pulses, key_number(0), 0, len(pulses))
    at = 4 + 6
    assert row.before[at].tolist() == [int(grid.encode(piece[5, v], v)) for v in range(2)]
    assert row.ahead[at].tolist() == grid.encode(piece[6:10, 0], 0).tolist()
    assert row.wanted[at].tolist() == [int(grid.encode(piece[10, 0], 0)), int(grid.encode(piece[6, 1], 1))]


def test_phrases_end_where_all_voices_hold() -> None:
    moving = [[72, 60], [74, 59], [76, 57], [77, 55]] * 2
    steps = [*moving, *[[72, 48]] * 8, *moving, *[[71, 50]] * 4, *[[72, 48]] * 4]
    assert phrase_ends(np.array(steps, dtype=np.int16)) == [2, 7]


def test_rows_stay_within_the_ranges_and_learn_nothing_behind_the_end(tmp_path: Path) -> None:
    pieces = [lanes.read_piece(item.path, 2) for item in dataset(tmp_path).items]
    grid = grid_for(pieces, lookahead=1, quarters=16, repeats=False)
    assert all(0 in shifts_of(piece, grid) for piece in pieces)
    row = Rows(grid, pieces).batch(8, RNG(0))
    assert row.wanted.shape == (8, 64, 2)
    assert (row.wanted[:, 40:] == IGNORED).all()
    assert (row.wanted[:, :40] >= 0).all()


def test_parallels_crossings_and_ranges_are_counted() -> None:
    fifths = np.array([[67, 60], [69, 62]], dtype=np.int16)
    crossing = np.array([[67, 60], [59, 62]], dtype=np.int16)
    wide = [(0, 127), (0, 127)]
    assert voiceleading.faults([fifths], wide)["parallel fifths"] == 1
    assert voiceleading.faults([crossing], wide)["voice crossings"] == 1
    assert voiceleading.faults([crossing], [(60, 80), (0, 127)])["notes out of range"] == 1


def test_the_ngram_is_a_distribution_and_learns() -> None:
    piece = np.tile(np.array([[67], [67], [69], [71]], dtype=np.int16), (20, 1))
    known = ngram.nats_per_token([(piece, [0])], [piece])
    other = ngram.nats_per_token([(piece, [0])], [piece + 5])
    assert 0 < known < 0.3 < other


def test_the_loss_falls_and_the_model_is_judged(lessons: list[Any]) -> None:
    losses = [made.value for made in lessons if isinstance(made, sdk.Metric) and made.name == "loss"]
    assert losses[-1] < 0.8 < losses[0]
    samples = [made for made in lessons if isinstance(made, sdk.Sample)]
    assert all(isinstance(made.artifact, sdk.Score) for made in samples)
    assert len(samples) == 5
    model = lessons[-1]
    assert isinstance(model, sdk.TrainedModel)
    measures = {measure.name: measure for measure in model.evaluation.measures}
    assert measures["nats per token"].value < 2.0
    assert {"notes in the key", "copied stretches", "parallel fifths per bar"} <= set(measures)
    assert 0 < measures["chords: overlap with the data"].value <= 1
    assert all((model.folder / name).is_file() for name in model.evaluation.samples)


def test_what_a_sample_is_most_like_lies_beside_the_report_and_no_file_is_named(lessons: list[Any]) -> None:
    model = lessons[-1]
    known = [lanes.read_piece(item.path, 2).lanes for item in dataset(model.folder).training]
    assert model.evaluation.neighbours
    for pair in model.evaluation.neighbours:
        assert pair.training.startswith("nearest-")
        near = lanes.read_piece(model.folder / pair.training, 2).lanes
        starts = range(0, len(known[0]) - len(near) + 1, 4)
        assert any(
            (lanes.lanes_with_onsets(one[start : start + len(near)]) == near).all() for one in known for start in starts
        )


def test_a_copy_is_found_where_it_stands_in_another_key() -> None:
    pieces = [Piece(f"{number}", lanes.lanes_of(two_parts(number), 2), 0, minor=False) for number in range(3)]
    (match,) = likeness.nearest([replace(pieces[1], lanes=(pieces[1].lanes + 2)[:32].astype(np.int16))], pieces[1:])
    assert (match.copied, match.distance, match.place) == (1.0, 0.0, (0, 0))
    assert likeness.nearest([replace(pieces[0], lanes=pieces[0].lanes[:8])], pieces) == [copies.NOTHING]


def test_chords_are_counted_by_their_degrees_whatever_the_inversion_and_the_key() -> None:
    values = np.repeat(np.array([[67, 64, 60], [76, 67, 60], [69, REST, REST], [71, 65, 67]], np.int16), 4, axis=0)
    chords = likeness.histograms([Piece("c", values, 0, minor=False)])["chords"]
    assert chords == pytest.approx({"1–3–5": 2 / 3, "4–5–7": 1 / 3})
    assert likeness.histograms([Piece("d", transposed(values, 2), 2, minor=False)])["chords"] == chords
    alone = {"training": likeness.histograms([Piece("one", values[:, :1], 0, minor=False)])}
    assert "chords" not in [name for name, *_ in likeness.overlaps({**alone, "written": alone["training"]})]


@pytest.fixture
def unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs end without the judgement, which takes longer than training at this size."""
    monkeypatch.setattr(judging, "evaluate", lambda *_: sdk.Evaluation())


@pytest.mark.usefixtures("unjudged")
def test_a_model_is_taught_further_and_keeps_its_shape(lessons: list[Any], tmp_path: Path) -> None:
    ctx = RecordingContext(seed=9, models={"own:thirds": lessons[-1].folder})
    further = train(tmp_path, 10, ctx, start_from="own:thirds", voices=4, width=64, quarters=8, learning_rate=0.001)
    losses = [made.value for made in further if isinstance(made, sdk.Metric) and made.name == "loss"]
    fresh = [made.value for made in lessons if isinstance(made, sdk.Metric) and made.name == "loss"]
    assert losses[0] < 0.6 * fresh[0]
    old, new = (network.load(made[-1].folder) for made in (lessons, further))
    assert (new.grid, new.width, new.layers) == (old.grid, old.width, old.layers)
    told = TrainScore().forecast(
        TrainScore.Params(data=dataset(tmp_path), start_from="own:thirds", **{**TINY, "width": 64}), ctx
    )
    assert told.parameters == sum(weight.numel() for weight in old.parameters())


def test_a_model_of_another_kind_is_nothing_to_start_from(lessons: list[Any], tmp_path: Path) -> None:
    params = TrainDrums.Params(data=dataset(tmp_path), start_from="own:thirds", bars=2)
    with pytest.raises(sdk.UserError, match="cannot be read") as caught:
        list(TrainDrums().train(params, RecordingContext(models={"own:thirds": lessons[-1].folder})))
    assert caught.value.param == "start_from"


@pytest.mark.usefixtures("unjudged")
def test_training_stops_early_and_a_resumed_run_does_so_too(tmp_path: Path) -> None:
    losses = {2: 1.0, 4: 2.0, 6: 3.0, 8: 0.5, 10: 0.5}
    whole, short = (RecordingContext(seed=4, checkpoint_seconds=seconds) for seconds in (0.0, 1000.0))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ScoreCourse, "metric", lambda _, __, step, ___: sdk.Metric("held-out loss", step, losses[step]))
        stopped = train(tmp_path / "a", 10, whole, stop_early=2)
        third = next(made for made in stopped if isinstance(made, sdk.Checkpoint) and made.step == 3)
        later = RecordingContext(seed=4, resume=third.folder)
        again = train(tmp_path / "a", 10, later, stop_early=2)
    assert max(made.step for made in stopped if isinstance(made, sdk.Metric)) == 6
    assert weights_of(again) == weights_of(stopped) != weights_of(train(tmp_path / "a", 10, short))


def weights_of(made: list[Any]) -> str:
    return hashlib.sha256((made[-1].folder / network.WEIGHTS).read_bytes()).hexdigest()


def test_the_saved_model_gives_the_same_likelihood(lessons: list[Any]) -> None:
    loaded = network.load(lessons[-1].folder)
    piece = Piece("a", lanes.lanes_of(two_parts(3), 2), 0, minor=False)
    first = likelihood.of_piece(loaded, piece, told=True)
    assert first == likelihood.of_piece(loaded, piece, told=True)
    measures = {measure.name: measure.value for measure in lessons[-1].evaluation.measures}
    assert measures["nats per token"] > 0


@pytest.mark.usefixtures("unjudged")
def test_a_resumed_run_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = RecordingContext(seed=4, checkpoint_seconds=0.0)
    unbroken = train(tmp_path / "a", 6, whole)
    third = next(made for made in unbroken if isinstance(made, sdk.Checkpoint) and made.step == 3)
    assert weights_of(train(tmp_path / "a", 6, RecordingContext(seed=4, resume=third.folder))) == weights_of(unbroken)


def test_a_forecast_knows_the_size(tmp_path: Path) -> None:
    params = TrainScore.Params(data=dataset(tmp_path), steps=100, **TINY)
    told = TrainScore().forecast(params, RecordingContext())
    assert told.steps == 100
    assert told.parameters > 1000
    assert told.seconds > 0
