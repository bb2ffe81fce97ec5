"""Thumbnails: of every medium, small, and showing what they should."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest
from helpers import library_artifacts as made

from studio import sdk
from studio.library import drawing, rendering, thumbnails


@pytest.mark.parametrize("artifact", made.one_of_each(), ids=lambda artifact: artifact.kind)
def test_every_medium_has_one(artifact: sdk.Artifact) -> None:
    picture = PIL.Image.open(io.BytesIO(thumbnails.make(artifact)))
    assert picture.format == "WEBP"
    assert max(picture.size) <= thumbnails.SIDE
    assert np.asarray(picture.convert("L")).std() > 1, "an even surface shows nothing"


def test_pictures_keep_their_proportions() -> None:
    assert drawing.image(made.picture(1000, 300), 512).size == (512, 154)
    assert drawing.image(made.picture(20, 10), 512).size == (20, 10)


def test_a_louder_sound_has_a_higher_wave() -> None:
    def height(level: float) -> int:
        wave = level * np.sin(np.arange(48_000) * 0.05)[:, None]
        picture = np.asarray(drawing.waveform(sdk.Audio(wave.astype(np.float32), 48_000), 256)).astype(int)
        return int((picture[:, 128, 2] > 100).sum())

    assert height(0.9) > 2 * height(0.4) > 0


def test_meshes_show_their_colours_and_the_nearer_surface() -> None:
    far, near = made.cube(colors=False), made.cube(colors=False)
    vertices = np.concatenate([far.vertices, near.vertices * 0.6 + np.array([0.2, 0.2, 1.5], np.float32)])
    faces = np.concatenate([far.faces, near.faces + 8])
    red, green = np.tile([200, 30, 30, 255], (8, 1)), np.tile([30, 200, 30, 255], (8, 1))
    both = sdk.Mesh(vertices, faces.astype(np.uint32), colors=np.concatenate([red, green]).astype(np.uint8))
    pixels = np.asarray(rendering.mesh(both, 128)).astype(int)
    reddish, greenish = pixels[..., 0] > pixels[..., 1] + 40, pixels[..., 1] > pixels[..., 0] + 40
    assert reddish.sum() > 500
    assert greenish.sum() > 500


@pytest.mark.parametrize("degenerate", ["flat", "needle", "one point"])
def test_degenerate_meshes_do_not_break_the_renderer(degenerate: str) -> None:
    cube = made.cube()
    scale = {"flat": [1, 0, 1], "needle": [0, 1, 0], "one point": [0, 0, 0]}[degenerate]
    squashed = sdk.Mesh(cube.vertices * np.array(scale, np.float32), cube.faces)
    assert rendering.mesh(squashed, 64).size == (64, 64)


def test_empty_scores_and_texts_have_one_too() -> None:
    for artifact in (sdk.Score(()), sdk.Text(""), sdk.Audio(np.zeros((1, 1), np.float32), 8000)):
        assert thumbnails.make(artifact)
