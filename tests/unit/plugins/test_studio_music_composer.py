"""The composer as the studio runs it: results, determinism, streaming, cancelling, translations."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from typing import Any

import numpy as np
import pytest

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_music import Plugin
from studio_music.composer import Composer
from studio_music.synth import loudness

SHORT: dict[str, Any] = {"length_in": "bars", "bars": 4, "pace": "fast", "meter": "4/4"}


def of_kind(results: list[Any], kind: type) -> list[Any]:
    return [made for made in results if isinstance(made, kind)]


@cache
def short(seed: int, **changed: Any) -> tuple[list[Any], RecordingContext]:
    ctx = RecordingContext(seed=seed)
    return run(Composer, {**SHORT, **changed}, ctx), ctx


@pytest.mark.parametrize(
    "ensemble",
    ["piano", "piano-strings", "strings", "orchestra", "harp-flute", "acoustic", "lo-fi", "music-box", "synth-pop",
     "jazz", "church"],
)  # fmt: skip
def test_recordings_are_clean_and_as_loud_as_they_should_be(ensemble: str) -> None:
    results, _ = short(5, ensemble=ensemble)
    (score,), (recording,) = of_kind(results, sdk.Score), of_kind(results, sdk.Audio)
    samples = recording.samples
    assert samples.dtype == np.float32
    assert samples.shape[1] == 2
    assert recording.sample_rate == 48_000
    assert np.isfinite(samples).all()
    assert loudness.true_peaks(samples).max() <= 10 ** (-0.9 / 20)
    assert np.abs(samples.mean(axis=0)).max() < 1e-3
    assert loudness.integrated(samples) == pytest.approx(-16.0, abs=1.5)
    assert len(samples) / 48_000 == pytest.approx(16 * 60 / score.tempo + 2.5, abs=0.01)
    assert np.abs(samples[-1]).max() == 0
    jumps = np.abs(np.diff(samples, axis=0)).max()
    assert jumps < 0.5


def test_sound_begins_where_the_score_says() -> None:
    results, _ = short(8, ensemble="music-box", humanize=0.0)
    (score,), (recording,) = of_kind(results, sdk.Score), of_kind(results, sdk.Audio)
    energy = np.convolve((recording.samples**2).sum(axis=1), np.ones(240) / 240, "valid")[::240]
    rising = np.maximum(0, np.diff(np.log(energy + 1e-7)))
    onsets = {note.start for track in score.tracks for note in track.notes}
    frames = [round(start * 60 / score.tempo * 200) for start in sorted(onsets)]
    near = [rising[max(0, frame - 2) : frame + 3].max() for frame in frames if 2 < frame < len(rising) - 3]
    assert np.median(near) > 5 * np.median(rising)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    first, again, other = (run(Composer, SHORT, RecordingContext(seed=seed)) for seed in (1, 1, 2))
    assert of_kind(first, sdk.Audio)[0].samples.tobytes() == of_kind(again, sdk.Audio)[0].samples.tobytes()
    assert of_kind(first, sdk.Score)[0].tracks == of_kind(again, sdk.Score)[0].tracks
    assert of_kind(first, sdk.Score)[0].tracks != of_kind(other, sdk.Score)[0].tracks


def test_stems_add_up_to_the_mix() -> None:
    results, _ = short(2, ensemble="acoustic", stems=True)
    (score,), (mix, *stems) = of_kind(results, sdk.Score), of_kind(results, sdk.Audio)
    assert len(stems) == len(score.tracks) >= 3
    assert [stem.meta["stem"] for stem in stems] == [track.name for track in score.tracks]
    assert np.allclose(np.sum([stem.samples for stem in stems], axis=0), mix.samples, atol=1e-4)


def test_switching_parts_off_leaves_the_others_as_they_were() -> None:
    (full,) = of_kind(short(4, ensemble="acoustic")[0], sdk.Score)
    (bare,) = of_kind(short(4, ensemble="acoustic", melody=False, drums="off")[0], sdk.Score)
    kept = [track for track in full.tracks if not track.drums and not track.name.startswith("Melody")]
    assert list(bare.tracks) == kept


def test_no_parts_at_all_is_refused_with_a_hint() -> None:
    with pytest.raises(sdk.UserError) as caught:
        run(Composer, {**SHORT, "ensemble": "piano", "melody": False, "chords": False, "bass": False})
    assert caught.value.hint


def test_the_sound_streams_bar_by_bar_near_its_final_level() -> None:
    results, ctx = short(5, ensemble="piano")
    chunks = of_kind(results, sdk.AudioChunk)
    streamed = np.concatenate([chunk.samples for chunk in chunks])
    final = of_kind(results, sdk.Audio)[0].samples
    assert len(chunks) >= 4
    assert len(streamed) == len(final)
    assert np.abs(streamed).max() <= 1
    assert loudness.integrated(streamed) == pytest.approx(loudness.integrated(final), abs=6)
    done = [step[0] for step in ctx.steps]
    assert done == sorted(done)
    assert done[-1] == 100
    assert ctx.previews
    assert ctx.previews[0].pixels.shape == (240, 640, 3)
    assert len(np.unique(ctx.previews[-1].pixels.reshape(-1, 3), axis=0)) > 5


def test_cancelling_stops_at_the_next_cancel_point() -> None:
    ctx = RecordingContext(seed=1, cancel_after=4)
    with pytest.raises(sdk.Cancelled):
        run(Composer, SHORT, ctx)
    assert ctx.steps[-1][0] < 60


def test_a_melody_is_accompanied_note_for_note() -> None:
    notes = tuple(sdk.Note(index * 1.0, 1.0, pitch) for index, pitch in enumerate((62, 66, 69, 66, 67, 64, 62, 62)))
    tune = sdk.Score((sdk.Track("tune", notes),), tempo=120.0)
    (score,) = of_kind(run(Composer, {"accompany": tune, "ensemble": "piano"}, RecordingContext(seed=1)), sdk.Score)
    assert score.tracks[0].notes == notes
    assert score.key == "D major"
    assert len(score.tracks) == 3


@pytest.mark.parametrize("meter", ["4/4", "3/4", "2/4", "6/8", "5/4"])
def test_every_metre_and_length_down_to_one_bar_works(meter: str) -> None:
    for bars in (1, 2, 3):
        values = {"length_in": "bars", "bars": bars, "meter": meter, "pace": "very-fast", "drums": "on"}
        (score,) = of_kind(run(Composer, values, RecordingContext(seed=bars)), sdk.Score)
        count, unit = map(int, meter.split("/"))
        assert score.meter == (count, unit)
        assert score.length <= bars * count * 4 / unit + 0.5


@pytest.mark.parametrize("prompt", ["", "🎹🎻", "a\0b", "x " * 50_000, "忧伤的钢琴圆舞曲"])
def test_any_prompt_runs(prompt: str) -> None:
    values = {"prompt": prompt, "length_in": "bars", "bars": 1, "pace": "very-fast"}
    assert of_kind(run(Composer, values, RecordingContext(seed=3)), sdk.Audio)


def test_a_missing_soundfont_is_named_at_its_field() -> None:
    with pytest.raises(sdk.UserError) as caught:
        run(Composer, {**SHORT, "soundfont": "/nowhere/at/all.sf2"})
    assert caught.value.param == "soundfont"


def test_examples_hold_valid_values() -> None:
    assert len(Composer.examples) >= 6
    spec = sdk.GeneratorSpec.of(Composer)
    for example in Composer.examples:
        assert spec.check(example.values)


def test_everything_shown_is_translated() -> None:
    texts = Plugin().studio_translations()["zh_CN"]
    spec = sdk.GeneratorSpec.of(Composer)
    shown = {spec.title, *spec.description.split("\n\n"), *(example.title for example in spec.examples)}
    for field in spec.fields:
        shown |= {field.label, field.help, field.group, field.unit, *(option.label for option in field.options)}
    missing = {text for text in shown if text and text not in texts}
    assert not missing
    assert all(texts.values())
    chinese = re.compile(r"[\u4e00-\u9fff]|^[A-G]$|^\d/\d$|^%$")
    assert all(chinese.search(text) for text in texts.values())


def test_importing_the_plugin_is_light() -> None:
    code = "import sys, studio_music; print(sorted({'numpy', 'scipy', 'torch', 'soundfile'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
