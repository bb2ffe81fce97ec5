"""Chorales: the melody is kept, the rules hold, the same seed gives the same piece, and bad input is explained."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_music import Plugin, harmonising, singing
from studio_music.chorale import Chorale
from studio_music.synth import loudness
from studio_music.training import network, voiceleading
from studio_music.training.grid import Grid, countdown, key_number, told_whole
from studio_music.training.lanes import lanes_of

STARTER = Path(__file__).parents[3] / "resources" / "starters" / "chorale"
SHORT: dict[str, Any] = {"bars": 3, "tempo": 160, "key": "D", "mode": "minor"}
WIDE = [(0, 127)] * 4


@cache
def short(seed: int, sound: str = "organ") -> tuple[list[Any], RecordingContext]:
    ctx = RecordingContext(seed=seed)
    return run(Chorale, {**SHORT, "sound": sound}, ctx), ctx


def of_kind(results: list[Any], kind: type) -> list[Any]:
    return [made for made in results if isinstance(made, kind)]


def melody(*, shift: int = 0, repeats: bool = True) -> sdk.Score:
    pitches = [67, 67, 69, 71, 72, 71, 69, 67] if repeats else [67, 69, 71, 72, 74, 71, 69, 67]
    notes = tuple(sdk.Note(float(i), 1.0 + (i == 7), pitch + shift, 90) for i, pitch in enumerate(pitches))
    return sdk.Score((sdk.Track("tune", notes),), 140.0, (4, 4), "", title="Tune")


def test_a_chorale_has_four_voices_in_order_and_sounds_as_long_as_it_is() -> None:
    results, ctx = short(1)
    (score,), (recording,) = of_kind(results, sdk.Score), of_kind(results, sdk.Audio)
    assert [track.name for track in score.tracks] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert score.key == "D minor"
    assert score.length == 12
    assert len(recording.samples) / 48_000 == pytest.approx(12 * 60 / 160 + 2.5, abs=0.01)
    assert np.isfinite(recording.samples).all()
    assert loudness.integrated(recording.samples) == pytest.approx(-16.0, abs=1.5)
    assert ctx.previews
    assert of_kind(results, sdk.AudioChunk)


def test_kept_rules_leave_no_crossing_and_few_parallels() -> None:
    (score,) = of_kind(short(1)[0], sdk.Score)
    counted = voiceleading.faults([lanes_of(score, 4)], WIDE)
    assert counted["voice crossings"] == 0
    assert counted["parallel fifths"] + counted["parallel octaves"] <= 0.4


def test_parallels_cost_so_much_that_a_piece_which_tends_to_them_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    model = network.load(STARTER, Grid)
    assert isinstance(model.grid, Grid)
    told = told_whole(model.grid, countdown([6, 14], 16), key_number(0, minor=False))

    def parallels() -> float:
        written = singing.sing(model, singing.Task(told, temperature=0.9), np.random.default_rng(18), lambda: None)
        counted = voiceleading.faults([written], WIDE)
        return counted["parallel fifths"] + counted["parallel octaves"]

    assert parallels() == 0
    monkeypatch.setattr(singing, "PARALLEL_COST", 0.0)
    assert parallels() > 0


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_piece() -> None:
    first, _ = short(1)
    again = run(Chorale, {**SHORT, "sound": "organ"}, RecordingContext(seed=1))
    other, _ = short(2)
    assert of_kind(first, sdk.Score)[0].tracks == of_kind(again, sdk.Score)[0].tracks
    assert of_kind(first, sdk.Audio)[0].samples.tobytes() == of_kind(again, sdk.Audio)[0].samples.tobytes()
    assert of_kind(first, sdk.Score)[0].tracks != of_kind(other, sdk.Score)[0].tracks


@pytest.mark.parametrize("repeats", [True, False])
def test_a_melody_is_kept_note_for_note(repeats: bool) -> None:
    tune = melody(repeats=repeats)
    results = run(Chorale, {"melody": tune}, RecordingContext(seed=5))
    (score,) = of_kind(results, sdk.Score)
    assert score.tracks[0].notes == tune.tracks[0].notes
    assert len(score.tracks) == 4
    assert score.tempo == 140.0
    assert score.key == "G major"


def test_a_melody_in_another_octave_is_sung_by_the_soprano() -> None:
    plan = harmonising.planned(_params(melody=melody(shift=-24)), _grid(), np.random.default_rng(0))
    assert plan.melody is not None
    assert [note.pitch for note in plan.melody] == [note.pitch for note in melody().tracks[0].notes]


def test_phrases_end_with_long_notes_and_before_rests() -> None:
    notes = (sdk.Note(0.0, 1.0, 67), sdk.Note(1.0, 2.0, 69), sdk.Note(3.0, 1.0, 71), sdk.Note(4.0, 1.0, 72))
    lane = lanes_of(sdk.Score((sdk.Track("a", notes),)), 1)[:, 0]
    assert harmonising._melody_phrases(lane) == [1, 4]


def test_a_melody_that_is_too_long_or_empty_is_refused() -> None:
    far = sdk.Score((sdk.Track("a", (sdk.Note(0.0, 1.0, 67), sdk.Note(700.0, 1.0, 67))),))
    for tune in (far, sdk.Score(())):
        with pytest.raises(sdk.UserError) as caught:
            run(Chorale, {"melody": tune}, RecordingContext())
        assert caught.value.message.startswith("The melody")


def test_a_model_that_cannot_be_read_is_explained(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    ctx = RecordingContext(models={"starter:chorale": tmp_path})
    with pytest.raises(sdk.UserError, match="cannot be read"):
        run(Chorale, {}, ctx)


def test_cancelling_stops_the_writing() -> None:
    with pytest.raises(sdk.Cancelled):
        run(Chorale, SHORT, RecordingContext(cancel_after=8))


def test_the_starter_is_small_credited_and_better_than_an_ngram() -> None:
    card = json.loads((STARTER / "card.json").read_text("utf-8"))
    figures = {measure["name"]: measure for measure in card["evaluation"]["measures"]}
    assert figures["nats per token"]["value"] < figures["nats per token"]["baseline"]
    assert "Bach" in (STARTER / "README.md").read_text("utf-8")
    assert (STARTER / "model.safetensors").stat().st_size < 16e6


def test_everything_shown_is_translated() -> None:
    words = Plugin().studio_translations()["zh_CN"]
    for field in Chorale.Params.fields:
        assert field.label in words
        assert not field.help or field.help in words


def _grid() -> Any:
    from studio_music.training import network

    return network.load(STARTER).grid


def _params(**values: Any) -> Any:
    return Chorale.Params(**values)
