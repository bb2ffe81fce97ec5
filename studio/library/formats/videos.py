"""Video: MP4 with H.264 and AAC, through PyAV (FFmpeg's libraries)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio import sdk
from studio.library.formats import limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

RECORD_KEY = "comment"
RECORD_MARK = "atelier-record:"
_COPIED = ("video", "audio")
_ENCODERS = (("libx264", {"crf": "18", "preset": "veryfast"}), ("mpeg4", {"qscale": "2"}))
"""H.264 where this FFmpeg has it, else MPEG-4 part 2, which every FFmpeg has."""


def write(video: sdk.Video, path: Path, record: Mapping[str, Any] | None, options: Mapping[str, Any]) -> None:
    """Write an MP4 file, playable while it downloads.

    Args:
        video: all frames alike; an odd width or height is evened by repeating the last column or row.
        path: where.
        record: what to embed as the comment tag, or None.
        options: ``crf`` 0…51, H.264's quality, lower is better.
    """
    import av

    flags = {"movflags": "use_metadata_tags+faststart"}
    with av.open(str(path), "w", format="mp4", options=flags) as out:
        if record is not None:
            out.metadata[RECORD_KEY] = RECORD_MARK + json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        height, width = video.frames[0].shape[:2]
        stream = _video_stream(out, video.frame_rate, width + width % 2, height + height % 2, options)
        sound = out.add_stream("aac", rate=video.audio.sample_rate) if video.audio is not None else None
        for pixels in video.frames:
            frame = av.VideoFrame.from_ndarray(_even(pixels), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
        if sound is not None and video.audio is not None:
            _write_sound(out, sound, video.audio)


def _video_stream(out: Any, rate: float, width: int, height: int, options: Mapping[str, Any]) -> Any:
    import av

    name, settings = next((encoder for encoder in _ENCODERS if encoder[0] in av.codecs_available), _ENCODERS[-1])
    settings = dict(settings)
    if "crf" in options and "crf" in settings:
        settings["crf"] = str(int(options["crf"]))
    stream = out.add_stream(name, rate=Fraction(rate).limit_denominator(1001), options=settings)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    return stream


def _even(pixels: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    height, width = pixels.shape[:2]
    padded = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return np.ascontiguousarray(padded, dtype=np.uint8)


def _write_sound(out: Any, stream: Any, audio: sdk.Audio) -> None:
    import av
    import numpy as np

    layout = "mono" if audio.samples.shape[1] == 1 else "stereo"
    samples = np.ascontiguousarray(audio.samples[:, :2].T, dtype=np.float32)
    for start in range(0, samples.shape[1], 1024):
        block = np.ascontiguousarray(samples[:, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
        frame.sample_rate, frame.pts = audio.sample_rate, start
        frame.time_base = Fraction(1, audio.sample_rate)
        out.mux(stream.encode(frame))
    out.mux(stream.encode())


def read(path: Path) -> sdk.Video:
    """Read a clip: all frames decoded, sound included.

    Raises:
        UserError: it is damaged, or larger than `limits` allow.
    """
    import av

    try:
        with av.open(str(path), "r") as source:
            if not source.streams.video:
                raise sdk.UserError(f"“{path.name}” can't be opened: it holds no pictures.")
            stream = source.streams.video[0]
            rate = float(stream.average_rate or stream.guessed_rate or 25)
            frames = _frames(path.name, source, stream)
        return sdk.Video(frames, rate if 0 < rate <= 1000 else 25.0, _sound(path))
    except sdk.UserError:
        raise
    except (av.FFmpegError, *limits.DECODER_ERRORS) as error:
        raise limits.damaged(path.name, "video") from error


def _frames(name: str, source: Any, stream: Any) -> list[NDArray[Any]]:
    width, height = int(stream.width), int(stream.height)
    if not (0 < width <= limits.VIDEO_SIDE and 0 < height <= limits.VIDEO_SIDE):
        raise limits.too_large(name, f"videos may have {limits.VIDEO_SIDE:,} pixels a side")
    most = limits.VIDEO_BYTES // (width * height * 3)
    deadline = limits.Deadline(name, 4 * limits.SECONDS)
    frames: list[NDArray[Any]] = []
    for frame in source.decode(stream):
        deadline.check()
        if len(frames) >= most:
            raise limits.too_large(name, f"at this size a video may have {most:,} frames")
        frames.append(frame.to_ndarray(format="rgb24", width=width, height=height))
    if not frames:
        raise limits.damaged(name, "video")
    return frames


def _sound(path: Path) -> sdk.Audio | None:
    """The clip's sound as stereo or mono float; None where there is none, or it can't be decoded."""
    import av
    import numpy as np

    with av.open(str(path), "r") as source:
        if not source.streams.audio:
            return None
        stream = source.streams.audio[0]
        rate = int(stream.rate or 0)
        if not 1000 <= rate <= 768_000:
            return None
        layout = "mono" if stream.channels == 1 else "stereo"
        resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate)
        blocks, total = [], 0
        try:
            for frame in source.decode(stream):
                for part in resampler.resample(frame):
                    block = part.to_ndarray()
                    total += block.size
                    if total > limits.AUDIO_SAMPLES:
                        raise limits.too_large(path.name, "its sound is too long to be opened whole")
                    blocks.append(block)
        except av.FFmpegError:
            return None
    if not blocks:
        return None
    samples = np.concatenate(blocks, axis=1).T
    return sdk.Audio(np.clip(np.nan_to_num(np.ascontiguousarray(samples)), -1.0, 1.0), rate)


def strip(source: Path, target: Path) -> None:
    """Copy a video's pictures and sound as they are, without its metadata.

    Raises:
        UserError: it is damaged.
    """
    import av

    try:
        with av.open(str(source), "r") as old, av.open(str(target), "w", format="mp4") as new:
            copied = {
                stream.index: new.add_stream_from_template(stream) for stream in old.streams if stream.type in _COPIED
            }
            for stream in copied.values():
                stream.metadata.clear()
            for packet in old.demux():
                if packet.dts is not None and packet.stream.index in copied:
                    packet.stream = copied[packet.stream.index]
                    new.mux(packet)
    except (av.FFmpegError, *limits.DECODER_ERRORS) as error:
        raise limits.damaged(source.name, "video") from error


def embedded(path: Path) -> str | None:
    """The JSON text of the record inside a video, or None."""
    import av

    try:
        with av.open(str(path), "r") as source:
            comment = str(source.metadata.get(RECORD_KEY, ""))
    except (av.FFmpegError, *limits.DECODER_ERRORS):
        return None
    return comment[len(RECORD_MARK) :] if comment.startswith(RECORD_MARK) else None


def facts(video: sdk.Video) -> dict[str, Any]:
    """Width, height, frames, frame rate, duration in seconds, whether it has sound."""
    height, width = video.frames[0].shape[:2]
    return {
        "width": int(width),
        "height": int(height),
        "frames": len(video.frames),
        "frame_rate": round(float(video.frame_rate), 3),
        "duration": round(len(video.frames) / video.frame_rate, 3),
        "sound": video.audio is not None,
    }
