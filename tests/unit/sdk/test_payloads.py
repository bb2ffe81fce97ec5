"""What counts as a valid result, kind by kind, and when two results count as the same."""

import dataclasses
from typing import Any

import numpy as np
import pytest

import studio.sdk as sdk
from studio.sdk.parameters import INPUT_KINDS
from studio.sdk.testing.payloads import fingerprint, payload_problems
from studio.sdk.testing.samples import sample_input


def _cube() -> sdk.Mesh:
    made = sample_input("mesh")
    assert isinstance(made, sdk.Mesh)
    return made


CUBE = _cube()
WIDE = np.zeros((4, 6, 3), np.uint8)
NOTE = sdk.Note(0.0, 1.0, 60)


def sound(samples: Any, rate: int = 48000) -> sdk.Audio:
    return sdk.Audio(samples=samples, sample_rate=rate)


def score(*notes: sdk.Note, **rest: Any) -> sdk.Score:
    return sdk.Score(tracks=(sdk.Track("Melody", notes),), **rest)


def cube(**changes: Any) -> sdk.Mesh:
    return dataclasses.replace(CUBE, **changes)


@pytest.mark.parametrize("kind", sorted(INPUT_KINDS))
def test_the_samples_are_valid_themselves(kind: str) -> None:
    assert list(payload_problems(sample_input(kind))) == []


@pytest.mark.parametrize(
    ("artifact", "sentence"),
    [
        (sdk.Text(text=" \n"), "text is empty"),
        (sdk.Text(text="\ud800"), "half characters"),
        (sdk.Text(text="a\0b"), "NUL"),
        (sdk.Text(text="x", format="html"), "format is “html”"),
        (sdk.Text(text="x", meta={"s": {1}}), "meta is no JSON"),
        (sdk.Text(text="x", meta={"n": float("nan")}), "meta is no JSON"),
        (sdk.Image(pixels=WIDE.astype(np.float32)), "pixels are float32"),
        (sdk.Image(pixels=WIDE[..., :2]), "pixels are uint8[4, 6, 2]"),
        (sdk.Image(pixels=WIDE[:0]), "empty"),
        (sound(np.zeros(10, np.float32)), "samples are float32[10]"),
        (sound(np.zeros((0, 2), np.float32)), "shape [0, 2]"),
        (sound(np.full((9, 1), 1.01, np.float32)), "reach 1.010"),
        (sound(np.full((9, 1), np.nan, np.float32)), "not all finite"),
        (sound(np.zeros((9, 1), np.float32), 7), "sample rate is 7"),
        (score(), "holds no notes"),
        (score(sdk.Note(0.0, 1.0, 128)), "impossible note"),
        (score(sdk.Note(0.0, 1.0, 60, 0)), "impossible note"),
        (score(sdk.Note(0.0, 0.0, 60)), "impossible time"),
        (score(sdk.Note(float("nan"), 1.0, 60)), "impossible time"),
        (score(sdk.Note(2.0, 1.0, 60), NOTE), "not ordered"),
        (score(NOTE, tempo=0.0), "tempo is 0.0"),
        (score(NOTE, meter=(4, 3)), "metre is 4/3"),
        (cube(vertices=CUBE.vertices.astype(np.float64)), "vertices are float64"),
        (cube(vertices=CUBE.vertices * np.float32("nan")), "vertices are not all finite"),
        (cube(faces=CUBE.faces + np.uint32(1)), "name vertex 8 of 8"),
        (cube(faces=CUBE.faces[:-1]), "watertight, and 3 of its edges"),
        (cube(normals=np.zeros((8, 3), np.float32)), "not of unit length"),
        (cube(colors=np.zeros((7, 4), np.uint8)), "colors are uint8[7, 4], not uint8 [8, 4]"),
        (cube(texture=sdk.Image(pixels=WIDE)), "texture but no uv"),
        (sdk.Video(frames=[], frame_rate=24), "no frames"),
        (sdk.Video(frames=[WIDE, WIDE[:2]], frame_rate=24), "frame 1 is"),
        (sdk.Video(frames=[WIDE], frame_rate=0), "frame rate is 0"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_result_is_said(artifact: sdk.Artifact, sentence: str) -> None:
    assert any(sentence in problem for problem in payload_problems(artifact)), list(payload_problems(artifact))


def test_a_height_map_of_16_bits_is_an_image() -> None:
    assert list(payload_problems(sdk.Image(pixels=np.zeros((4, 4), np.uint16)))) == []


def test_a_closed_surface_may_split_its_vertices_at_edges() -> None:
    corners = CUBE.vertices[CUBE.faces].reshape(-1, 3)
    split = cube(vertices=corners, faces=np.arange(len(corners), dtype=np.uint32).reshape(-1, 3))
    assert list(payload_problems(split)) == []


def test_results_are_the_same_only_when_every_part_is() -> None:
    first = sdk.Image(pixels=WIDE.copy(), title="a")
    assert fingerprint([first]) == fingerprint([sdk.TextDelta("shown, not kept"), sdk.Image(pixels=WIDE, title="a")])
    other = WIDE.copy()
    other[3, 5, 2] = 1
    different = [
        sdk.Image(pixels=other, title="a"),
        sdk.Image(pixels=WIDE, title="b"),
        sdk.Image(pixels=WIDE.reshape(6, 4, 3), title="a"),
        sdk.Image(pixels=WIDE, title="a", meta={"x": 1}),
    ]
    assert len({fingerprint([image]) for image in [first, *different]}) == 5
