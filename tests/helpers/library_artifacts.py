"""One small artifact of every medium, as test data."""

from __future__ import annotations

import numpy as np

from studio import sdk


def picture(width: int = 24, height: int = 16, channels: int = 3, seed: int = 0) -> sdk.Image:
    """Noise in a picture; one channel is a two-dimensional array."""
    shape = (height, width) if channels == 1 else (height, width, channels)
    return sdk.Image(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8), title="a picture")


def sound(seconds: float = 0.2, rate: int = 48_000, channels: int = 2) -> sdk.Audio:
    """A sine that swells."""
    time = np.arange(int(seconds * rate)) / rate
    wave = 0.5 * np.sin(2 * np.pi * 440 * time) * time / seconds
    return sdk.Audio(np.repeat(wave[:, None], channels, axis=1).astype(np.float32), rate, title="a sound")


def song() -> sdk.Score:
    """A melody and drums."""
    melody = tuple(sdk.Note(number * 0.5, 0.5, 60 + number * 7 % 12, 60 + number) for number in range(16))
    drums = tuple(sdk.Note(float(beat), 0.25, 36, 100) for beat in range(8))
    tracks = (sdk.Track("Melody", melody, program=11), sdk.Track("Drums", drums, drums=True))
    return sdk.Score(tracks, 96.0, (3, 4), "D minor", title="a song")


def cube(*, colors: bool = True, textured: bool = False) -> sdk.Mesh:
    """A closed cube of one metre with a corner at the origin."""
    vertices = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float32)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))], dtype=np.uint32)
    normals = (vertices - 0.5) / np.sqrt(0.75)
    shades = np.column_stack([vertices * 200 + 20, np.full(8, 255)]).astype(np.uint8)
    return sdk.Mesh(
        vertices,
        faces,
        normals=normals.astype(np.float32),
        colors=shades if colors else None,
        uv=vertices[:, :2].copy() if textured else None,
        texture=picture(8, 8) if textured else None,
        watertight=True,
        title="a cube",
    )


def clip(frames: int = 6, *, sounding: bool = True) -> sdk.Video:
    """A moving gradient."""
    ramp = np.tile(np.arange(64, dtype=np.uint8)[None, :, None] * 3, (48, 1, 3))
    pictures = [np.roll(ramp, number * 4, axis=1) for number in range(frames)]
    return sdk.Video(pictures, 12.0, sound(frames / 12.0) if sounding else None, title="a clip")


def story() -> sdk.Text:
    """Markdown in two scripts."""
    return sdk.Text("# A fox\n\nA fox walks through the snow. 一只狐狸走过雪地。\n", "markdown", title="a story")


def one_of_each() -> list[sdk.Artifact]:
    """An artifact of every kind."""
    return [story(), picture(), sound(), song(), cube(), clip()]
