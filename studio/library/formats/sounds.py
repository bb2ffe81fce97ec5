"""Sound: FLAC with 24 bits to keep; WAV (16, 24 bits, float), MP3, Ogg Vorbis and Opus to share; AIFF is read too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from studio import sdk
from studio.library.formats import limits

RECORD_KEY = "ATELIER_RECORD"
_BLOCK = 1 << 18
_SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "float": "FLOAT"}


def write(audio: sdk.Audio, path: Path, record: Mapping[str, Any] | None, options: Mapping[str, Any]) -> None:
    """Write a sound by the ending of `path`.

    Args:
        audio: samples within [−1, 1]; what lies outside is clipped, except in WAV float.
        path: ends in .flac, .wav, .mp3, .ogg or .opus.
        record: what to embed as a tag, or None.
        options: ``bits``: ``"16"``, ``"24"`` or ``"float"`` (WAV; FLAC has 16 and 24); ``quality`` 0…1 for MP3, Vorbis
            and Opus.

    Raises:
        UserError: the format can't hold this sample rate or number of channels.
    """
    import numpy as np
    import soundfile

    suffix = path.suffix.lower()
    bits = str(options.get("bits", "24"))
    container, subtype = {
        ".flac": ("FLAC", _SUBTYPES.get(bits, "PCM_24") if bits != "float" else "PCM_24"),
        ".wav": ("WAV", _SUBTYPES.get(bits, "PCM_24")),
        ".mp3": ("MP3", "MPEG_LAYER_III"),
        ".ogg": ("OGG", "VORBIS"),
        ".opus": ("OGG", "OPUS"),
    }[suffix]
    samples = np.ascontiguousarray(audio.samples, dtype=np.float32)
    if samples.ndim == 1:
        samples = samples[:, None]
    lossy = {} if container in ("FLAC", "WAV") else {"compression_level": 1.0 - float(options.get("quality", 0.7))}
    try:
        with soundfile.SoundFile(
            path, "w", audio.sample_rate, samples.shape[1], subtype, format=container, **lossy
        ) as out:
            for start in range(0, len(samples), _BLOCK):
                out.write(samples[start : start + _BLOCK])
    except (soundfile.SoundFileError, ValueError) as error:
        what = f"{audio.sample_rate:,} Hz with {samples.shape[1]} channels"
        raise sdk.UserError(f"{suffix[1:].upper()} can't hold sound at {what}.", hint="Choose WAV.") from error
    if record is not None:
        _embed(path, suffix, json.dumps(record, ensure_ascii=False, separators=(",", ":")))


def _embed(path: Path, suffix: str, text: str) -> None:
    tags = _tags(path, suffix)
    if suffix in (".wav", ".mp3"):
        from mutagen.id3 import TXXX

        if tags.tags is None:
            tags.add_tags()
        tags.tags.add(TXXX(encoding=3, desc=RECORD_KEY, text=[text]))
    else:
        tags[RECORD_KEY] = [text]
    tags.save()


def _tags(path: Path, suffix: str) -> Any:
    if suffix == ".wav":
        from mutagen.wave import WAVE as Tags  # noqa: N811 (mutagen names the class after the format)
    elif suffix == ".mp3":
        from mutagen.mp3 import MP3 as Tags  # noqa: N811
    elif suffix == ".flac":
        from mutagen.flac import FLAC as Tags  # noqa: N811
    elif suffix == ".opus":
        from mutagen.oggopus import OggOpus as Tags
    else:
        from mutagen.oggvorbis import OggVorbis as Tags
    return Tags(path)


def read(path: Path) -> sdk.Audio:
    """Read a sound: float32 [frames, channels].

    Raises:
        UserError: it is damaged, or longer than `limits` allow.
    """
    import numpy as np
    import soundfile

    try:
        with soundfile.SoundFile(path) as sound:
            rate, channels = int(sound.samplerate), int(sound.channels)
            _check(path, rate, channels, int(sound.frames))
            parts, frames = [], 0
            while len(block := sound.read(_BLOCK, dtype="float32", always_2d=True)):
                frames += len(block)
                _check(path, rate, channels, frames)
                parts.append(block)
    except sdk.UserError:
        raise
    except (soundfile.SoundFileError, *limits.DECODER_ERRORS) as error:
        raise limits.damaged(path.name, "sound") from error
    if not frames:
        raise sdk.UserError(f"“{path.name}” can't be opened: it holds no sound.")
    samples = np.concatenate(parts) if len(parts) > 1 else parts[0]
    return sdk.Audio(np.clip(np.nan_to_num(samples, copy=False), -1.0, 1.0), rate)


def _check(path: Path, rate: int, channels: int, frames: int) -> None:
    if not (1000 <= rate <= 768_000 and 1 <= channels <= limits.AUDIO_CHANNELS):
        raise limits.damaged(path.name, "sound")
    if 0 < frames < 2**62 and frames * channels > limits.AUDIO_SAMPLES:
        raise limits.too_large(path.name, "the sound is too long to be opened whole")


def embedded(path: Path, suffix: str) -> str | None:
    """The JSON text of the record inside a sound whose content is that of `suffix`, or None."""
    import mutagen

    try:
        tags = _tags(path, suffix)
        if suffix in (".wav", ".mp3"):
            frames = tags.tags.getall(f"TXXX:{RECORD_KEY}") if tags.tags is not None else []
            return str(frames[0].text[0]) if frames else None
        values = tags.get(RECORD_KEY)
        return str(values[0]) if values else None
    except (mutagen.MutagenError, *limits.DECODER_ERRORS):
        return None


def facts(audio: sdk.Audio) -> dict[str, Any]:
    """Duration in seconds, sample rate in hertz, channels, peak level 0…1."""
    import numpy as np

    samples = audio.samples
    peak = max(abs(float(samples.max())), abs(float(samples.min()))) if samples.size else 0.0
    return {
        "duration": round(len(samples) / audio.sample_rate, 3),
        "sample_rate": int(audio.sample_rate),
        "channels": int(samples.shape[1]) if np.ndim(samples) == 2 else 1,
        "peak": round(peak, 4),
    }
