"""Playing a score: what is heard is what is written, at the speed, pitch, force and in the room the artist chose."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext, run
from studio_music import Plugin, scoreplaying
from studio_music.play import AS_WRITTEN, PlayScore
from studio_music.synth import loudness, orchestra
from studio_music.synth.patches import PATCHES
from studio_music.synth.signal import SAMPLE_RATE

SECOND = SAMPLE_RATE


def score_of(*notes: sdk.Note, tempo: float = 60.0, program: int = 0, **more: Any) -> sdk.Score:
    """One track at a quarter note a second."""
    return sdk.Score((sdk.Track("Part", notes, program),), tempo, **more)


def played(score: sdk.Score, ctx: RecordingContext | None = None, **values: Any) -> Any:
    """The recording in mono; dry unless told otherwise."""
    made = run(PlayScore, {"room": "dry", "score": score, **values}, ctx)
    (audio,) = [each for each in made if isinstance(each, sdk.Audio)]
    assert audio.sample_rate == SAMPLE_RATE
    assert np.isfinite(audio.samples).all()
    return audio.samples.mean(axis=1)


def level(sound: Any, start: float, end: float) -> float:
    """Loudness of a stretch in decibels."""
    part = sound[round(start * SECOND) : round(end * SECOND)]
    return float(10 * np.log10(np.mean(part**2) + 1e-12))


def pitch_of(sound: Any, start: float, end: float) -> float:
    """The MIDI pitch whose first partials hold most of a stretch's energy."""
    part = sound[round(start * SECOND) : round(end * SECOND)]
    lines = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 17))
    hertz = np.arange(len(lines)) * SAMPLE_RATE / (1 << 17)
    strongest = hertz[(hertz > 20).argmax() + lines[hertz > 20].argmax()]
    return float(69 + 12 * np.log2(strongest / 440))


def onset(sound: Any, after: float = 0.0) -> float:
    """When the first sound after a moment begins, seconds."""
    first = np.abs(sound[round(after * SECOND) :]) > 0.1 * np.abs(sound).max()
    return after + float(first.argmax()) / SECOND


def test_notes_sound_when_and_as_high_as_they_are_written() -> None:
    sound = played(score_of(sdk.Note(0.5, 0.3, 60), sdk.Note(2.0, 0.3, 72), program=73))  # a flute
    assert level(sound, 0.0, 0.48) < -80
    assert onset(sound) == pytest.approx(0.5, abs=0.06)
    assert onset(sound, 1.5) == pytest.approx(2.0, abs=0.06)
    assert level(sound, 1.4, 1.9) < level(sound, 0.5, 0.8) - 40
    assert pitch_of(sound, 0.58, 0.8) == pytest.approx(60, abs=0.3)
    assert pitch_of(sound, 2.08, 2.3) == pytest.approx(72, abs=0.3)


def test_speed_changes_the_length_and_keeps_the_pitch() -> None:
    score = score_of(sdk.Note(0.0, 0.8, 69), sdk.Note(2.0, 0.8, 69), program=71)
    plain, quick = played(score), played(score, speed=200.0)
    tail = scoreplaying.ROOMS["dry"][1]
    assert len(plain) / SECOND == pytest.approx(2.8 + tail, abs=0.01)
    assert len(quick) / SECOND == pytest.approx(1.4 + tail, abs=0.01)
    assert onset(quick, 0.7) == pytest.approx(1.0, abs=0.05)
    assert pitch_of(quick, 0.1, 0.3) == pytest.approx(69, abs=0.3)


def test_the_notes_are_given_as_they_are_played() -> None:
    notes = (sdk.Note(0.0, 0.5, 60), sdk.Note(1.0, 0.5, 64))
    kit = sdk.Track("Kit", (sdk.Note(0.0, 0.1, 36),), drums=True)
    written = sdk.Score((sdk.Track("Flöte", notes, 73), kit), 60.0, (3, 4), "C major", title="Song")
    first, *_ = run(PlayScore, {"score": written, "speed": 200.0, "transpose": 2})
    assert isinstance(first, sdk.Score)
    assert (first.tempo, first.meter, first.key, first.title) == (120.0, (3, 4), "D major", "Song")
    assert [scoreplaying.transposed(key, -1) for key in ("C minor", "G# minor", "")] == ["B minor", "G# minor", ""]
    flute, drums = first.tracks
    assert (flute.program, [note.pitch for note in flute.notes]) == (73, [62, 66])
    assert (drums.drums, drums.notes) == (True, kit.notes)


def test_transposing_moves_pitched_tracks_and_leaves_drums() -> None:
    score = score_of(sdk.Note(0.0, 0.8, 69), program=73)
    assert pitch_of(played(score, transpose=5), 0.2, 0.7) == pytest.approx(74, abs=0.3)
    assert pitch_of(played(score, transpose=-12), 0.2, 0.7) == pytest.approx(57, abs=0.3)
    drums = sdk.Score((sdk.Track("Drums", (sdk.Note(0.0, 0.1, 36), sdk.Note(1.0, 0.1, 42)), drums=True),), 60.0)
    np.testing.assert_array_equal(played(drums), played(drums, transpose=7, sound="organ"))


def test_pitches_outside_the_range_come_back_by_octaves() -> None:
    assert [scoreplaying.folded(pitch) for pitch in (-1, -13, 0, 127, 128, 139, 163)] == [11, 11, 0, 127, 116, 127, 127]
    score = score_of(sdk.Note(0.0, 0.5, 0), sdk.Note(0.0, 0.5, 127))
    for steps in (-36, 36):
        (part,) = scoreplaying.parts_of(score.tracks, "piano", steps)
        assert [(note.pitch - pitch - steps) % 12 for note, pitch in zip(part.notes, (0, 127), strict=True)] == [0, 0]
        assert all(0 <= note.pitch <= 127 for note in part.notes)
        assert np.abs(played(score, transpose=steps)).max() > 0.01


def test_harder_notes_are_louder() -> None:
    notes = [sdk.Note(float(beat), 0.5, 64, force) for beat, force in enumerate((30, 60, 90, 120))]
    sound = played(score_of(*notes))
    levels = [level(sound, beat, beat + 0.5) for beat in range(4)]
    assert all(after > before + 1.5 for before, after in pairwise(levels))


def test_the_room_goes_on_sounding_after_the_note() -> None:
    score = score_of(sdk.Note(0.0, 0.3, 64))
    after = [level(played(score, room=room), 1.2, 1.7) for room in ("dry", "room", "hall", "church")]
    assert all(farther > nearer + 3 for nearer, farther in pairwise(after))


def test_the_recording_is_mastered_streams_and_has_the_scores_title() -> None:
    score = score_of(*(sdk.Note(float(beat), 0.9, 60 + beat) for beat in range(8)), tempo=120.0, title="Scale")
    ctx = RecordingContext(seed=1)
    made = run(PlayScore, {"score": score}, ctx)
    (audio,) = [each for each in made if isinstance(each, sdk.Audio)]
    assert audio.title == "Scale"
    assert loudness.integrated(audio.samples) == pytest.approx(-16.0, abs=1.5)
    assert np.abs(audio.samples).max() <= 1
    chunks = [part for part in made if isinstance(part, sdk.AudioChunk)]
    assert len(chunks) > 2
    assert sum(len(part.samples) for part in chunks) == len(audio.samples)
    assert ctx.steps[-1][:2] == (100, 100)
    assert ctx.previews


def test_the_same_request_gives_the_same_bytes_and_a_human_touch_asks_the_seed() -> None:
    score = score_of(*(sdk.Note(beat / 2, 0.4, 60 + beat) for beat in range(4)), tempo=120.0)
    np.testing.assert_array_equal(played(score), played(score))
    first, again, other = (played(score, RecordingContext(seed=seed), humanize=1.0) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_instrument_that_is_offered_plays() -> None:
    field = sdk.GeneratorSpec.of(PlayScore).field("sound")
    assert field is not None
    offered = {option.value: option.label for option in field.options if option.value != AS_WRITTEN}
    assert offered == {name: patch.label for name, patch in PATCHES.items() if name in offered}
    assert set(offered) == set(PATCHES) - {"violin2"}  # which differs from the violins in its seat alone
    score = score_of(sdk.Note(0.0, 0.5, 60), tempo=240.0)
    for name in offered:
        assert level(played(score, sound=name), 0.0, 0.3) > -40, name


def test_every_general_midi_program_has_an_instrument_and_the_studios_own_come_back() -> None:
    assert len(scoreplaying.INSTRUMENTS) == 128
    assert set(scoreplaying.INSTRUMENTS) <= set(PATCHES)
    for patch in PATCHES.values():
        assert PATCHES[scoreplaying.INSTRUMENTS[patch.program]].program == patch.program


def test_as_written_differs_by_program_and_one_instrument_does_not() -> None:
    flute, organ = (score_of(sdk.Note(0.0, 1.0, 69), program=program) for program in (73, 19))
    assert not np.array_equal(played(flute), played(organ))
    np.testing.assert_array_equal(played(flute, sound="harp"), played(organ, sound="harp"))


def line(pitch: int, beats: int = 8) -> tuple[sdk.Note, ...]:
    return tuple(sdk.Note(float(beat), 1.05, pitch + beat % 3) for beat in range(beats))


def chord(pitch: int) -> tuple[sdk.Note, ...]:
    return tuple(sorted(sdk.Note(float(beat), 1.0, pitch + step) for beat in range(4) for step in (0, 4, 7)))


@pytest.mark.parametrize(
    ("tracks", "roles"),
    [
        ([(line(72), False)], ["melody"]),
        ([(line(36), False)], ["melody"]),
        ([(chord(60), False), (line(40), False), (line(76), False), (line(38), True)],
         ["chords", "bass", "melody", "drums"]),
        ([(line(76), False), (chord(40), False)], ["melody", "chords"]),
        ([(line(76), False), (line(60), False)], ["melody", "chords"]),
        ([(line(38), True)], ["drums"]),
    ],
)  # fmt: skip
def test_the_highest_track_leads_and_a_low_line_is_the_bass(tracks: list[Any], roles: list[str]) -> None:
    made = [sdk.Track("", notes, drums=drums) for notes, drums in tracks]
    assert scoreplaying.roles_of(made) == roles


def test_one_low_track_alone_is_heard_as_loud_as_any() -> None:
    sound = played(score_of(*line(36, 3), program=32, tempo=120.0))
    assert level(sound, 0.0, 1.0) > -30


def test_tracks_without_notes_are_left_out_and_the_same_instrument_is_one_part() -> None:
    tracks = [sdk.Track("", line(pitch, 2), 48) for pitch in (50, 55, 76)]
    parts = scoreplaying.parts_of(tracks, AS_WRITTEN, 0)
    assert [(part.role, part.instrument, len(part.notes)) for part in parts] == [
        ("bass", "strings", 2), ("chords", "strings", 2), ("melody", "strings", 2)
    ]  # fmt: skip
    full = sdk.Score((sdk.Track("", ()), *tracks[2:], sdk.Track("", (), drums=True)), 240.0)
    np.testing.assert_array_equal(played(full), played(sdk.Score(tuple(tracks[2:]), 240.0)))


def test_an_empty_score_is_refused_at_its_field() -> None:
    for score in (sdk.Score(()), sdk.Score((sdk.Track("Nothing", ()),))):
        with pytest.raises(sdk.UserError, match="no notes") as caught:
            run(PlayScore, {"score": score})
        assert caught.value.param == "score"


def test_a_score_that_lasts_for_hours_is_refused_before_anything_is_played() -> None:
    endless = score_of(sdk.Note(0.0, 1.0, 60), sdk.Note(1500.0, 1.0, 60))
    ctx = RecordingContext()
    with pytest.raises(sdk.UserError, match="25 minutes, and at most 20") as caught:
        run(PlayScore, {"score": endless}, ctx)
    assert caught.value.param == "score"
    assert len(ctx.steps) == 1
    with pytest.raises(sdk.UserError, match="100 minutes"):
        run(PlayScore, {"score": endless, "speed": 25.0})


def test_odd_metres_notes_at_once_and_long_notes_are_played() -> None:
    cluster = tuple(sdk.Note(0.0, 0.2, pitch, 1 + pitch) for pitch in range(0, 127, 9))
    for meter in ((1, 64), (255, 1)):
        assert np.abs(played(score_of(*cluster, sdk.Note(0.0, 40.0, 50), tempo=960.0, meter=meter))).max() > 0.1
    held = played(score_of(sdk.Note(0.0, 12.0, 50), sdk.Note(0.0, 12.0, 50), program=19, tempo=60.0))
    assert level(held, 8.0, 9.5) > -40


def test_what_was_rendered_long_ago_is_forgotten_and_rendered_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    notes = [sdk.Note(0.0, 1.0, pitch) for pitch in (60, 64, 67)]
    player = orchestra.Synth(PATCHES["organ"], [(note, 1.0) for note in notes])
    first = [player.sound(note, 1.0, 0).copy() for note in notes]
    monkeypatch.setattr(orchestra, "_KEPT_BYTES", first[0].nbytes)
    small = orchestra.Synth(PATCHES["organ"], [(note, 1.0) for note in notes])
    for _ in range(2):
        for note, sound in zip(notes, first, strict=True):
            np.testing.assert_array_equal(small.sound(note, 1.0, 0), sound)
            assert small._memory._bytes <= first[0].nbytes
            assert len(small._memory._made) == 1


def test_everything_shown_is_translated() -> None:
    texts = Plugin().studio_translations()["zh_CN"]
    spec = sdk.GeneratorSpec.of(PlayScore)
    shown = {spec.title, *spec.description.split("\n\n")}
    for field in spec.fields:
        shown |= {field.label, field.help, field.group, field.unit, *(option.label for option in field.options)}
    assert not {text for text in shown if text and text not in texts}
