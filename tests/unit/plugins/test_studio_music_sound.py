"""How the composer sounds: pitch, envelopes, loudness, peaks, room, SoundFonts."""

from __future__ import annotations

import struct
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import studio.sdk as sdk
from studio.sdk.testing import run
from studio_music.composer import Composer
from studio_music.play import PlayScore
from studio_music.synth import loudness, master, modal, plucked, sampler, signal
from studio_music.synth.drumkit import KIT
from studio_music.synth.mixer import Mixer, Room
from studio_music.synth.patches import PATCHES
from studio_music.synth.reverb import Reverb
from studio_music.synth.sf2 import SoundFont
from studio_music.synth.signal import SAMPLE_RATE

REGISTER = {"finger_bass": 40, "upright_bass": 40, "synth_bass": 40, "contrabass": 40, "cello": 50, "music_box": 78,
            "celesta": 80, "flute": 76}  # fmt: skip


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def mono(sound: Any) -> Any:
    return sound.mean(axis=1) if sound.ndim == 2 else sound


def spectrum_peak(sound: Any, near: float) -> float:
    """Frequency of the strongest partial within a semitone of `near`, by parabolic interpolation."""
    size = 1 << 19
    lines = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size))
    hertz = np.arange(len(lines)) * SAMPLE_RATE / size
    window = np.flatnonzero((hertz > near * 0.945) & (hertz < near * 1.058))
    top = window[lines[window].argmax()]
    left, middle, right = np.log(lines[top - 1 : top + 2] + 1e-12)
    return float((top + 0.5 * (left - right) / (left - 2 * middle + right)) * SAMPLE_RATE / size)


@pytest.mark.parametrize("name", PATCHES)
def test_instruments_are_in_tune_finite_and_end_in_silence(name: str) -> None:
    patch = PATCHES[name]
    pitch = REGISTER.get(name, 62)
    hertz = 440 * 2 ** ((pitch - 69) / 12)
    sound = mono(patch.render(hertz, 0.6, 1.2, rng()))
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() > 0.05
    assert abs(float(sound[0])) < 0.01
    assert abs(float(sound[-1])) < 0.01
    cents = 1200 * np.log2(spectrum_peak(sound[6000:54_000], hertz) / hertz)
    assert abs(cents) < (1.0 if patch.rings else 15.0)
    assert abs(float(sound.mean())) < 2e-3


@pytest.mark.parametrize("name", ["piano", "guitar", "epiano", "horn", "violin", "synth_bass"])
def test_playing_harder_sounds_brighter(name: str) -> None:
    def centroid(velocity: float) -> float:
        sound = mono(PATCHES[name].render(196.0, velocity, 0.8, rng()))
        power = np.abs(np.fft.rfft(sound)) ** 2
        return float((power * np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)).sum() / power.sum())

    assert centroid(0.95) > 1.05 * centroid(0.25)


@pytest.mark.parametrize("name", ["piano", "guitar", "harp", "music_box", "kalimba", "vibraphone"])
def test_struck_and_plucked_notes_fade_and_high_ones_fade_faster(name: str) -> None:
    def fall(hertz: float) -> float:
        sound = mono(PATCHES[name].render(hertz, 0.6, 1.5, rng()))
        early, late = sound[4800:14_400], sound[-19_200:-9600]
        return 10 * float(np.log10(np.mean(early**2) / np.mean(late**2)))

    assert 1.0 < fall(220.0) < fall(880.0)


def test_sums_of_decaying_sines_match_the_plain_formula() -> None:
    hertz, weights, rates = np.array([300.0, 1234.5]), np.array([0.5 - 0.5j, 0.3j]), np.array([2.0, 30.0])
    now = np.arange(5000) / SAMPLE_RATE
    plain = sum(
        (weight * np.exp((-rate + 2j * np.pi * hz) * now)).real
        for hz, weight, rate in zip(hertz, weights, rates, strict=True)
    )
    assert np.allclose(modal.decaying_sines(hertz, weights, rates, 5000), plain, atol=1e-5)


def test_both_ways_to_run_the_string_loop_agree() -> None:
    delay, taps = plucked.loop(plucked.NYLON, SAMPLE_RATE / 150)
    assert delay >= 110
    excitation = rng().standard_normal(4000).astype(np.float32)
    blockwise = plucked._resonate(excitation, delay, taps)
    slow = excitation.astype(float).copy()
    for index in range(len(slow)):
        for tap, weight in enumerate(taps):
            if index - delay - tap >= 0:
                slow[index] += weight * slow[index - delay - tap]
    assert np.allclose(blockwise, slow, atol=1e-3)


@pytest.mark.parametrize("number", KIT)
def test_drums_are_clean_and_differ_between_takes(number: int) -> None:
    drum, level, _ = KIT[number]
    one, other = drum(0.8, np.random.default_rng(1)), drum(0.8, np.random.default_rng(2))
    assert np.isfinite(one).all()
    assert 0 < level <= 1
    assert np.abs(one[0]).max() < 1e-3
    assert np.abs(one[-1]).max() < 0.02 * np.abs(one).max()
    assert number == 41 or number == 45 or number == 48 or not np.array_equal(one, other)


def test_loudness_meets_the_reference_of_bs1770() -> None:
    now = np.arange(5 * SAMPLE_RATE) / SAMPLE_RATE
    tone = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * now)
    both = np.stack([tone, tone], axis=1)
    assert loudness.integrated(both) == pytest.approx(-23.0, abs=0.1)
    assert loudness.integrated(both * 0) == loudness.SILENCE


def test_true_peaks_between_frames_are_seen() -> None:
    now = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * SAMPLE_RATE / 4 * now + np.pi / 4).astype(np.float32)[:, None]
    assert np.abs(tone).max() < 0.72
    assert loudness.true_peaks(tone)[1000:-1000].max() == pytest.approx(1.0, abs=0.02)


def test_mastering_reaches_the_target_without_passing_the_ceiling() -> None:
    sound = 0.05 * rng().standard_normal((6 * SAMPLE_RATE, 2)).astype(np.float32)
    sound[::24_000] *= 30
    done = sound * master.gain_curve(sound, lambda: None)[:, None]
    assert loudness.integrated(done) == pytest.approx(master.TARGET, abs=1.0)
    assert loudness.true_peaks(done).max() <= master.CEILING + 1e-3


@pytest.mark.parametrize("tape", [False, True])
def test_mastering_a_long_piece_in_pieces_is_mastering_it_as_a_whole(
    tape: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = 0.05 * rng().standard_normal((3 * SAMPLE_RATE + 77, 2)).astype(np.float32)
    sound[::24_000] *= 30
    masters = []
    for size in (100, 3):  # tenths of a second: all at once, and eleven pieces
        monkeypatch.setattr(signal, "PIECE", size * SAMPLE_RATE // 10)
        mix = sound.copy()
        master.equalise(mix, tape=tape)
        masters.append(mix * master.gain_curve(mix, lambda: None)[:, None])
    assert np.abs(masters[0]).max() > 0.5
    np.testing.assert_allclose(masters[1], masters[0], atol=2e-6)


def test_mastering_needs_little_more_memory_than_the_piece_itself() -> None:
    mixer = Mixer([], 120.0, 60.0, Room(1.0, 0.2, tape=False), stems=False)
    mixer._dry[0][:] = 0.2 * rng().standard_normal((mixer.frames, 2), dtype=np.float32)
    tracemalloc.start()
    mix, _ = mixer.mastered(lambda: None)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3 * mix.nbytes  # 2.0; 6.5 when all was done at full length at once


def test_mastering_silence_gives_silence() -> None:
    quiet = np.zeros((SAMPLE_RATE, 2), dtype=np.float32)
    assert np.isfinite(master.gain_curve(quiet, lambda: None)).all()


def test_the_room_decays_in_its_time_whatever_the_block_size() -> None:
    click = np.zeros((3 * SAMPLE_RATE, 2), dtype=np.float32)
    click[0] = 1
    whole = Reverb(1.5).process(click)
    room = Reverb(1.5)
    pieces = np.concatenate([room.process(piece) for piece in np.array_split(click, 7)])
    assert np.allclose(whole, pieces, atol=1e-5)
    left = np.cumsum(whole[::-1].astype(float).sum(axis=1) ** 2)[::-1]
    decibels = 10 * np.log10(left / left[0] + 1e-15)
    start, end = np.argmax(decibels < -10), np.argmax(decibels < -40)
    assert 2 * (end - start) / SAMPLE_RATE == pytest.approx(1.5, rel=0.35)


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def soundfont(path: Path, *, loop: tuple[int, int] = (0, 480), generator: tuple[int, int] = (54, 1)) -> Path:
    """A SoundFont with one preset: a looped 1 kHz sine at 48 kHz, its root key 84."""
    wave = (12_000 * np.sin(2 * np.pi * np.arange(480) * 10 / 480)).astype("<i2").tobytes()
    name = b"x".ljust(20, b"\0")
    tables = {
        b"phdr": struct.pack("<20sHHHIII", name, 0, 0, 0, 0, 0, 0) + struct.pack("<20sHHHIII", name, 0, 0, 1, 0, 0, 0),
        b"pbag": struct.pack("<HHHH", 0, 0, 1, 0),
        b"pmod": b"\0" * 10,
        b"pgen": struct.pack("<HHHH", 41, 0, 0, 0),
        b"inst": struct.pack("<20sH20sH", name, 0, name, 1),
        b"ibag": struct.pack("<HHHH", 0, 0, 2, 0),
        b"imod": b"\0" * 10,
        b"igen": struct.pack("<HhHHHH", *generator, 53, 0, 0, 0),
        b"shdr": struct.pack("<20sIIIIIBbHH", name, 0, 480, *loop, 48_000, 84, 0, 0, 1)
        + struct.pack("<20sIIIIIBbHH", name, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    body = b"sfbk"
    body += chunk(b"LIST", b"INFO" + chunk(b"ifil", struct.pack("<HH", 2, 4)))
    body += chunk(b"LIST", b"sdta" + chunk(b"smpl", wave + b"\0" * 92))
    body += chunk(b"LIST", b"pdta" + b"".join(chunk(key, data) for key, data in tables.items()))
    path.write_bytes(chunk(b"RIFF", body))
    return path


def test_a_soundfont_plays_in_tune_and_loops(tmp_path: Path) -> None:
    font = SoundFont(soundfont(tmp_path / "sine.sf2"))
    for pitch in (72, 84, 91):
        sound = sampler.play(font, 0, pitch, 100, 1.0, drums=False)
        hertz = 1000 * 2 ** ((pitch - 84) / 12)
        assert abs(1200 * np.log2(spectrum_peak(sound[:48_000, 0], hertz) / hertz)) < 1.0
        assert np.abs(sound[40_000:47_000]).max() > 0.05
        assert np.abs(sound[-1]).max() < 1e-3


def test_missing_programs_use_another_preset_and_missing_drums_are_silent(tmp_path: Path) -> None:
    font = SoundFont(soundfont(tmp_path / "sine.sf2"))
    assert np.abs(sampler.play(font, 40, 84, 100, 0.2, drums=False)).max() > 0.01
    assert not np.abs(sampler.play(font, 0, 36, 100, 0.2, drums=True)).any()


@pytest.mark.parametrize("loop", [(0, 0), (400, 100), (0, 2**31), (4_000_000_000, 4_000_000_100)])
def test_nonsense_loops_are_ignored(tmp_path: Path, loop: tuple[int, int]) -> None:
    font = SoundFont(soundfont(tmp_path / "sine.sf2", loop=loop))
    assert np.isfinite(sampler.play(font, 0, 84, 100, 0.3, drums=False)).all()


def test_truncated_soundfonts_are_refused_in_plain_words(tmp_path: Path) -> None:
    whole = soundfont(tmp_path / "whole.sf2").read_bytes()
    cut = tmp_path / "cut.sf2"
    for length in range(0, len(whole) - 1, 37):
        cut.write_bytes(whole[:length])
        with pytest.raises(sdk.UserError, match="SoundFont") as caught:
            SoundFont(cut)
        assert caught.value.param == "soundfont"


def test_mutated_soundfonts_play_or_are_refused(tmp_path: Path) -> None:
    whole = bytearray(soundfont(tmp_path / "whole.sf2").read_bytes())
    chance = np.random.default_rng(5)
    tables = whole.index(b"pdta")
    broken = tmp_path / "broken.sf2"
    refused = 0
    for _ in range(300):
        mutant = bytearray(whole)
        for _ in range(int(chance.integers(1, 6))):
            place = int(chance.integers(tables if chance.random() < 0.8 else 0, len(mutant)))
            mutant[place] = int(chance.integers(256))
        broken.write_bytes(mutant)
        try:
            sound = sampler.play(SoundFont(broken), 0, 84, 100, 0.05, drums=False)
        except sdk.UserError:
            refused += 1
            continue
        assert np.isfinite(sound).all()
        assert len(sound) < 20 * SAMPLE_RATE
    assert 0 < refused < 300


def test_missing_and_foreign_files_are_refused(tmp_path: Path) -> None:
    text = tmp_path / "words.sf2"
    text.write_text("no SoundFont at all, just words that go on for a while")
    for path in (text, tmp_path / "nowhere.sf2", tmp_path):
        with pytest.raises(sdk.UserError):
            SoundFont(path)


def test_the_composer_plays_with_a_chosen_soundfont(tmp_path: Path) -> None:
    path = soundfont(tmp_path / "sine.sf2")
    values = {"soundfont": str(path), "length_in": "bars", "bars": 1, "pace": "very-fast", "ensemble": "acoustic"}
    (recording,) = [made for made in run(Composer, values) if isinstance(made, sdk.Audio)]
    assert np.isfinite(recording.samples).all()
    assert loudness.integrated(recording.samples) == pytest.approx(-16.0, abs=1.5)


def test_a_score_asks_a_soundfont_for_the_programs_that_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    zones = SoundFont.zones

    def noted(font: SoundFont, program: int, *, drums: bool) -> Any:
        asked.append(program)
        return zones(font, program, drums=drums)

    monkeypatch.setattr(SoundFont, "zones", noted)
    values = {
        "score": sdk.Score((sdk.Track("Saxophone", (sdk.Note(0.0, 0.8, 84),), 65),), 60.0),
        "soundfont": str(soundfont(tmp_path / "sine.sf2")),
    }
    (recording,) = [made for made in run(PlayScore, values) if isinstance(made, sdk.Audio)]
    assert spectrum_peak(mono(recording.samples)[4800:36_000], 1000) == pytest.approx(1000, abs=2)
    assert set(asked) == {65}
    run(PlayScore, {**values, "sound": "organ"})
    assert set(asked) == {65, PATCHES["organ"].program}
    with pytest.raises(sdk.UserError) as caught:
        run(PlayScore, {**values, "soundfont": str(tmp_path / "nowhere.sf2")})
    assert caught.value.param == "soundfont"
