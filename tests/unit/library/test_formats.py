"""Every format gives back what was written into it, record included."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from helpers import library_artifacts as made
from helpers.disks import no_room_beyond

from studio import sdk
from studio.library import formats
from studio.library.formats import meshes

RECORD = {"id": "x", "values": {"prompt": "a fox, 狐狸"}}


def through(artifact: sdk.Artifact, path: Path, **options: object) -> sdk.Artifact:
    formats.write(artifact, path, RECORD, **options)
    return formats.read(path, artifact.kind)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_png_is_exact(channels: int, tmp_path: Path) -> None:
    picture = made.picture(channels=channels)
    back = through(picture, tmp_path / "a.png")
    assert isinstance(back, sdk.Image)
    assert np.array_equal(back.pixels, picture.pixels)


def test_height_maps_keep_sixteen_bits(tmp_path: Path) -> None:
    heights = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 13
    back = through(sdk.Image(heights), tmp_path / "a.png")
    assert isinstance(back, sdk.Image)
    assert back.pixels.dtype == np.uint16
    assert np.array_equal(back.pixels, heights)


@pytest.mark.parametrize("suffix", [".jpg", ".webp"])
def test_lossy_pictures_come_close(suffix: str, tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], (64, 1, 3))
    back = through(sdk.Image(ramp), tmp_path / f"a{suffix}", quality=95)
    assert isinstance(back, sdk.Image)
    assert np.abs(back.pixels.astype(int) - ramp).mean() < 3


def test_pictures_are_turned_upright(tmp_path: Path) -> None:
    import PIL.Image

    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.fromarray(made.picture(24, 16).pixels).save(tmp_path / "a.jpg", exif=exif)
    back = formats.read(tmp_path / "a.jpg")
    assert isinstance(back, sdk.Image)
    assert back.pixels.shape[:2] == (24, 16)


@pytest.mark.parametrize(
    ("suffix", "options", "error"),
    [
        (".flac", {}, 2**-23),
        (".wav", {"bits": "24"}, 2**-23),
        (".wav", {"bits": "16"}, 2**-15),
        (".wav", {"bits": "float"}, 0),
    ],
)
def test_sound_comes_back_to_the_last_bit(suffix: str, options: dict[str, str], error: float, tmp_path: Path) -> None:
    sound = made.sound()
    back = through(sound, tmp_path / f"a{suffix}", **options)
    assert isinstance(back, sdk.Audio)
    assert back.sample_rate == 48_000
    assert back.samples.shape == sound.samples.shape
    assert np.abs(back.samples - sound.samples).max() <= error


@pytest.mark.parametrize("artifact", made.one_of_each(), ids=lambda artifact: artifact.kind)
def test_a_file_is_written_whole_or_the_disk_is_told_of(artifact: sdk.Artifact, tmp_path: Path) -> None:
    for suffix in formats.export_suffixes(artifact.kind):
        path = tmp_path / f"a{suffix}"
        formats.write(artifact, path, {"some": "record"})
        size = path.stat().st_size
        path.write_bytes(b"old")
        for room in (size - 1, size // 2, 10):
            with no_room_beyond(room), pytest.raises(OSError, match="File too large") as caught:
                formats.write(artifact, path, {"some": "record"})
            assert caught.value.filename == str(path)
            assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == len(formats.export_suffixes(artifact.kind))


SVG = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h8"/></svg>'


@pytest.mark.parametrize(
    ("text", "drawing"),
    [
        (SVG, True),
        (f'\ufeff<?xml version="1.0"?>\n<!-- Created by a program -->\n<!DOCTYPE svg>\n{SVG}\n', True),
        ("<svg>\n</svg>", True),
        (f"Here is a drawing: {SVG}", False),
        (f"{SVG}\nThat was a drawing.", False),
        ("<svgs></svg>", False),
        ("<html><svg></svg>", False),
        ("A fox.", False),
        ("", False),
    ],
)
def test_only_the_source_of_a_drawing_can_be_an_svg_file(text: str, drawing: bool, tmp_path: Path) -> None:
    artifact = sdk.Text(text)
    assert formats.endings(artifact) == ((".svg", ".txt", ".md") if drawing else (".txt", ".md"))
    if drawing:
        formats.write(artifact, tmp_path / "a.svg")
        assert (tmp_path / "a.svg").read_text(encoding="utf-8") == text
    else:
        with pytest.raises(sdk.UserError, match=r"“a\.svg” can't be written: this text is no drawing in SVG\."):
            formats.write(artifact, tmp_path / "a.svg")
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("artifact", made.one_of_each(), ids=lambda artifact: artifact.kind)
def test_the_ending_offered_first_is_the_one_it_is_kept_in(artifact: sdk.Artifact) -> None:
    assert formats.endings(artifact)[0] == formats.stored_suffix(artifact)
    assert {*formats.endings(artifact)} - {".vox"} == {*formats.export_suffixes(artifact.kind)}
    assert formats.has_more_endings(artifact.kind) == (artifact.kind in {"text", "mesh"})


def test_only_objects_of_voxels_can_be_voxel_files() -> None:
    cube, leaning = made.cube(), made.cube()
    leaning.vertices[:, 0] += 0.3 * leaning.vertices[:, 1]
    empty = sdk.Mesh(np.zeros((3, 3), np.float32), np.zeros((0, 3), np.uint32))
    assert [".vox" in formats.endings(mesh) for mesh in (cube, leaning, empty)] == [True, False, False]


@pytest.mark.parametrize(
    ("rate", "suffix"), [(65_535, ".flac"), (65_537, ".wav"), (88_200, ".flac"), (655_360, ".wav")]
)
def test_sound_of_any_rate_is_kept_in_a_format_that_can_tell_it(rate: int, suffix: str, tmp_path: Path) -> None:
    sound = made.sound(0.1, rate)
    assert formats.stored_suffix(sound) == suffix
    back = through(sound, tmp_path / f"a{suffix}")
    assert isinstance(back, sdk.Audio)
    assert back.sample_rate == rate


@pytest.mark.parametrize(
    ("rate", "suffix"), [(200_001, ".ogg"), (65_537, ".flac"), (96_000, ".opus"), (96_000, ".mp3")]
)
def test_a_rate_that_a_format_cannot_hold_is_refused(rate: int, suffix: str, tmp_path: Path) -> None:
    with pytest.raises(sdk.UserError, match="can't hold sound at"):
        formats.write(made.sound(0.1, rate), tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".mp3", ".ogg", ".opus"])
def test_lossy_sound_keeps_its_length_and_level(suffix: str, tmp_path: Path) -> None:
    sound = made.sound(0.5)
    back = through(sound, tmp_path / f"a{suffix}")
    assert isinstance(back, sdk.Audio)
    assert abs(len(back.samples) / back.sample_rate - 0.5) < 0.1
    assert 0.35 < np.abs(back.samples).max() < 0.65


def test_scores_keep_notes_tempo_meter_key_and_instruments(tmp_path: Path) -> None:
    song = made.song()
    back = through(song, tmp_path / "a.mid")
    assert isinstance(back, sdk.Score)
    assert back.tracks == song.tracks
    assert (back.tempo, back.meter, back.key) == (96.0, (3, 4), "D minor")


@pytest.mark.parametrize("key", ["C major", "F# minor", "Bb major", "Eb minor", "G♯ minor"])
def test_keys_survive_midi(key: str, tmp_path: Path) -> None:
    song = sdk.Score(made.song().tracks, key=key)
    back = through(song, tmp_path / "a.mid")
    assert isinstance(back, sdk.Score)
    assert back.key == key.replace("♯", "#")


@pytest.mark.parametrize(("suffix", "precision"), [(".glb", 0), (".ply", 0), (".obj", 1e-6), (".stl", 1e-6)])
def test_meshes_keep_their_shape(suffix: str, precision: float, tmp_path: Path) -> None:
    cube = made.cube()
    back = through(cube, tmp_path / f"a{suffix}")
    assert isinstance(back, sdk.Mesh)
    assert len(back.faces) == 12
    assert meshes.is_watertight(back)
    corners, wanted = (np.sort(mesh.vertices[mesh.faces].reshape(12, 9), axis=0) for mesh in (back, cube))
    assert np.abs(corners - wanted).max() <= precision


@pytest.mark.parametrize("suffix", [".glb", ".ply", ".obj"])
def test_vertex_colours_come_back_exactly(suffix: str, tmp_path: Path) -> None:
    cube = made.cube()
    back = through(cube, tmp_path / f"a{suffix}")
    assert isinstance(back, sdk.Mesh)
    assert back.colors is not None
    assert cube.colors is not None
    assert np.array_equal(back.colors[back.faces.astype(int)], cube.colors[cube.faces.astype(int)])


def test_glb_colours_are_linear_light(tmp_path: Path) -> None:
    grey = np.full((8, 4), [188, 188, 188, 255], dtype=np.uint8)  # half of white's light is 188 in sRGB
    cube = made.cube()
    formats.write(sdk.Mesh(cube.vertices, cube.faces, colors=grey), tmp_path / "a.glb")
    data = (tmp_path / "a.glb").read_bytes()
    length = struct.unpack("<I", data[12:16])[0]
    document, binary = json.loads(data[20 : 20 + length]), data[28 + length :]
    accessor = document["accessors"][document["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"]]
    start = document["bufferViews"][accessor["bufferView"]]["byteOffset"]
    assert struct.unpack("<H", binary[start : start + 2])[0] / 65_535 == pytest.approx(0.5029, abs=1e-3)


def test_textures_travel_in_glb(tmp_path: Path) -> None:
    cube = made.cube(textured=True)
    back = through(cube, tmp_path / "a.glb")
    assert isinstance(back, sdk.Mesh)
    assert back.texture is not None
    assert cube.texture is not None
    assert np.array_equal(back.texture.pixels, cube.texture.pixels)
    assert back.uv is not None
    assert cube.uv is not None
    assert np.abs(back.uv - cube.uv).max() < 1e-6


def test_trimesh_reads_our_glb(tmp_path: Path) -> None:
    import trimesh

    formats.write(made.cube(textured=True), tmp_path / "a.glb", RECORD)
    scene = trimesh.load(tmp_path / "a.glb")
    (mesh,) = scene.geometry.values()
    assert mesh.is_watertight
    assert mesh.volume == pytest.approx(1.0)


def test_obj_names_its_material_after_itself(tmp_path: Path) -> None:
    formats.write(made.cube(textured=True), tmp_path / "vase.obj")
    assert {path.name for path in tmp_path.iterdir()} == {"vase.obj", "vase.mtl", "vase.png"}
    assert "mtllib vase.mtl" in (tmp_path / "vase.obj").read_text()
    assert "map_Kd vase.png" in (tmp_path / "vase.mtl").read_text()


def test_stl_is_in_millimetres_and_stands_up(tmp_path: Path) -> None:
    import trimesh

    tall = made.cube()
    tall = sdk.Mesh(tall.vertices * np.array([0.01, 0.05, 0.02], np.float32), tall.faces)
    formats.write(tall, tmp_path / "a.stl")
    assert trimesh.load(tmp_path / "a.stl").extents == pytest.approx([10, 20, 50], abs=1e-3)
    formats.write(tall, tmp_path / "b.stl", millimetres=False, z_up=False)
    back = formats.read(tmp_path / "b.stl")
    assert isinstance(back, sdk.Mesh)
    assert np.ptp(back.vertices, axis=0) == pytest.approx([0.01, 0.05, 0.02], abs=1e-6)


def test_video_keeps_frames_rate_and_sound(tmp_path: Path) -> None:
    clip = made.clip()
    back = through(clip, tmp_path / "a.mp4")
    assert isinstance(back, sdk.Video)
    assert len(back.frames) == 6
    assert back.frame_rate == pytest.approx(12.0)
    assert np.abs(back.frames[3].astype(int) - clip.frames[3]).mean() < 6
    assert back.audio is not None
    assert abs(len(back.audio.samples) / back.audio.sample_rate - 0.5) < 0.1


def test_videos_of_odd_size_are_evened(tmp_path: Path) -> None:
    odd = sdk.Video([frame[:47, :63] for frame in made.clip().frames], 12.0)
    back = through(odd, tmp_path / "a.mp4")
    assert isinstance(back, sdk.Video)
    assert back.frames[0].shape == (48, 64, 3)


@pytest.mark.parametrize(
    ("artifact", "suffix"),
    [
        (made.picture(), ".png"),
        (made.picture(), ".jpg"),
        (made.picture(), ".webp"),
        (made.sound(), ".flac"),
        (made.sound(), ".wav"),
        (made.sound(), ".mp3"),
        (made.sound(), ".ogg"),
        (made.sound(), ".opus"),
        (made.song(), ".mid"),
        (made.cube(), ".glb"),
        (made.cube(), ".obj"),
        (made.cube(), ".ply"),
        (made.clip(), ".mp4"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_records_come_back_from_inside_the_file(artifact: sdk.Artifact, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    formats.write(artifact, path, RECORD)
    text = formats.embedded_record(path)
    assert text is not None
    assert json.loads(text) == RECORD
    formats.write(artifact, path)
    assert formats.embedded_record(path) is None


@pytest.mark.parametrize("suffix", [".flac", ".wav", ".mp3", ".ogg"])
@pytest.mark.parametrize("frames", [4_799, 4_800])
def test_long_records_fit_into_sounds_beside_every_sample(suffix: str, frames: int, tmp_path: Path) -> None:
    record = {"id": "x", "values": {"prompt": "狐狸 " * 20_000}}
    sound = sdk.Audio(made.sound(0.1).samples[:frames, :1], 48_000)
    path = tmp_path / f"a{suffix}"
    formats.write(sound, path, record)
    assert json.loads(formats.embedded_record(path) or "") == record
    back = formats.read(path)
    assert isinstance(back, sdk.Audio)
    if suffix in (".flac", ".wav"):
        assert np.abs(back.samples - sound.samples).max() <= 2**-23


@pytest.mark.parametrize("length", range(40_000, 70_000, 2_000))
def test_opus_leaves_out_a_record_it_could_not_be_opened_with(length: int, tmp_path: Path) -> None:
    path = tmp_path / "a.opus"
    formats.write(made.sound(), path, {"id": "x" * length})
    assert formats.read(path).kind == "audio"
    assert (formats.embedded_record(path) is not None) == (length < 47_950)


@pytest.mark.parametrize("suffix", [".flac", ".wav", ".mp3", ".ogg"])
def test_a_comment_of_another_program_is_no_record(suffix: str, tmp_path: Path) -> None:
    import soundfile

    path = tmp_path / f"a{suffix}"
    with soundfile.SoundFile(path, "w", 48_000, 2) as out:
        out.comment = '{"id": "x"}'
        out.write(made.sound().samples)
    assert formats.embedded_record(path) is None


def test_a_wav_with_a_record_is_well_formed(tmp_path: Path) -> None:
    import av

    path = tmp_path / "a.wav"
    formats.write(sdk.Audio(made.sound().samples[:4_799, :1], 48_000), path, RECORD)
    data = path.read_bytes()
    assert struct.unpack_from("<I", data, 4)[0] == len(data) - 8
    with av.open(str(path)) as container:
        assert "a fox" in container.metadata["comment"]
        assert sum(frame.samples for frame in container.decode(audio=0)) == 4_799


def test_content_decides_not_the_ending(tmp_path: Path) -> None:
    formats.write(made.picture(), tmp_path / "a.png")
    lying = tmp_path / "a.mp3"
    (tmp_path / "a.png").rename(lying)
    assert formats.read(lying).kind == "image"
    with pytest.raises(sdk.UserError, match="is a picture; a sound is wanted here"):
        formats.read(lying, "audio")


def test_a_missing_or_empty_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    for name, sentence in (
        ("nothing.png", "There is no file"),
        ("empty.png", "it is empty"),
        (".", "is a folder; name a file in it"),
    ):
        with pytest.raises(sdk.UserError, match=sentence):
            formats.read(tmp_path / name)


def test_an_unknown_ending_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(sdk.UserError, match=r"\.png, \.jpg, \.webp"):
        formats.write(made.picture(), tmp_path / "a.xyz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_text_is_read_in_its_usual_encodings(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("雪中的狐狸，一只狐狸走过雪地。\r\n".encode(encoding))
    back = formats.read(tmp_path / "a.txt", "text")
    assert isinstance(back, sdk.Text)
    assert back.text == "雪中的狐狸，一只狐狸走过雪地。\n"


@pytest.mark.parametrize("artifact", made.one_of_each(), ids=lambda artifact: artifact.kind)
def test_facts_are_json(artifact: sdk.Artifact) -> None:
    assert json.loads(json.dumps(formats.facts(artifact))) == formats.facts(artifact)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("one two", 2),
        ("It's a well-known fox. 狐狸 2026", 7),
        ("雪地里的狐狸", 6),
        ("fox狐狸", 3),
        ("「春眠不觉晓、处处闻啼鸟。」", 10),
        ("ひらがな カタカナ", 8),
        ("한국어 두 단어", 3),
        ("… — ! 。", 0),
    ],
)
def test_words_are_counted_as_writers_count_them(text: str, number: int) -> None:
    assert formats.facts(sdk.Text(text))["words"] == number


def test_watertight_means_every_edge_once_in_each_direction_wherever_points_are_shared() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]], dtype=np.uint32)

    def closed(vertices: np.ndarray, triangles: np.ndarray) -> bool:
        return meshes.is_watertight(sdk.Mesh(vertices=vertices, faces=triangles))

    assert closed(corners, faces)
    assert closed(corners[faces].reshape(-1, 3), np.arange(12, dtype=np.uint32).reshape(4, 3))  # a soup
    assert closed(-corners * np.float32(0.1), faces[:, ::-1])  # −0 and 0 are one place
    assert closed(corners, np.concatenate([faces, [[1, 1, 2]]]).astype(np.uint32))  # a triangle without area
    assert not closed(corners, faces[:3])
    assert not closed(corners, np.concatenate([faces[:3], faces[3:, ::-1]]))
    assert not closed(corners, np.concatenate([faces, faces]))
    assert not closed(corners, np.array([[1, 1, 2]], dtype=np.uint32))


def test_solid_means_that_no_front_is_turned_inward() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=np.float32)
    faces = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]], dtype=np.uint32)

    def solid(*parts: tuple[np.ndarray, np.ndarray]) -> bool:
        starts = np.cumsum([0, *(len(vertices) for vertices, _ in parts)])
        vertices = np.concatenate([vertices for vertices, _ in parts])
        indices = np.concatenate([part[1] + start for part, start in zip(parts, starts[:-1], strict=True)])
        return meshes.is_solid(sdk.Mesh(vertices=vertices, faces=indices.astype(np.uint32)))

    away = corners + np.float32(5)
    assert solid((corners, faces))
    assert solid((corners[faces].reshape(-1, 3), np.arange(12).reshape(4, 3)))  # a soup
    assert solid((corners, faces), (away, faces))
    assert not solid((corners, faces[:3]))  # open
    assert not solid((corners, faces[:, ::-1]))
    assert not solid((away * 9, faces), (corners, faces[:, ::-1]))  # a small one inside out beside a large one
    assert not solid((corners * 9 - np.float32(1), faces), (corners, faces[:, ::-1]))  # hollow


def test_equal_hashes_are_found_among_many() -> None:
    random = np.random.default_rng(4)
    for count in (1, 2, 3, 100, 5000):
        for again in (0, 1, 2):
            hashes = random.integers(0, 1 << 63, count, dtype=np.uint64) * np.uint64(2)
            hashes[random.integers(0, count, again)] = hashes[random.integers(0, count, again)]
            assert meshes._all_different(hashes) == (len(np.unique(hashes)) == count)
