"""The command line from outside: real processes, real generators, a real library."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers import library_artifacts
from helpers.commands import Answer, environment, started, studio
from helpers.disks import no_room_beyond

from studio.__main__ import window_options
from studio.cli import common
from studio.cli.wrong_words import sentence
from studio.engine.journal import Journal, sessions
from studio.engine.mailbox import Mailbox
from studio.library import Origin, Parent, formats
from studio.library.library import Library

SMALL = ("generate", "studio.image.texture", "--set", "size=64x64")
MIDDLE = (*SMALL[:2], "--set", "size=1024x1024")
LARGE = (*SMALL[:2], "--set", "size=2048x2048")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A studio of its own, shared by the tests of this file."""
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module")
def texture(home: Path) -> dict[str, str]:
    """A texture in the library: its id, kind and files."""
    answer = studio(home, *SMALL, "--seed", "7", "--json")
    assert answer.code == 0, answer.err
    (item,) = answer.json["items"]
    return dict(item)


def test_a_result_is_kept_found_shown_and_changed(home: Path, texture: dict[str, str]) -> None:
    item = texture["id"]
    assert Path(texture["files"][0]).read_bytes().startswith(b"\x89PNG")
    assert item in studio(home, "library", "list", "--limit", "9" * 20).out
    assert studio(home, "library", "rate", item[-6:], "4").code == 0
    assert studio(home, "library", "tag", item, "blue", "winter").code == 0
    assert studio(home, "library", "tag", item, "-winter").code == 0
    assert studio(home, "library", "favourite", item).code == 0
    assert studio(home, "library", "rename", item, "雪中狐 in snow").code == 0
    found = studio(
        home, "library", "search", "狐", "kind:image", "rating:>=4", "tag:blue", "is:favourite", "--json"
    ).json
    assert [entry["id"] for entry in found] == [item]
    shown = studio(home, "library", "show", item, "--json").json
    assert (shown["rating"], shown["tags"], shown["origin"]["seed"]) == (4, ["blue"], 7)
    assert Path(shown["path"]).is_file()
    assert "狐" in Path(shown["path"]).name


def test_options_among_tags_are_options(home: Path, texture: dict[str, str]) -> None:
    words = ("winter", "--library", str(home / "library"), "red", "-blue", "--json")
    (tagged,) = studio(home, "library", "tag", texture["id"], *words).json
    assert tagged["tags"] == ["winter", "red"]
    assert "usage:" in studio(home, "library", "tag", texture["id"], "-h").out
    assert studio(home, "library", "tag", texture["id"]).code == 2
    assert studio(home, "library", "tag", texture["id"], "-red", "-winter", "blue").code == 0


def test_the_same_request_gives_the_same_bytes_again(home: Path, texture: dict[str, str]) -> None:
    again = studio(home, "library", "recreate", texture["id"], "--json").json["items"][0]
    original = studio(home, "library", "show", texture["id"], "--json").json
    pixels = studio(home, "library", "export", again["id"], str(home / "again.png"), "--strip")
    assert pixels.code == 0
    studio(home, "library", "export", original["id"], str(home / "original.png"), "--strip")
    assert (home / "again.png").read_bytes() == (home / "original.png").read_bytes()
    folder = studio(home, "library", "export", original["id"], f"{home}/a folder/that is new/", "--json").json
    assert Path(folder["file"]).parent == home / "a folder" / "that is new"
    missing = studio(home, "library", "export", original["id"], f"{home}/nope/x.png")
    assert (missing.code, missing.err) == (2, f"The folder {home}/nope does not exist.\n")
    assert not (home / "nope").exists()
    nowhere = studio(home, "library", "export", original["id"], "")
    assert (nowhere.code, nowhere.err) == (2, "export needs a path.\n")
    others = studio(home, "library", "variations", texture["id"], "--count", "2", "--json").json["items"]
    assert len({entry["id"] for entry in others} | {texture["id"]}) == 3


def test_a_share_copy_says_nothing_of_how_it_was_made(home: Path, texture: dict[str, str]) -> None:
    target = home / "share.png"
    assert studio(home, "library", "export", texture["id"], str(target), "--strip").code == 0
    assert b"studio.image.texture" not in target.read_bytes()
    assert (
        b"studio.image.texture"
        in Path(studio(home, "library", "show", texture["id"], "--json").json["path"]).read_bytes()
    )


def test_trash_restore_verify_and_rebuild(home: Path, texture: dict[str, str]) -> None:
    item = texture["id"]
    assert studio(home, "library", "trash", item).code == 0
    assert item not in studio(home, "library", "list").out
    assert item in studio(home, "library", "search", "is:trashed").out
    assert studio(home, "library", "restore", item).code == 0
    assert studio(home, "library", "verify").code == 0
    before = studio(home, "library", "show", item, "--json").json
    for path in (home / "library").glob("index.db*"):
        path.unlink()
    assert studio(home, "library", "rebuild").code == 0
    assert studio(home, "library", "show", item, "--json").json == before
    path = Path(before["path"])
    whole = path.read_bytes()
    path.write_bytes(whole[:-10] + b"0123456789")
    changed = studio(home, "library", "verify", "--json")
    assert changed.code == 3
    assert changed.json["changed"]
    path.write_bytes(whole)


def test_options_of_all_commands_may_stand_ahead_of_the_command(tmp_path: Path) -> None:
    for words in (("--library", f"{tmp_path}/one", "--json"), ("--json", f"--library={tmp_path}/one")):
        answer = studio(tmp_path, *words, "library", "stats", extra={"QT_QPA_PLATFORM": "offscreen"}, timeout=30)
        assert answer.json["folder"] == f"{tmp_path}/one", answer
    nearer = studio(
        tmp_path, "--library", f"{tmp_path}/one", "library", "stats", "--json", "--library", f"{tmp_path}/two"
    )
    assert nearer.json["folder"] == f"{tmp_path}/two"


def test_the_window_takes_its_own_options_and_nothing_else(tmp_path: Path) -> None:
    assert window_options([]) == []
    assert window_options(["--library", "a b", "--exit-after-first-paint"]) == [
        "--library", "a b", "--exit-after-first-paint",
    ]  # fmt: skip
    assert window_options([f"--library={tmp_path}"]) == ["--library", str(tmp_path)]
    assert window_options(["--library", "~"]) == ["--library", str(Path.home())]
    for words in (["--library"], ["--library", ""], ["--library="], ["--library", "-x"], ["--library", "a", "library"]):
        assert window_options(words) is None


def test_a_library_folder_that_came_to_be_unusable_is_told_with_its_setting(tmp_path: Path) -> None:
    assert studio(tmp_path, "settings", "library_folder", f"{tmp_path}/a/b").code == 0
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "a" / "b").rmdir()
    (tmp_path / "a" / "b").write_bytes(b"")
    answer = studio(tmp_path, "library", "stats")
    assert answer.code == 2
    assert "it is no folder. This is the setting “library_folder”; choose another: studio settings" in answer.err
    assert (
        "This is the setting" not in studio(tmp_path, "library", "stats", "--library", f"{tmp_path}/settings.json").err
    )
    assert studio(tmp_path, "settings", "library_folder", "").code == 0
    assert studio(tmp_path, "library", "stats").code == 0


def test_a_texture_becomes_a_relief_and_both_know_each_other(home: Path, texture: dict[str, str]) -> None:
    target = home / "relief.stl"
    made = studio(
        home, "generate", "studio.mesh.relief", "--input", f"picture={texture['id']}", "-o", str(target), "--json"
    )
    assert made.code == 0, made.err
    relief = made.json["items"][0]["id"]
    assert target.stat().st_size > 1000
    assert studio(home, "library", "show", relief, "--json").json["parents"] == [texture["id"]]
    assert relief in studio(home, "library", "show", texture["id"], "--json").json["children"]


def test_output_goes_to_a_file_or_a_folder_and_nowhere_else(home: Path, tmp_path: Path) -> None:
    answer = studio(home, *SMALL, "--no-library", "--count", "2", "-o", f"{tmp_path}/made/")
    assert answer.code == 0, answer.err
    files = answer.out.splitlines()
    assert sorted(files) == sorted(str(path) for path in (tmp_path / "made").iterdir())
    assert len(files) == 2
    answer = studio(home, *SMALL, "--no-library", "-o", f"{tmp_path}/one.webp")
    assert answer.out.splitlines() == [f"{tmp_path}/one.webp"]
    assert (tmp_path / "one.webp").read_bytes()[8:12] == b"WEBP"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nonsense",), "no command"),
        (("generat",), "Did you mean “generate”"),
        (("generate", "nope"), "nope"),
        ((*SMALL, "--set", "size=0x0"), "between"),
        ((*SMALL, "--set", "size=big"), "width and a height"),
        ((*SMALL, "--set", "nope=1"), "no parameter"),
        ((*SMALL, "--set", "nope"), "NAME=VALUE"),
        ((*SMALL, "--seed", "-1"), "seed"),
        ((*SMALL, "--seed", "99999999999"), "seed"),
        ((*SMALL, "--count", "0"), "--count"),
        ((*SMALL, "-o", "x.mid"), "cannot be written as"),
        ((*SMALL, "-o", "no/such/folder/x.png"), "does not exist"),
        ((*SMALL, "-o", f"{__file__}/x.png"), "test_command_line.py is no folder"),
        (("generate", "studio.mesh.relief", "--input", "picture=."), "“.” is a folder"),
        ((*SMALL, "--no-library"), "-o"),
        ((*SMALL, "-o", ""), "-o needs a path."),
        ((*SMALL, "-o", f"{'x' * 300}.png"), "File name too long"),
        ((*SMALL, "-o", f"{os.devnull}/"), "is no folder"),
        ((*SMALL, "-o", f"{__file__}/made/"), "is no folder"),
        (("generate", "studio.music.composer", "--set", f"bars=1{'0' * 400}"), "1e+400 is outside"),
        (("generate", "studio.mesh.relief", "--input", "picture=missing.png"), "picture"),
        (("generate", "studio.mesh.relief", "--input", "picture=~nobody-here/x.png"), "picture"),
        (("generate", "studio.mesh.relief", "--input", f"picture={'x' * 300}"), "File name too long"),
        ((*SMALL, "-o", "~nobody-here/x.png"), "does not exist"),
        (("generate", "\x1b[31mred"), "�[31mred"),
        (("\x1b[31mred",), "�[31mred"),
        (("library", "show", "00000"), "no item"),
        (("library", "show", "\udcff\udcfe"), "no text"),
        (("library", "tag", "00000", "\udcff"), "no item"),
        (("library", "list", "--library", ""), "--library needs a path."),
        (("library", "list", "--library", "no \udcff"), "no text"),
        (("library", "search", "rating:lots"), "rating"),
        (("library", "import", "missing.png"), "missing.png"),
        (("queue", "cancel", "zzz"), "no job"),
        (("plugins", "enable", "zzz"), "zzz"),
        (("plugin", "check", "studio.image.texture", "--set", "size"), "NAME=VALUE"),
        (("settings", "zzz"), "no setting"),
        (("settings", "library_folder", f"{__file__}/library"), f"{__file__}/library is no folder."),
        (("settings", "library_folder", __file__), f"{__file__} is no folder."),
        (("-x",), "There is no option “-x” ahead of a command. See: studio --help\n"),
        (("--quiet", "generators"), "There is no option “--quiet” ahead of a command. See: studio --help\n"),
        (("--exit-after-first-paint", "generators"), "“--exit-after-first-paint” ahead of a command"),
        (("--json",), "Name a command after “--json”."),
        (("--library",), "--library needs a path.\n"),
        (("--library", "--json", "generators"), "--library needs a path.\n"),
        (("--library", "here", "nonsense"), "There is no command “nonsense”."),
        (
            ("--library", __file__, "library", "stats"),
            f"The library can't be opened at “{__file__}”: it is no folder.\n",
        ),
        ((*SMALL, "--seed", "1e400"), "--seed must be a whole number, not “1e400”. See: studio generate --help\n"),
        ((*SMALL, "--seed"), "--seed needs a value. See: studio generate --help\n"),
        ((*SMALL, "extra"), "“extra” is too much for “studio generate”. See: studio generate --help\n"),
        ((*SMALL, "--json=yes"), "--json takes no value; leave out “yes”. See: studio generate --help\n"),
        (("generate",), "Something is missing after “studio generate”: id. See: studio generate --help\n"),
        (("library",), "Something is missing after “studio library”: ACTION. See: studio library --help\n"),
        (
            ("library", "rate", "0000", "nan"),
            "“rating” must be a whole number, not “nan”. See: studio library rate --h",
        ),
        (("library", "list", "--sort", "x"), "--sort can't be “x”; choose from newest, oldest, rating, title. See: "),
        (("library", "list", "--frob"), "“studio library” takes no “--frob”. See: studio library --help\n"),
        (("library", "tag", "0000"), "Something is missing after “studio library tag”: tags. See: "),
        (("queue", "frobnicate"), "There is no “studio queue frobnicate”; choose from list, log, pause, "),
        (("plugin", "check"), "Something is missing after “studio plugin”: name. See: studio plugin --help\n"),
        (("plugins", "enable"), "enable needs the name of a plugin.\n"),
        (("teach", "train", "--se", "4"), "“--se” may mean --set, --seed; write more of it. See: "),
        (("teach", "data", "x", "--held-out", "z"), "--held-out must be a number, not “z”. See: "),
        (("library", "import", "."), "“.” is a folder; name a file in it.\n"),
        (("library", "import", os.devnull), f"“{os.devnull}” is no ordinary file.\n"),
        (("library", "search", '"open'), 'This quote is never closed. (at character 1 of “"open”)\n'),
        (
            ("generate", "studio.mesh.relief", "--input", f"picture={os.devnull}"),
            f"picture: “{os.devnull}” is no ordinary",
        ),
        (("generate", "studio.mesh.relief", "--input", "picture="), "Nothing is given for “picture”.\n"),
        (("generate", "studio.music.composer", "--set", "tempo=1e309"), "tempo: Exact tempo must be a whole number"),
        (("settings", "idle_minutes", "soon"), "number from 0"),
        (("help", "zzz"), "no guide"),
    ],
)
def test_bad_input_gets_a_sentence_and_an_exit_code(home: Path, words: tuple[str, ...], says: str) -> None:
    answer = studio(home, *words)
    assert answer.code == 2, answer
    assert says in answer.err
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert_calm(answer)


def assert_calm(answer: Answer) -> None:
    """No traceback, and not much of anything."""
    assert "Traceback" not in answer.err + answer.out
    assert len(answer.err) < 800


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"theme": 5}', b"\xff\xfe\x00", b"[" * 100_000])
def test_a_broken_settings_file_is_named_and_nothing_is_lost(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "settings.json").write_bytes(content)
    answer = studio(tmp_path, "settings", "theme")
    assert answer.code == 3
    assert "settings.json" in answer.err
    assert answer.out.split()[:2] == ["theme", "system"]
    assert_calm(answer)
    assert any(path.read_bytes() == content for path in tmp_path.glob("settings*"))


def test_a_folder_where_the_settings_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "settings.json").mkdir()
    answer = studio(tmp_path, "library", "stats")
    assert answer.code == 3
    assert "settings.json" in answer.err
    assert_calm(answer)
    changed = studio(tmp_path, "settings", "theme", "dark")
    assert changed.code == 1
    assert f"The setting can't be kept in {tmp_path}/settings.json: Is a directory.\n" in changed.err


def test_damaged_plugin_switches_are_told_without_jargon_and_left_alone(tmp_path: Path) -> None:
    for content in (b"{", b"[" * 100_000, b"\xff", b"[]"):
        (tmp_path / "plugin-switches.json").write_bytes(content)
        answer = studio(tmp_path, "plugins")
        assert answer.code == 1, answer
        assert "plugin-switches.json" in answer.err
        assert "Error" not in answer.err
        assert_calm(answer)
        assert (tmp_path / "plugin-switches.json").read_bytes() == content


def test_a_broken_index_is_rebuilt(home: Path, texture: dict[str, str]) -> None:
    for path in (home / "library").glob("index.db*"):
        path.write_bytes(b"this is no database" * 100)
    answer = studio(home, "library", "show", texture["id"], "--json")
    assert answer.code == 3, answer.err
    assert answer.json["id"] == texture["id"]
    assert "index was damaged" in answer.err
    assert studio(home, "library", "show", texture["id"]).code == 0
    assert list((home / "library").glob("index-damaged-*.db"))


@pytest.mark.parametrize(
    "content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff"]
)
def test_a_hostile_input_gets_a_sentence_at_its_field(home: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "in.png").write_bytes(content)
    answer = studio(home, "generate", "studio.mesh.relief", "--input", f"picture={tmp_path / 'in.png'}")
    assert answer.code == 2
    assert answer.err.startswith("picture:")
    assert_calm(answer)


def test_ctrl_c_cancels_cleanly(tmp_path: Path) -> None:
    with started(tmp_path, *LARGE, "--count", "50") as process:
        time.sleep(3)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert b"Traceback" not in said
    assert time.monotonic() - begun < 10
    assert studio(tmp_path, "queue", "list", "--json").json == []


def test_each_result_is_told_and_copied_as_soon_as_it_is_saved(tmp_path: Path) -> None:
    (tmp_path / "made.png").write_bytes(b"old")
    for target in ("made/", "made.png"):
        with started(tmp_path, *MIDDLE, "--count", "9", "-o", f"{tmp_path}/{target}") as process:
            assert process.stdout is not None
            first = Path(process.stdout.readline().decode().strip())
            process.kill()
        assert first.read_bytes().startswith(b"\x89PNG")
    assert first == tmp_path / "made.png"
    assert len(studio(tmp_path, "queue", "list", "--json").json) > 12  # most were still to be made


def test_who_reads_only_the_first_path_stops_no_job(tmp_path: Path) -> None:
    script = f"{sys.executable} -m studio {' '.join(SMALL)} --count 3 -o {tmp_path}/made/ | head -1"
    done = subprocess.run(["sh", "-c", script], env=environment(tmp_path), capture_output=True, text=True, timeout=60)
    assert (done.stdout.count("\n"), done.stderr) == (1, "")
    assert len(list((tmp_path / "made").iterdir())) == 3


def test_a_killed_studio_leaves_jobs_that_can_be_retried(tmp_path: Path) -> None:
    with started(tmp_path, *LARGE, "--count", "3"):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            jobs = studio(tmp_path, "queue", "list", "--json").json
            if any(job["state"] == "running" for job in jobs):
                break
    left = studio(tmp_path, "queue", "list", "--json").json
    assert left
    assert not any(job["live"] for job in left)
    assert studio(tmp_path, "queue", "cancel").code == 0  # what waited; what ran is interrupted by now
    states = {job["state"] for job in studio(tmp_path, "queue", "list", "--json").json}
    assert states == {"interrupted"}
    retried = studio(tmp_path, "queue", "retry", "--json")
    assert retried.code == 0, retried.err
    assert {job["state"] for job in retried.json["jobs"]} == {"succeeded"}
    assert studio(tmp_path, "queue", "list", "--json").json == []


def test_a_running_studio_takes_orders_from_another_terminal(tmp_path: Path) -> None:
    with started(tmp_path, *LARGE, "--count", "40") as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and len(studio(tmp_path, "queue", "list", "--json").json) < 30:
            time.sleep(0.1)
        assert studio(tmp_path, "queue", "pause").code == 0
        jobs = studio(tmp_path, "queue", "list", "--json").json
        assert any(job["paused"] for job in jobs)
        last = [job["id"] for job in jobs if job["state"] == "queued"][-1]  # it would be a long time before its turn
        assert studio(tmp_path, "queue", "resume", last).code == 0
        while last in {job["id"] for job in studio(tmp_path, "queue", "list", "--json").json}:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        left = studio(tmp_path, "queue", "list", "--json").json
        assert len(left) > 20
        assert all(job["paused"] for job in left)
        assert studio(tmp_path, "queue", "cancel").code == 0
        process.communicate(timeout=30)
    assert process.returncode == 130


def test_numbered_files_overwrite_nothing_and_a_place_that_cannot_be_written_is_told(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "one-2.png").write_bytes(b"precious")
    answer = studio(home, *SMALL, "--no-library", "--count", "2", "-o", f"{tmp_path}/one.png")
    assert answer.code == 0, answer.err
    assert (tmp_path / "one-2.png").read_bytes() == b"precious"
    assert sorted(answer.out.splitlines()) == [f"{tmp_path}/one-2-2.png", f"{tmp_path}/one.png"]
    if not Path("/proc/self").is_dir():
        return  # nowhere else is a folder that only turns out to take nothing when something is written
    answer = studio(home, *SMALL, "-o", "/proc/made/")
    assert answer.code == 1
    assert "The result is in the library." in answer.err
    assert Path(answer.out.strip()).is_file()
    assert_calm(answer)


def test_the_same_generators_are_listed_as_data_and_as_text(home: Path) -> None:
    listed = [entry["id"] for entry in studio(home, "generators", "--json").json]
    assert "studio.image.texture" in listed
    assert listed == [line.split()[0] for line in studio(home, "generators").out.splitlines()]


def test_a_parent_that_was_deleted_is_still_named(tmp_path: Path) -> None:
    with Library(tmp_path / "library") as library:
        first = library.save(library_artifacts.picture())
        child = library.save(library_artifacts.cube(), Origin(parents=(Parent(item=first.id, name="a picture"),)))
        library.trash(first.id)
        library.empty_trash()
    assert f"parent      a picture (deleted: {first.id})\n" in studio(tmp_path, "library", "show", child.id).out


def test_a_full_disk_is_no_wrong_input_and_costs_no_older_file(tmp_path: Path) -> None:
    formats.write(library_artifacts.picture(300, 300), tmp_path / "noise.png")
    (item,) = studio(tmp_path, "library", "import", "noise.png", "--json").json
    (tmp_path / "old.png").write_bytes(b"old")
    with no_room_beyond(100_000):
        answer = studio(tmp_path, "library", "export", item["id"], "old.png")
    assert (answer.code, answer.err) == (1, "“old.png” can't be written: File too large.\n")
    assert (tmp_path / "old.png").read_bytes() == b"old"


def test_other_endings_of_a_format_are_taken_too(home: Path, tmp_path: Path) -> None:
    answer = studio(home, *SMALL, "--no-library", "-o", f"{tmp_path}/one.jpeg")
    assert (answer.code, answer.out) == (0, f"{tmp_path}/one.jpeg\n"), answer.err
    assert (tmp_path / "one.jpeg").read_bytes().startswith(b"\xff\xd8")


def test_a_result_of_another_kind_than_the_file_is_put_beside_it(home: Path, tmp_path: Path) -> None:
    (tmp_path / "s.png").write_bytes(b"precious")
    words = ("generate", "studio.image.sticker", "--set", "prompt=a red star", "--no-library")
    answer = studio(home, *words, "-o", f"{tmp_path}/s.txt")
    assert answer.code == 1, answer
    assert answer.out == f"{tmp_path}/s-2.png\n"
    assert "“s.txt” can't be written" in answer.err
    assert f"It is in {tmp_path}/s-2.png." in answer.err
    assert (tmp_path / "s-2.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s-2.png", "s.png"]


def write_journal(home: Path, *jobs: dict[str, Any]) -> None:
    """A journal as a studio that was killed leaves it."""
    (home / "queue").mkdir(exist_ok=True)
    request = {"generator": "studio.image.texture", "version": 1, "values": {}, "seed": 1, "keep": True, "folder": ""}
    lines = [{"job": {"state": "queued", "request": {**request, **job.pop("request", {})}, **job}} for job in jobs]
    (home / "queue" / "left.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def test_a_waiting_job_whose_generator_is_gone_is_told_and_waits_on(tmp_path: Path) -> None:
    write_journal(tmp_path, {"id": "a-1", "request": {"generator": "gone.away"}})
    answer = studio(tmp_path, "queue", "resume", timeout=30)
    assert answer.code == 1
    assert "gone.away" in answer.err
    assert [job["id"] for job in studio(tmp_path, "queue", "--json").json] == ["a-1"]


def test_resuming_one_job_leaves_the_others_waiting(tmp_path: Path) -> None:
    small = {"values": {"size": [64, 64]}}
    write_journal(tmp_path, *[{"id": f"a-{number}", "request": small} for number in range(4)])
    answer = studio(tmp_path, "queue", "resume", "a-2")
    left = {job["id"]: job["state"] for job in studio(tmp_path, "queue", "--json").json}
    assert left == {"a-0": "queued", "a-1": "queued", "a-3": "queued"}, answer


@pytest.fixture
def live(tmp_path: Path) -> Iterator[dict[str, list[str]]]:
    """A studio that runs and takes no left-over jobs; two of its own failed. The orders it gets are noted by name."""
    write_journal(tmp_path, {"id": "live-1", "state": "failed"}, {"id": "live-2", "state": "failed"})
    (session,) = sessions(tmp_path / "queue")
    session.path.unlink()
    journal = Journal(tmp_path / "queue")
    for job in session.jobs:
        journal.write(job)
    taken: dict[str, list[str]] = {name: [] for name in ("pause", "resume", "cancel", "retry", "clear")}
    mailbox = Mailbox(journal.commands, {name: taken[name].append for name in taken})
    yield taken
    mailbox.close()
    journal.close()


def test_a_running_studio_is_told_which_jobs_to_clear(tmp_path: Path, live: dict[str, list[str]]) -> None:
    assert studio(tmp_path, "queue", "clear", "live-2").code == 0
    assert live["clear"] == ["live-2"]
    assert studio(tmp_path, "queue", "clear").code == 0
    assert live["clear"] == ["live-2", ""]


def test_left_jobs_are_steered_here_while_another_studio_runs(tmp_path: Path, live: dict[str, list[str]]) -> None:
    write_journal(
        tmp_path,
        {"id": "left-1"}, {"id": "left-2", "state": "failed"},
        {"id": "left-3", "state": "running", "request": {"values": {"size": [64, 64]}}},
        {"id": "left-4", "request": {"generator": "gone.away"}},
    )  # fmt: skip
    assert studio(tmp_path, "queue", "cancel", "left-1").out.split() == ["left-1"]
    assert studio(tmp_path, "queue", "clear", "left-2").out.split() == ["left-2"]
    resumed = studio(tmp_path, "queue", "resume", "left-4")
    assert resumed.code == 1
    assert "gone.away" in resumed.err
    retried = studio(tmp_path, "queue", "retry", "--json")
    assert retried.code == 0, retried
    assert [job["state"] for job in retried.json["jobs"]] == ["succeeded"]
    assert "The running studio sees to live-1, live-2." in retried.err
    left = {job["id"] for job in studio(tmp_path, "queue", "--json").json}
    assert left == {"left-4", "live-1", "live-2"}
    assert {name: jobs for name, jobs in live.items() if jobs} == {"retry": ["live-1", "live-2"]}


def test_pausing_while_no_studio_runs_pauses_the_next_one(tmp_path: Path) -> None:
    nothing = studio(tmp_path, "queue", "pause")
    assert (nothing.code, nothing.err) == (0, "There is nothing to pause.\n")
    write_journal(tmp_path, {"id": "a-1"}, {"id": "a-2"})
    assert studio(tmp_path, "queue", "pause").code == 0
    assert studio(tmp_path, "queue", "cancel", "a-1").code == 0
    (job,) = studio(tmp_path, "queue", "--json").json
    assert (job["id"], job["paused"]) == ("a-2", True)


def test_an_order_that_does_not_fit_a_job_is_told(tmp_path: Path) -> None:
    write_journal(tmp_path, {"id": "a-1"}, {"id": "a-2", "state": "failed"})
    for action, job, says in (
        ("cancel", "a-2", "There is nothing to cancel: job a-2 has ended already."),
        ("retry", "a-1", "There is nothing to retry: job a-1 has not ended yet."),
        ("clear", "a-1", "There is nothing to clear: job a-1 has not ended yet."),
        ("resume", "a-2", "There is nothing to resume: job a-2 is not waiting."),
        ("pause", "a-1", "The whole queue is paused, not single jobs: name none. See: studio queue cancel JOB"),
    ):
        answer = studio(tmp_path, "queue", action, job)
        assert (answer.code, answer.out, answer.err) == (2, "", f"{says}\n")


def test_what_jobs_said_can_be_read_later(tmp_path: Path) -> None:
    assert studio(tmp_path, "queue", "log").err == "No job has said anything.\n"
    folder = tmp_path / "logs" / "jobs"
    folder.mkdir(parents=True)
    (folder / "a-1.log").write_text("first\x1b[31m\n")
    (folder / "a-2.log").write_text("second\nlast\n")
    assert studio(tmp_path, "queue", "log").out == "second\nlast\n"
    assert studio(tmp_path, "queue", "log", "a-1").out == "first�[31m\n"
    assert studio(tmp_path, "queue", "log", "a", "--json").json["a-2"] == ["second", "last"]
    unknown = studio(tmp_path, "queue", "log", "zzz")
    assert (unknown.code, unknown.err) == (2, "No job “zzz” has said anything that is still known.\n")


def test_listing_named_jobs_lists_those(tmp_path: Path) -> None:
    write_journal(tmp_path, {"id": "a-1"}, {"id": "a-2"}, {"id": "b-1"})
    assert [job["id"] for job in studio(tmp_path, "queue", "list", "a", "--json").json] == ["a-1", "a-2"]
    assert studio(tmp_path, "queue", "list", "zzz").code == 2


def test_a_file_where_the_queue_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "queue").write_bytes(b"")
    answer = studio(tmp_path, "queue")
    assert answer.code == 3
    assert f"{tmp_path}/queue is no folder." in answer.err


def test_a_damaged_journal_is_told_once_and_by_the_exit_code(tmp_path: Path) -> None:
    write_journal(tmp_path, {"id": "a-1", "request": {"generator": "gone.away"}})
    path = tmp_path / "queue" / "left.jsonl"
    path.write_text("this is no job\n" + path.read_text())
    for words, code in (("list",), 3), (("list", "--json"), 3), (("retry",), 3), (("resume",), 1), (("list",), 0):
        answer = studio(tmp_path, "queue", *words)
        assert answer.code == code
        assert answer.err.count("left.jsonl, line 1, cannot be read") == (code != 0)


def test_a_kill_leaves_no_results_outside_the_studios_folder_and_nothing_to_retry(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    words = (*LARGE, "--count", "40", "--no-library", "-o", f"{tmp_path}/made/")
    with started(tmp_path, *words, extra={"TMPDIR": str(tmp_path / "tmp")}):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and not list((tmp_path / "scratch").rglob("*.png")):
            time.sleep(0.1)
    assert list((tmp_path / "scratch").rglob("*.png"))
    assert list((tmp_path / "tmp").iterdir()) == []
    assert studio(tmp_path, "queue", "list", "--json").json == []
    assert studio(tmp_path, *SMALL).code == 0
    assert list((tmp_path / "scratch").iterdir()) == []


def test_text_from_outside_cannot_steer_the_terminal(tmp_path: Path) -> None:
    said = {"message": "\x1b[31mred \x9b31m \u202egnp.exe"}
    write_journal(tmp_path, {"id": "a\x1b]0;b\x07", "state": "failed", "failure": said})
    for words in (("queue",), ("queue", "--json"), ("queue", "retry")):
        answer = studio(tmp_path, *words)
        told = answer.out + answer.err
        assert told
        assert not any(letter in told for letter in "\x1b\x9b\x07\u202e"), words
    assert studio(tmp_path, "queue", "--json").code == 0


@pytest.mark.skipif(os.name != "posix", reason="closing and filling streams is shell work")
@pytest.mark.parametrize(
    ("redirect", "code", "says"),
    [(">&-", 0, ""), (">/dev/full", 1, "No space left"), ("2>&-", 0, ""), ("| true", 0, ""), (">&- 2>&-", 0, "")],
)
def test_an_output_that_cannot_be_written_is_met_calmly(home: Path, redirect: str, code: int, says: str) -> None:
    script = f"set -o pipefail; {sys.executable} -m studio generators {redirect}"
    done = subprocess.run(
        ["bash", "-c", script], env=environment(home), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == code, done
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_json_is_json_whatever_the_terminal_can_write(home: Path, texture: dict[str, str]) -> None:
    studio(home, "library", "rename", texture["id"], "雪🦊")
    plain = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    answer = studio(home, "library", "show", texture["id"], "--json", extra=plain)
    assert answer.json["title"] == "雪🦊"
    assert studio(home, "library", "show", texture["id"], extra=plain).code == 0


def test_ctrl_c_at_any_moment_is_calm(tmp_path: Path) -> None:
    begun = time.monotonic()
    subprocess.run([sys.executable, "-c", "import runpy, platform"], check=True, env=environment(tmp_path))
    start = 1.5 * (time.monotonic() - begun)  # before that, Python itself is still starting
    for delay in (start / 3, start + 0.1, start + 0.4, start + 1.4):
        with started(tmp_path, *LARGE, "--count", "20") as process:
            time.sleep(delay)
            while process.poll() is None:  # the last ones come while Python takes itself down
                process.send_signal(signal.SIGINT)
                time.sleep(0.02 if delay > start + 1 else 0.3)
            _, said = process.communicate(timeout=20)
        if delay > start:
            assert process.returncode == 130, said
            assert b"Traceback" not in said
    assert not [job for job in studio(tmp_path, "queue", "--json").json if job["state"] == "queued"]


def test_a_file_that_a_parameter_names_is_noted_in_full(tmp_path: Path) -> None:
    (tmp_path / "mine.sf2").write_bytes(b"no sound font")
    answer = studio(tmp_path, "generate", "studio.music.composer", "--set", "soundfont=mine.sf2")
    assert answer.code == 2
    assert answer.err.startswith("soundfont:")
    (job,) = studio(tmp_path, "queue", "--json").json
    assert job["request"]["values"]["soundfont"] == str(tmp_path / "mine.sf2")


def test_ctrl_c_while_source_text_is_executed_ends_with_the_usual_code(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(
        "from studio.cli import interrupts\n"
        "def come(): raise KeyboardInterrupt\n"
        "try: exec('come()')\n"
        "except KeyboardInterrupt: interrupts.ignore()\n"
        "raise SystemExit(130)\n"
    )
    done = subprocess.run([sys.executable, "-m", "interrupted"], env=environment(tmp_path), cwd=tmp_path, check=False)
    assert done.returncode == 130


def test_a_home_named_after_nobody_and_one_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    answer = studio(tmp_path, "generators", extra={"STUDIO_HOME": "~nobody-here/studio"})
    assert answer.code == 0, answer.err
    answer = studio(tmp_path, *SMALL, extra={"STUDIO_HOME": str(tmp_path / "file")})
    assert answer.code == 2
    assert str(tmp_path / "file") in answer.err
    assert_calm(answer)


def test_results_and_json_alone_go_to_stdout(home: Path) -> None:
    answer = studio(home, *SMALL, "--seed", "1")
    assert answer.out.splitlines() == [line for line in answer.out.splitlines() if Path(line).is_file()]
    json.loads(studio(home, *SMALL, "--seed", "2", "--json").out)
    for words in (
        ("doctor",),
        ("generators",),
        ("plugins",),
        ("library", "stats"),
        ("settings",),
        ("help",),
        ("version",),
    ):
        answer = studio(home, *words, "--json")
        assert answer.json is not None, words


def test_one_of_something_is_said_so_and_a_parameter_is_named_once() -> None:
    assert [common.counted(number, "file") for number in (0, 1, 1000)] == ["0 files", "1 file", "1,000 files"]
    assert common.told("Exact tempo must be less.", "tempo", None) == "tempo: Exact tempo must be less."
    assert common.told("The seed must be less.", "seed", "Less.") == "The seed must be less. Less."
    assert common.told("“size” is unknown.", "size", "") == "“size” is unknown."


def test_what_other_pythons_say_of_wrong_words_becomes_a_sentence_too() -> None:
    newer = "argument action: invalid choice: 'x' (choose from list, log)"
    assert sentence("studio queue", newer) == "There is no “studio queue x”; choose from list, log."
    assert sentence("studio queue", "something new") == "Something new."


def test_the_doctor_counts_what_the_lists_hold(home: Path) -> None:
    (found,) = [finding for finding in studio(home, "doctor", "--json").json if finding["subject"] == "plugins"]
    generators = studio(home, "generators", "--json").json
    recipes = studio(home, "teach", "recipes", "--json").json
    assert f"{len(generators)} generators and {len(recipes)} recipes" in found["sentence"]


def test_the_guide_to_the_settings_lists_them(home: Path) -> None:
    said = studio(home, "help", "settings").out
    assert "`idle_minutes`" in said
    assert "<!--" not in said


def test_the_engine_room_works_without_qt_and_without_apsw(tmp_path: Path) -> None:
    """As on a machine with a GPU and no desktop: results are kept as files, and found again once apsw is there."""
    missing = tmp_path / "missing"
    (missing / "PySide6").mkdir(parents=True)
    for name in ("PySide6/__init__.py", "apsw.py"):
        (missing / name).write_text("raise ModuleNotFoundError(f'No module named {__name__!r}', name=__name__)")
    root = environment(tmp_path)["PYTHONPATH"]
    bare = {"PYTHONPATH": os.pathsep.join((str(missing), root))}
    home = tmp_path / "home"
    home.mkdir()
    made = studio(home, *SMALL, "--json", extra=bare)
    assert made.code == 0, made.err
    assert "apsw" in made.err
    (item,) = made.json["items"]
    assert Path(item["files"][0]).is_file()
    assert studio(home, "generators", extra=bare).code == 0
    assert studio(home, "queue", "list", extra=bare).code == 0
    listing = studio(home, "library", "list", extra=bare)
    assert listing.code == 4
    assert "apsw" in listing.err
    window = studio(home, extra=bare)
    assert window.code == 4
    assert_calm(window)
    assert item["id"] in studio(home, "library", "list").out
