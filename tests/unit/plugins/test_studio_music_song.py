"""Songs: hands on their lines, phrases counted, AABA comes back, given music is kept, melodies bend to other metres."""

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
from studio_music import Plugin, restyling, songwriting
from studio_music.drummer import Drums
from studio_music.recall import one_thread
from studio_music.song import Song
from studio_music.training import network, song_judging, songs
from studio_music.training.beats import TrainDrums
from studio_music.training.grid import LONGEST_COUNT, ONSET, REST
from studio_music.training.lieder import TrainSong
from studio_music.training.song_lesson import SongCourse
from studio_music.training.song_rows import row_of, whole_of
from studio_music.training.songs import Song as Written
from studio_music.training.songs import SongGrid
from studio_music.writer import OPEN, Writer

TINY: dict[str, Any] = {"width": 32, "layers": 1, "batch": 4, "quarters": 8, "lookahead": 1}
LOW, HIGH = zip(*songs.RANGES, strict=True)
GRID = SongGrid(LOW, HIGH, lookahead=4, quarters=8, repeats=True, dense=(2.0, 3.0, 4.0, 5.0))


def tune(tonic: int = 62, bars: int = 4) -> sdk.Score:
    """A scale over broken chords, a rest of a quarter note in every second bar."""
    steps = (0, 2, 4, 5, 7, 5, 4)
    sung = tuple(
        sdk.Note(4.0 * bar + at, 1.0, tonic + steps[(4 * (bar % 2) + at) % 7], 90)
        for bar in range(bars)
        for at in range(3 if bar % 2 else 4)
    )
    right = tuple(sdk.Note(2.0 * half, 2.0, tonic + tone) for half in range(2 * bars) for tone in (0, 4, 7))
    left = tuple(sdk.Note(4.0 * bar, 4.0, tonic - 24) for bar in range(bars))
    tracks = (sdk.Track("Voice", sung), sdk.Track("Right hand", right), sdk.Track("Left hand", left))
    return sdk.Score(tracks, 96.0, (4, 4), "D major", title="Tune")


def dataset(folder: Path) -> sdk.Dataset:
    from studio.library.formats import scores

    folder.mkdir(exist_ok=True, parents=True)
    items = []
    for number in range(4):
        scores.write(tune(), folder / f"{number}.mid", None)
        items.append(sdk.DatasetItem(folder / f"{number}.mid", held_out=number == 3))
    return sdk.Dataset("tunes", "score", folder, tuple(items))


def train(folder: Path, steps: int, ctx: RecordingContext, **values: Any) -> list[Any]:
    params = TrainSong.Params(data=dataset(folder), steps=steps, learning_rate=0.02, **TINY, **values)
    with one_thread():  # many threads wait for each other at this size
        return list(TrainSong().train(params, ctx))


@pytest.fixture(scope="module")
def lessons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    ctx = RecordingContext(seed=2)  # its folder lives as long as it does
    with pytest.MonkeyPatch.context() as patched:
        for name, value in (("PIECES", 2), ("SHOWN", 1), ("BARS", 4)):
            patched.setattr(song_judging, name, value)
        yield train(tmp_path_factory.mktemp("tunes"), 40, ctx)


def test_judged_songs_are_written_once_and_what_they_are_most_like_lies_beside_them(
    lessons: list[Any], tmp_path: Path
) -> None:
    model = network.load(lessons[-1].folder, SongGrid)
    assert isinstance(model.grid, SongGrid)
    course = SongCourse(tuple(songs.song_of(tune(number), "secret") for number in (60, 62)), (), model.grid)
    written: list[int] = []
    with pytest.MonkeyPatch.context() as patched:
        for name, value in (("PIECES", 2), ("SHOWN", 2), ("BARS", 4)):
            patched.setattr(song_judging, name, value)
        write = song_judging.write

        def counted(*given: Any) -> Written:
            written.append(given[2])
            return write(*given)

        patched.setattr(song_judging, "write", counted)
        told = song_judging.evaluate(model, course, tmp_path, RecordingContext())
    assert written == [0, 1]
    assert [(pair.sample, pair.training) for pair in told.neighbours] == [
        ("sample-1.mid", "nearest-1.mid"), ("sample-2.mid", "nearest-2.mid"),
    ]  # fmt: skip
    assert all((tmp_path / pair.training).is_file() for pair in told.neighbours)
    assert "secret" not in repr(told)


def test_a_song_model_is_taught_further_and_keeps_its_shape(lessons: list[Any], tmp_path: Path) -> None:
    ctx = RecordingContext(seed=5, models={"own:tunes": lessons[-1].folder})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(song_judging, "evaluate", lambda *_: sdk.Evaluation())
        patched.setattr(song_judging, "write", lambda *_: Written(songs.song_of(tune(), "t").piece))
        further = train(tmp_path, 10, ctx, start_from="own:tunes")
    losses, fresh = (
        [made.value for made in told if isinstance(made, sdk.Metric) and made.name == "loss"]
        for told in (further, lessons)
    )
    assert losses[0] < 0.8 * fresh[0]
    assert network.load(further[-1].folder, SongGrid).grid == network.load(lessons[-1].folder, SongGrid).grid


def test_a_song_stands_in_c_with_its_hands_on_their_lines() -> None:
    song = songs.song_of(tune(), "tune")
    first = song.piece.lanes[0]
    assert first[0] == 60 + ONSET
    assert first[1:4].tolist() == [67 + ONSET, 64 + ONSET, 60 + ONSET]
    assert first[4:].tolist() == [REST, 36 + ONSET]
    assert (song.metre, song.bar, song.tempo) == ("4/4", 16, 96.0)
    notes = song_judging.notes_of(song.piece.lanes)
    assert [len(hand) for hand in notes] == [len(track.notes) for track in tune().tracks]


def test_one_piano_part_is_split_at_middle_c_and_the_highest_part_sings() -> None:
    piano = sdk.Track("Piano", (sdk.Note(0.0, 1.0, 48), sdk.Note(0.0, 1.0, 64)))
    melody = sdk.Track("x", (sdk.Note(0.0, 1.0, 76),))
    voice, right, left = songs.hands_of(sdk.Score((piano, melody)))
    assert [[note.pitch for note in hand] for hand in (voice, right, left)] == [[76], [64], [48]]


def test_pulses_count_down_phrases_and_rests() -> None:
    lane = songs.song_of(tune(), "tune").piece.lanes[:, 0]
    pulses = songs.sung_pulses(lane)
    assert pulses[:8].tolist() == [7, 6, 5, 4, 3, 2, 1, 1 + LONGEST_COUNT]
    assert pulses[8] == 7 + 2 * LONGEST_COUNT


def test_rows_tell_the_melody_ahead_and_nothing_else() -> None:
    song = songs.song_of(tune(), "tune")
    told = whole_of(GRID, song, told=True)
    row = row_of(GRID, song.piece.lanes, told, 0, len(told))
    at = GRID.lookahead + 5
    assert row.wanted[at, 1] == GRID.encode(song.piece.lanes[5, 1], 1)
    assert row.wanted[at, 0] == GRID.encode(song.piece.lanes[9, 0], 0)
    assert row.ahead[at].tolist() == GRID.encode(song.piece.lanes[5:9, 0], 0).tolist()
    assert row.before[at].tolist() == [int(GRID.encode(song.piece.lanes[4, lane], lane)) for lane in range(6)]
    assert row.told[at, 0] == 5
    assert (whole_of(GRID, song, told=False)[:, 1:] == 0).all()


def test_the_loss_falls_and_the_model_is_judged(lessons: list[Any]) -> None:
    losses = [made.value for made in lessons if isinstance(made, sdk.Metric) and made.name == "loss"]
    assert losses[-1] < 0.5 * losses[0]
    model = lessons[-1]
    assert isinstance(model, sdk.TrainedModel)
    measures = {measure.name: measure for measure in model.evaluation.measures}
    assert measures["nats per token"].baseline is not None
    assert {"nats per token, all told", "notes in the key", "copied stretches"} <= set(measures)
    assert all((model.folder / name).is_file() for name in model.evaluation.samples)
    assert network.load(model.folder, SongGrid).grid.kind == "atelier-song"
    with pytest.raises(ValueError, match="atelier-song"):
        network.load(model.folder)


def test_a_resumed_run_ends_with_the_same_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(song_judging, "evaluate", lambda *_: sdk.Evaluation())
    monkeypatch.setattr(song_judging, "write", lambda *_: Written(songs.song_of(tune(), "t").piece))

    def digest(made: list[Any]) -> str:
        return hashlib.sha256((made[-1].folder / network.WEIGHTS).read_bytes()).hexdigest()

    whole, resumed = RecordingContext(seed=4, checkpoint_seconds=0.0), RecordingContext(seed=4)
    unbroken = train(tmp_path, 4, whole)
    second = next(made for made in unbroken if isinstance(made, sdk.Checkpoint) and made.step == 2)
    resumed.resume = second.folder
    assert digest(train(tmp_path, 4, resumed)) == digest(unbroken)


def written(plan: songwriting.Plan, seed: int = 0) -> Any:
    model = network.build(GRID, 32, 1, 0).eval().requires_grad_(requires_grad=False)
    writer = Writer(model, plan.told, plan.given, np.random.default_rng(seed), 1.0, 1.0, plan.source, plan.tones)
    for _ in writer:
        pass
    return writer.lanes


def planned(**values: Any) -> songwriting.Plan:
    return songwriting.planned(Song.Params(**values), GRID, np.random.default_rng(1))


def test_a_comes_back_and_the_song_ends_at_home() -> None:
    plan = planned(section="4", metre="2/4", key="G", mode="minor", variation=0.0)
    assert [label for label, _ in plan.sections] == ["Introduction", "A", "A", "B", "A"]
    lanes = written(plan)
    intro, section = 2 * 8, 4 * 8
    first, second, contrast, last = (lanes[intro + at * section :][:section] for at in range(4))
    assert (lanes[:intro, 0] == REST).all()
    assert (first == second).all()
    assert (first != contrast).any()
    assert (first[: section // 2, 0] == last[: section // 2, 0]).all()
    sounding = [value & (ONSET - 1) for value in lanes[-8:].ravel() if value >= 0]
    assert {pitch % 12 for pitch in sounding} <= {0, 3, 7}
    assert (lanes[-8:-4, [0, 5]] >= 0).all()
    assert plan.shift == 7 - 12
    assert plan.key.name == "G minor"


def test_variation_changes_the_piano_and_keeps_the_tune() -> None:
    plan = planned(section="8", metre="2/4", variation=1.0, introduction=False)
    assert (plan.source[64:, 1:] == -1).all()
    assert (plan.source[64 : 64 + 48, 0] == np.arange(48)).all()


def test_a_melody_is_kept_and_gets_a_piano() -> None:
    plan = planned(song=tune(), style="song")
    assert plan.key.name == "D major"
    lanes = written(plan)
    voice, right, left = songwriting.hands(plan, lanes)
    assert voice == tune().tracks[0].notes
    assert right
    assert left


def test_going_on_keeps_what_is_there() -> None:
    plan = planned(song=tune(), task="continue", section="4")
    hands = songwriting.hands(plan, written(plan))
    for track, notes in zip(tune().tracks, hands, strict=True):
        assert set(track.notes) <= set(notes)
    assert max(note.start for hand in hands for note in hand) >= 16
    assert (plan.given != OPEN).any()


def test_melodies_bend_to_another_metre_and_keep_their_order() -> None:
    bent = restyling.warped(tune().tracks[0].notes, "4/4", "3/4")
    assert [note.start for note in bent[:5]] == [0, 1, 2, 2.5, 3]
    assert all(note.duration > 0 for note in bent)
    assert restyling.warped(tune().tracks[0].notes, "5/4", "3/4") == list(tune().tracks[0].notes)
    for (old, _), places in restyling.WARPS.items():
        assert len(places) - 1 == songs.bar_of(old) / 4
        assert list(places) == sorted(places)


def models(folder: Path) -> RecordingContext:
    network.save(network.build(GRID, 32, 1, 0), folder)
    return RecordingContext(seed=5, models={"starter:song": folder})


def test_a_waltz_keeps_the_tune_in_three(tmp_path: Path) -> None:
    made = run(Song, {"song": tune(bars=2), "style": "waltz"}, models(tmp_path))
    (score,) = (result for result in made if isinstance(result, sdk.Score))
    assert score.meter == (3, 4)
    assert [n.pitch for n in score.tracks[0].notes] == [n.pitch for n in tune(bars=2).tracks[0].notes]
    assert 138 <= score.tempo <= 176
    (recording,) = (result for result in made if isinstance(result, sdk.Audio))
    assert float(np.abs(recording.samples).max()) > 0.05


def test_what_cannot_be_taken_up_is_explained(tmp_path: Path) -> None:
    ctx = models(tmp_path)
    with pytest.raises(sdk.UserError, match="no notes"):
        run(Song, {"song": sdk.Score(())}, ctx)
    far = sdk.Score((sdk.Track("a", (sdk.Note(0.0, 1.0, 67), sdk.Note(900.0, 1.0, 67))),))
    with pytest.raises(sdk.UserError, match="too long"):
        run(Song, {"song": far}, ctx)


def test_the_starter_is_small_credited_and_better_than_an_ngram() -> None:
    starter = Path(__file__).parents[3] / "resources" / "starters" / "song"
    card = json.loads((starter / "card.json").read_text("utf-8"))
    figures = {measure["name"]: measure for measure in card["evaluation"]["measures"]}
    assert figures["nats per token"]["value"] < 0.85 * figures["nats per token"]["baseline"]
    assert abs(figures["notes in the key"]["value"] / figures["notes in the key"]["baseline"] - 1) < 0.05
    assert "OpenScore" in (starter / "README.md").read_text("utf-8")
    assert (starter / "model.safetensors").stat().st_size < 16e6


@pytest.mark.parametrize("made", [Song, Drums, TrainSong, TrainDrums])
def test_everything_shown_is_translated(made: type[sdk.Generator]) -> None:
    spec = sdk.GeneratorSpec.of(made)
    shown = {spec.title, *spec.description.split("\n\n"), *(example.title for example in spec.examples)}
    for field in spec.fields:
        shown |= {field.label, field.help, field.group, field.unit, *(option.label for option in field.options)}
    assert shown - {""} <= set(Plugin().studio_translations()["zh_CN"])
