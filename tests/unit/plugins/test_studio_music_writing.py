"""What the composer writes: key, metre, form, harmony, voice-leading, melody, bass, drums."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

import studio.sdk as sdk
from studio.sdk.testing import RecordingContext
from studio_music import arrange, bass, drums, form, harmonize, harmony, melody, moods, settings, theory, voicing
from studio_music.arrange import Piece
from studio_music.composer import Composer
from studio_music.ensembles import ENSEMBLES
from studio_music.settings import Plan
from studio_music.theory import METERS, MODES, Key


def choices(**changed: object) -> SimpleNamespace:
    defaults = {field.name: field.default for field in Composer.Params.fields}
    return SimpleNamespace(**defaults | changed)


@cache
def written(seed: int, **changed: object) -> tuple[Plan, Piece]:
    ctx = RecordingContext(seed=seed)
    plan = settings.resolve(choices(**changed), ctx.rng)
    return plan, arrange.compose(plan, ctx.rng)


SAMPLE = [
    (seed, mode, meter)
    for seed, (mode, meter) in enumerate(zip([*MODES, *MODES], [*METERS, *METERS, "4/4", "3/4"], strict=True))
]


@pytest.mark.parametrize(("seed", "mode", "meter"), SAMPLE)
def test_plain_music_stays_in_its_key(seed: int, mode: str, meter: str) -> None:
    plan, piece = written(seed, mode=mode, meter=meter, complexity=0.0)
    allowed = set(plan.key.scale)
    if mode == "minor":
        allowed.add((plan.key.tonic + 11) % 12)
    for part in piece.parts:
        if part.role != "drums":
            assert {note.pitch % 12 for note in part.notes} <= allowed, part.role


@pytest.mark.parametrize(("seed", "mode", "meter"), SAMPLE)
def test_chords_fill_every_bar_and_notes_keep_within_the_piece(seed: int, mode: str, meter: str) -> None:
    plan, piece = written(seed, mode=mode, meter=meter, humanize=0.0)
    end = plan.bars * plan.meter.bar
    for here, there in zip(piece.spans, piece.spans[1:], strict=False):
        assert here.end == pytest.approx(there.start)
    assert piece.spans[0].start == 0
    assert piece.spans[-1].end == pytest.approx(end)
    for part in piece.parts:
        assert all(0 <= note.start < end and note.start + note.duration <= end + 0.25 for note in part.notes)


@pytest.mark.parametrize(("seed", "mode", "meter"), SAMPLE)
def test_voices_move_without_parallels_inside_their_ranges(seed: int, mode: str, meter: str) -> None:
    _, piece = written(seed, mode=mode, meter=meter, complexity=0.8)
    assert voicing.parallels(piece.voices) == 0
    for span, voices in zip(piece.spans, piece.voices, strict=True):
        assert list(voices) == sorted(voices)
        assert {pitch % 12 for pitch in voices} <= set(span.chord.tones)
        assert voices[0] % 12 == span.chord.bass
        for pitch, (low, high) in zip(voices, voicing.RANGES, strict=True):
            assert low <= pitch <= high


def test_parallels_are_noticed() -> None:
    assert voicing.parallels([(48, 55, 64, 72), (50, 57, 65, 74)]) > 0
    assert voicing.parallels([(48, 55, 64, 72), (48, 57, 65, 72)]) == 0


@pytest.mark.parametrize("mode", MODES)
def test_a_piece_ends_on_its_tonic_chord_with_the_tonic_on_top(mode: str) -> None:
    for seed in range(3):
        plan, piece = written(seed, mode=mode, form="aaba", length_in="bars", bars=16)
        last = piece.spans[-1]
        assert last.cadence
        assert last.chord.root == plan.key.tonic
        assert last.chord.bass == plan.key.tonic
        sung = [note for part in piece.parts if part.role == "melody" for note in part.notes]
        final = max(sung, key=lambda note: note.start)
        assert final.pitch % 12 == plan.key.tonic


def test_inner_phrases_end_openly_and_sections_return() -> None:
    key = Key(0, "major")
    sections = form.plan("aaba", 32)
    spans = harmony.compose(key, METERS["4/4"], sections, 0.0, 2.0, np.random.default_rng(1))
    closing = {span.start: span.chord.symbol for span in spans if span.cadence}
    assert closing[12.0] in {"V", "V7", "vi"}
    assert closing[28.0] == "I"
    first = [span.chord.symbol for span in spans if span.start < 32]
    third = [span.chord.symbol for span in spans if 96 <= span.start < 128]
    assert first == third


@pytest.mark.parametrize("name", form.FORMS)
def test_forms_sum_to_the_bars_asked_for(name: str) -> None:
    for bars in [*range(1, 50), 64, 97, 128, 200]:
        sections = form.plan(name, bars)
        assert sum(section.bars for section in sections) == bars
        starts = [section.start for section in sections]
        assert starts == sorted(starts)
        assert all(sum(phrase.bars for phrase in section.phrases) == section.bars for section in sections)


def test_melody_prefers_chord_tones_on_strong_beats_and_small_intervals() -> None:
    strong = held = steps = moves = 0
    for seed in range(8):
        plan, piece = written(seed, meter="4/4", humanize=0.0, drums="off")
        if plan.ensemble.swing != 0.5:
            continue
        part = next(part for part in piece.parts if part.role == "melody")
        for note in part.notes:
            if note.start % plan.meter.bar < 1e-6:
                strong += 1
                held += note.pitch % 12 in melody.harmony_at(piece.spans, note.start).tones
        intervals = np.abs(np.diff([note.pitch for note in part.notes]))
        steps += int((intervals <= 4).sum())
        moves += len(intervals)
    assert strong > 20
    assert held / strong > 0.9
    assert steps / moves > 0.7


def test_melody_stays_in_a_singable_range_and_never_overlaps_itself() -> None:
    for seed in range(8):
        _, piece = written(seed, humanize=0.0)
        for part in (part for part in piece.parts if part.role == "melody"):
            pitches = [note.pitch for note in part.notes]
            assert max(pitches) - min(pitches) <= 36
            assert all(21 <= pitch <= 108 for pitch in pitches)
            for here, there in zip(part.notes, part.notes[1:], strict=False):
                assert here.start + here.duration <= there.start + 0.06


def test_leaving_parts_out_changes_no_other_part() -> None:
    _, full = written(3, drums="on")
    _, bare = written(3, drums="off")
    kept = [part for part in full.parts if part.role != "drums"]
    assert tuple(kept) == bare.parts


@pytest.mark.parametrize("style", drums.STYLES)
@pytest.mark.parametrize("meter", METERS)
def test_drums_lie_on_the_grid_and_fill_before_new_sections(style: str, meter: str) -> None:
    beats = METERS[meter]
    sections = form.plan("aaba", 16)
    hits = drums.play(style, sections, beats, 0.5, np.random.default_rng(0))
    assert hits
    for start, drum, loud in hits:
        assert start * 8 == pytest.approx(round(start * 8), abs=1e-6)
        assert 0 < loud <= 1
        assert 35 <= drum <= 81
    assert max(start for start, _, _ in hits) < 16 * beats.bar


def test_humanised_drums_stay_within_twenty_milliseconds_of_the_grid() -> None:
    exact = {
        part.instrument: part.notes
        for part in written(2, ensemble="acoustic", humanize=0.0)[1].parts
        if part.role == "drums"
    }
    plan, loose = written(2, ensemble="acoustic", humanize=1.0)
    drummer = next(part for part in loose.parts if part.role == "drums")
    grid = sorted({note.start for note in exact["drums"]})
    slips = [min(abs(note.start - place) for place in grid) * 60 / plan.tempo for note in drummer.notes]
    assert max(slips) <= 0.0201
    assert max(slips) > 0.001


@pytest.mark.parametrize("style", bass.STYLES)
def test_bass_styles_fill_their_chord_and_keep_in_range(style: str) -> None:
    key = Key(7, "major")
    span = harmony.Span(4.0, 4.0, theory.chord("V7", key))
    ground = bass.Ground(span, 38, 43, METERS["4/4"], key, np.random.default_rng(0))
    events = bass.STYLES[style](ground)
    assert events[0][0] == 4.0
    assert events[0][2] % 12 == 2
    assert all(start >= 4.0 and start + length <= 8.01 for start, length, _, _ in events)
    assert all(bass.LOWEST - 2 <= pitch <= bass.HIGHEST for _, _, pitch, _ in events)


@pytest.mark.parametrize(
    ("symbol", "tones"),
    [("I", (0, 4, 7)), ("ii", (2, 5, 9)), ("V7", (7, 11, 2, 5)), ("bVI", (8, 0, 3)), ("viio", (11, 2, 5)),
     ("V7/V", (2, 6, 9, 0)), ("V7/bVII", (5, 9, 0, 3)), ("iv", (5, 8, 0))],
)  # fmt: skip
def test_roman_numerals(symbol: str, tones: tuple[int, ...]) -> None:
    assert theory.chord(symbol, Key(0, "major")).tones == tones


def test_unknown_numerals_are_refused() -> None:
    with pytest.raises(ValueError, match="numeral"):
        theory.chord("VIII", Key(0, "major"))


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("a sad waltz for piano in D minor, slow",
         {"mood": "melancholy", "meter": "3/4", "ensemble": "piano", "key": "D", "mode": "minor", "pace": "slow"}),
        ("雨天的低保真音乐", {"mood": "melancholy", "ensemble": "lo-fi"}),
        ("rondo in F# major", {"form": "rondo", "key": "F#", "mode": "major"}),
        ("caterpillar", {}),
    ],
)  # fmt: skip
def test_words_in_the_prompt_choose(prompt: str, found: dict[str, str]) -> None:
    assert moods.read_prompt(prompt) == found


def test_explicit_choices_win_over_the_prompt() -> None:
    plan, _ = written(0, prompt="a sad waltz in D minor", meter="4/4", key="G")
    assert plan.meter == METERS["4/4"]
    assert plan.key == Key(7, "minor")
    assert plan.mood_name == "melancholy"


def test_length_in_seconds_is_met_within_half_a_second() -> None:
    for seconds in (12.0, 38.0, 90.0):
        plan, _ = written(4, seconds=seconds)
        assert plan.seconds == pytest.approx(seconds, abs=0.5)


def _tune(*pitches: int, tonic: int = 0) -> sdk.Score:
    notes = tuple(sdk.Note(float(index), 1.0, pitch + tonic) for index, pitch in enumerate(pitches))
    return sdk.Score((sdk.Track("tune", notes),), tempo=100.0)


def test_the_key_of_a_melody_is_found() -> None:
    tune = _tune(60, 60, 67, 67, 69, 69, 67, 65, 65, 64, 64, 62, 62, 60)
    assert harmonize.key_of(harmonize.melody_of(tune)) == Key(0, "major")
    higher = _tune(60, 60, 67, 67, 69, 69, 67, 65, 65, 64, 64, 62, 62, 60, tonic=3)
    assert harmonize.key_of(harmonize.melody_of(higher)) == Key(3, "major")


def test_an_accompaniment_keeps_the_melody_and_holds_most_of_its_notes() -> None:
    from studio_music import accompany

    tune = _tune(60, 60, 67, 67, 69, 69, 67, 67, 65, 65, 64, 64, 62, 62, 60, 60)
    params = choices(accompany=tune, mood="calm")
    ctx = RecordingContext(seed=1)
    plan, piece = accompany.compose(settings.resolve(params, ctx.rng), params, ctx.rng)
    assert plan.key == Key(0, "major")
    assert plan.tempo == 100.0
    assert next(part for part in piece.parts if part.role == "melody").notes == tune.tracks[0].notes
    held = [note.pitch % 12 in melody.harmony_at(piece.spans, note.start).tones for note in tune.tracks[0].notes]
    assert sum(held) / len(held) > 0.6
    assert piece.spans[-1].chord.root == 0


def test_a_score_without_notes_is_refused_at_its_field() -> None:
    with pytest.raises(sdk.UserError) as caught:
        harmonize.melody_of(sdk.Score((sdk.Track("drums", (sdk.Note(0, 1, 36),), drums=True),)))
    assert caught.value.param == "accompany"


def test_every_ensemble_is_offered_and_writes_something_for_every_part() -> None:
    offered = {option.value for field in Composer.Params.fields if field.name == "ensemble" for option in field.options}
    assert offered == {"auto", *ENSEMBLES}
    for name in ENSEMBLES:
        _, piece = written(1, ensemble=name, length_in="bars", bars=8, drums="on")
        assert {part.role for part in piece.parts} == {"melody", "chords", "bass", "drums"}
