"""Sound: FLAC with 24 bits to keep; WAV (16, 24 bits, float), MP3, Ogg Vorbis and Opus to share; AIFF is read too.

The record is the sound's comment tag, marked with `RECORD_KEY` so that nobody else's comment is taken for one.
libsndfile writes and reads that tag, except in WAV: it gives back no WAV comment longer than a few kilobytes, so the
chunk is written and read here.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from studio import sdk
from studio.library.formats import limits

RECORD_KEY = "ATELIER_RECORD"
_MARK = f"{RECORD_KEY}="
_ROOM = 4 * 2**20
"""Bytes a tag may have; FLAC ends at 16 MiB, and no record comes near."""
_ROOM_OPUS = 48_000
"""libsndfile can't open an Opus file again whose tags fill a whole Ogg page (64 kB, padding included)."""
_CHUNKS = 1024
"""Chunks of a WAV that are looked at; programs write a dozen."""
_BLOCK = 1 << 18
_SUBTYPES = {"16": "PCM_16", "24": "PCM_24", "float": "FLOAT"}


def write(audio: sdk.Audio, path: Path, record: Mapping[str, Any] | None, options: Mapping[str, Any]) -> None:
    """Write a sound by the ending of `path`.

    Args:
        audio: samples within [−1, 1]; what lies outside is clipped, except in WAV float.
        path: ends in .flac, .wav, .mp3, .ogg or .opus.
        record: what to embed as a tag, or None. One too long for the format (48 kB in Opus) is left out.
        options: ``bits``: ``"16"``, ``"24"`` or ``"float"`` (WAV; FLAC has 16 and 24); ``quality`` 0…1 for MP3, Vorbis
            and Opus.

    Raises:
        UserError: the format can't hold this sample rate or number of channels.
        OSError: the disk is full, or the folder can't be written.
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
    tag = _tag(record, suffix)
    lossy = {} if container in ("FLAC", "WAV") else {"compression_level": 1.0 - float(options.get("quality", 0.7))}
    if not fits(suffix, audio.sample_rate, samples.shape[1]):
        raise _misfit(suffix, audio.sample_rate, samples.shape[1])
    with path.open("wb") as file:
        sink = _Sink(file)
        try:
            with soundfile.SoundFile(
                sink, "w", audio.sample_rate, samples.shape[1], subtype, format=container, **lossy
            ) as out:
                if tag and suffix != ".wav":
                    out.comment = tag  # before the first samples: these formats keep tags in front
                for start in range(0, len(samples), _BLOCK):
                    out.write(samples[start : start + _BLOCK])
        except (soundfile.SoundFileError, ValueError) as error:
            if sink.refused is None:
                raise _misfit(suffix, audio.sample_rate, samples.shape[1]) from error
        if sink.refused is not None:
            raise sink.refused
    if tag and suffix == ".wav":
        _append_comment(path, tag.encode("ascii"))


def fits(suffix: str, rate: int, channels: int) -> bool:
    """Whether a format can hold sound of so many hertz and channels, as far as libsndfile must not be asked.

    Of high rates a FLAC header says only tens of hertz, and in Vorbis libsndfile ends the process instead of refusing.
    """
    if suffix == ".flac":
        return rate <= 655_350 and channels <= 8 and (rate <= 0xFFFF or rate % 10 == 0)
    return suffix != ".ogg" or (rate <= 200_000 and channels <= 255)


def _misfit(suffix: str, rate: int, channels: int) -> sdk.UserError:
    what = f"{rate:,} Hz with {channels} channels"
    return sdk.UserError(f"{suffix[1:].upper()} can't hold sound at {what}.", hint="Choose WAV.")


class _Sink:
    """A file for libsndfile to write to.

    It keeps what the system refused: libsndfile says little of it, and nothing when it happens at the end of a file.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.refused: OSError | None = None

    def write(self, data: bytes) -> int:
        return self._tried(self._file.write, data)

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        return self._tried(self._file.seek, place, whence)

    def tell(self) -> int:
        return self._tried(self._file.tell)

    def _tried(self, act: Callable[..., int], *arguments: Any) -> int:
        try:
            return act(*arguments)
        except OSError as error:
            self.refused = self.refused or error
            return 0


def _tag(record: Mapping[str, Any] | None, suffix: str) -> str | None:
    if record is None:
        return None
    # ASCII: libsndfile puts UTF-8 into MP3 tags that say Latin-1
    text = _MARK + json.dumps(record, separators=(",", ":"))
    return text if len(text) <= (_ROOM_OPUS if suffix == ".opus" else _ROOM) else None


def _append_comment(path: Path, text: bytes) -> None:
    """Add a LIST chunk of type INFO with the comment (ICMT) behind the samples (RIFF MCI 1.0, 1991, chapter 2)."""
    text += b"\0" * (2 - len(text) % 2)  # ends in a zero, and chunks have even length
    chunk = b"LIST" + struct.pack("<I", 12 + len(text)) + b"INFOICMT" + struct.pack("<I", len(text)) + text
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        chunk = b"\0" * (size % 2) + chunk
        whole = size + len(chunk) - 8
        if whole <= 0xFFFF_FFFF:
            file.write(chunk)
            file.seek(4)
            file.write(struct.pack("<I", whole))


def _wav_comment(path: Path) -> str:
    """The comment inside a WAV, or an empty text; no more than `_CHUNKS` headers and `_ROOM` bytes are read."""
    with path.open("rb") as file:
        if file.read(4) != b"RIFF":
            return ""
        for name, start, size in _chunks(file, 12, path.stat().st_size):
            file.seek(start)
            if name != b"LIST" or file.read(4) != b"INFO":
                continue
            for field, begin, length in _chunks(file, start + 4, start + size):
                if field == b"ICMT" and length <= _ROOM + 2:
                    file.seek(begin)
                    return file.read(length).rstrip(b"\0").decode("utf-8", "replace")
    return ""


def _chunks(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size of the chunks between two places; ends where one claims more than there is."""
    for _ in range(_CHUNKS):
        file.seek(start)
        header = file.read(8)
        if len(header) < 8:
            return
        size = struct.unpack_from("<I", header, 4)[0]
        start += 8
        if start + size > end:
            return
        yield header[:4], start, size
        start += size + size % 2


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
    import soundfile

    try:
        if suffix == ".wav":
            text = _wav_comment(path)
        else:
            with soundfile.SoundFile(path) as sound:
                text = sound.comment
    except (soundfile.SoundFileError, *limits.DECODER_ERRORS):
        return None
    return text.removeprefix(_MARK) if text.startswith(_MARK) and len(text) <= _ROOM else None


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
