"""Playing a SoundFont's samples: pitch, loop, envelope, filter and place as the file's generators ask."""

from __future__ import annotations

import numpy as np

from studio_music.synth.sf2 import DEFAULTS, SoundFont, Zone
from studio_music.synth.signal import SAMPLE_RATE, Signal, fade_edges, filtered, frames, stereo, times

_LONGEST_RELEASE = 3.0


def play(font: SoundFont, program: int, pitch: int, velocity: int, seconds: float, *, drums: bool) -> Signal:
    """A note from a SoundFont, float32 [frames, 2]; silence where no zone answers.

    Args:
        font: the SoundFont.
        program: General MIDI program.
        pitch: MIDI note number.
        velocity: 1…127.
        seconds: how long the key is held.
        drums: whether to use the drum kit.
    """
    out = np.zeros((frames(seconds), 2), dtype=np.float32)
    sounding = [zone for zone in font.zones(program, drums=drums) if zone.answers(pitch, velocity)]
    for zone in sounding[:8]:
        part = _zone(font, zone, pitch, velocity, seconds)
        if len(part) > len(out):
            part[: len(out)] += out
            out = part
        else:
            out[: len(part)] += part
    return out


def _amount(zone: Zone, operator: int) -> int:
    return zone.generators.get(operator, DEFAULTS.get(operator, 0))


def _seconds(zone: Zone, operator: int) -> float:
    """A time generator's timecents as seconds."""
    return float(2.0 ** (min(8000, max(-12_000, _amount(zone, operator))) / 1200))


def _zone(font: SoundFont, zone: Zone, pitch: int, velocity: int, seconds: float) -> Signal:
    samples = font.samples(zone.sample)
    loud = _envelope(zone, seconds)
    tone = _resampled(font, zone, samples, pitch, len(loud))
    loud = loud[: len(tone)]
    cutoff = 8.176 * 2 ** (min(13_500, max(1500, _amount(zone, 8))) / 1200)
    if cutoff < 16_000:
        tone = filtered(tone, "low", cutoff)
    level = 10 ** (-0.4 * max(0, _amount(zone, 48)) / 200) * (velocity / 127) ** 0.6
    pan = min(500, max(-500, _amount(zone, 17))) / 1000 + 0.5
    tone = fade_edges(tone * loud * np.float32(level), 0.0005, 0.004)
    return stereo(tone * np.float32(np.cos(pan * np.pi / 2)), tone * np.float32(np.sin(pan * np.pi / 2)))


def _resampled(font: SoundFont, zone: Zone, samples: Signal, pitch: int, count: int) -> Signal:
    """The sample at the right pitch, looped if it loops, linearly interpolated."""
    row = font.header(zone.sample)
    root = _amount(zone, 58)
    root = root if 0 <= root <= 127 else int(row["pitch"]) if int(row["pitch"]) <= 127 else 60
    cents = (pitch - root) * _amount(zone, 56) + 100 * _amount(zone, 51) + _amount(zone, 52) + int(row["correction"])
    rate = min(192_000, max(400, int(row["rate"])))
    ratio = rate / SAMPLE_RATE * 2.0 ** (min(9600, max(-9600, cents)) / 1200)
    first, last = _loop(zone, row, len(samples))
    place = np.arange(count) * ratio
    if _amount(zone, 54) & 1 and last - first >= 8:
        place = np.where(place >= last, first + np.mod(place - first, last - first), place)
        index = place.astype(np.int64)
        after = np.where(index + 1 >= last, first, index + 1)
    else:
        place = place[place < len(samples) - 1]
        index = place.astype(np.int64)
        after = index + 1
    share = (place - index).astype(np.float32)
    after = np.minimum(after, len(samples) - 1)
    return np.asarray(samples[index] * (1 - share) + samples[after] * share, dtype=np.float32)


def _loop(zone: Zone, row: Signal, size: int) -> tuple[int, int]:
    """First frame of the loop and the one after its last, relative to the sample, inside it."""
    base = 0 if int(row["type"]) & 0x10 else int(row["start"])
    first = int(row["loop_start"]) - base + _amount(zone, 2) + 32_768 * _amount(zone, 45)
    last = int(row["loop_end"]) - base + _amount(zone, 3) + 32_768 * _amount(zone, 50)
    if not 0 <= first < last <= size:
        return 0, 0
    return first, last


def _envelope(zone: Zone, seconds: float) -> Signal:
    """The volume envelope: delay, linear attack, hold, decay in decibels, sustain, release in decibels."""
    delay, attack, hold, decay = (_seconds(zone, operator) for operator in (33, 34, 35, 36))
    release = min(_LONGEST_RELEASE, _seconds(zone, 38) + 0.01)
    sustain = min(1000, max(0, _amount(zone, 37))) / 10
    now = times(frames(seconds))
    rise = np.clip((now - delay) / attack, 0, 1)
    fall = np.clip((now - delay - attack - hold) / decay * 100, 0, sustain)
    body = rise * 10 ** (-fall / 20)
    tail = body[-1] * 10 ** (-np.linspace(0, 4, frames(release)))
    return np.concatenate([body, tail]).astype(np.float32)
