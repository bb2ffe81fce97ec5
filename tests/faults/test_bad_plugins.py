"""Every way a plugin can misbehave becomes a row with a plain reason, and everything else works."""

import re
import sys
import time
from pathlib import Path

import psutil
import pytest
from helpers.installed import install

from studio.disk.home import Home
from studio.engine.discovery.plugins import PluginInfo, PluginState
from studio.engine.discovery.registry import Registry

CORPUS = Path(__file__).parent / "plugins"
LIMIT = 3.0

EXPECTED: dict[str, tuple[PluginState, str]] = {
    "aborts": (PluginState.CRASHED, r"crashed .* \(abort\)"),
    "bad_default": (PluginState.BROKEN, r"“steps” has a default that does not fit: .* 1 and 8"),
    "bad_id": (PluginState.BROKEN, r"id must look like .* not 'My Generator!'"),
    "behaves": (PluginState.READY, r"^$"),
    "closes_everything": (PluginState.CRASHED, r"crashed the process"),
    "constructor_raises": (PluginState.BROKEN, r"line \d+ of constructor_raises.py\): OSError: no disk"),
    "duplicate_a": (PluginState.READY, r"^$"),
    "duplicate_b": (PluginState.BROKEN, r"“duplicate_b” .* and “duplicate_a” .* both offer bad.duplicate"),
    "exits_at_import": (PluginState.BROKEN, r"sys\.exit \(line \d+ of exits_at_import.py\)"),
    "exits_hard": (PluginState.CRASHED, r"exit code 0"),
    "floods": (PluginState.HANGS, r"did not load within 3 seconds"),
    "forgets_the_mark": (PluginState.BROKEN, r"“studio_generators” lacks the @sdk.hookimpl mark"),
    "forks": (PluginState.READY, r"^$"),
    "goes_online": (PluginState.BROKEN, r"line \d+ of goes_online.py.*may not go online while they are listed"),
    "hangs": (PluginState.HANGS, r"did not load within 3 seconds"),
    "hangs_deaf": (PluginState.HANGS, r"did not load within 3 seconds"),
    "hook_exits": (PluginState.BROKEN, r"sys\.exit"),
    "hook_raises": (PluginState.BROKEN, r"LookupError: no generators today"),
    "imports_torch": (PluginState.BROKEN, r"imports torch when it is merely listed \(line \d+ of imports_torch.py\)"),
    "imports_torch_quietly": (PluginState.BROKEN, r"imports torch when it is merely listed"),
    "interrupts": (PluginState.BROKEN, r"KeyboardInterrupt"),
    "leaves_a_child": (PluginState.READY, r"^$"),
    "leaves_a_thread": (PluginState.READY, r"^$"),
    "makes_anything": (PluginState.BROKEN, r"only artifact classes"),
    "misses_a_module": (PluginState.NEEDS_SETUP, r"pip install surely_not_installed"),
    "misspells_hook": (PluginState.BROKEN, r"no hook “studio_generator”; did you mean “studio_generators”\?"),
    "no_json": (PluginState.BROKEN, r"cannot be described as JSON"),
    "no_title": (PluginState.BROKEN, r"title must be a few words"),
    "prints": (PluginState.READY, r"^It prints something when it is loaded"),
    "raises_at_import": (
        PluginState.BROKEN,
        r"line \d+ of raises_at_import.py\): RuntimeError: the moon is in the wrong",
    ),
    "reads_input": (PluginState.BROKEN, r"EOFError"),
    "recurses": (PluginState.BROKEN, r"RecursionError"),
    "returns_instances": (PluginState.BROKEN, r"returned a Dots among the classes"),
    "returns_strangers": (PluginState.BROKEN, r"“dict” is not a subclass of sdk.Generator"),
    "returns_text": (PluginState.BROKEN, r"must return a list of classes, not a str"),
    "sdk_nine": (PluginState.INCOMPATIBLE, r"made for version 9 of the plugin interface; this studio has version 1"),
    "segfaults": (PluginState.CRASHED, r"segmentation fault"),
    "twice": (PluginState.BROKEN, r"two generators with the id bad.twice"),
    "wants_newer_sdk": (PluginState.INCOMPATIBLE, r"does not have: .*Hologram"),
    "颜料盒": (PluginState.READY, r"^$"),
}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """One discovery with the whole corpus installed beside each other."""
    root = tmp_path_factory.mktemp("corpus")
    for module in sorted(CORPUS.glob("*.py")):
        install(root / "site", module)
    (root / "site" / "garbage-1.0.dist-info").mkdir()
    (root / "site" / "garbage-1.0.dist-info" / "entry_points.txt").write_bytes(b"\xff\xfe[studio.plugins]\n\x00=\x80")
    (root / "site" / "nonsense-1.0.dist-info").mkdir()
    (root / "site" / "nonsense-1.0.dist-info" / "entry_points.txt").write_text("[studio.plugins]\nn = rm -rf /:;\n")
    (root / "site" / "nonsense-1.0.dist-info" / "METADATA").write_bytes(b"Name: nonsense\nVersion: 1.0\n")
    return Registry.discover(Home(root, root / "library"), path=[str(root / "site"), *sys.path], limit=LIMIT)


def row(found: Registry, name: str) -> PluginInfo:
    (only,) = [row for row in found.plugins if row.name == name]
    return only


def test_every_plugin_of_the_corpus_is_expected() -> None:
    assert sorted(EXPECTED) == sorted(module.stem for module in CORPUS.glob("*.py"))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bad_plugin_becomes_a_row_with_a_plain_reason(found: Registry, name: str) -> None:
    state, reason = EXPECTED[name]
    this = row(found, name)
    assert (this.state, bool(re.search(reason, this.reason))) == (state, True), this
    assert "Traceback" not in this.reason
    assert "\n" not in this.reason


def test_ready_plugins_beside_bad_ones_offer_their_generators(found: Registry) -> None:
    ready = {name for name, (state, _) in EXPECTED.items() if state is PluginState.READY}
    offered = {spec.id for spec in found.specs.values() if spec.distribution.startswith("bad-")}
    assert len(offered) == len(ready)
    assert {"bad.behaves", "bad.prints", "bad.paint-box", "bad.duplicate"} <= offered


def test_the_studios_own_plugins_work_beside_bad_ones(found: Registry) -> None:
    assert "studio.image.texture" in found.specs


def test_damaged_metadata_becomes_a_row(found: Registry) -> None:
    damaged = row(found, "garbage")
    assert damaged.state is PluginState.BROKEN
    assert "metadata is damaged" in damaged.reason


def test_an_entry_point_that_is_no_reference_becomes_a_row(found: Registry) -> None:
    assert "not of the form module:Class" in row(found, "n").reason


def test_a_crash_keeps_what_the_interpreter_said_for_the_details(found: Registry) -> None:
    assert "Segmentation fault" in row(found, "segfaults").details
    assert "segfaults.py" in row(found, "segfaults").details


def test_no_process_of_a_plugin_is_left_behind(found: Registry) -> None:
    del found
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        left = [child for child in psutil.Process().children(recursive=True) if "3600" in " ".join(_command(child))]
        if not left:
            return
        time.sleep(0.1)
    raise AssertionError(left)


def _command(process: psutil.Process) -> list[str]:
    try:
        command: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return command


def test_a_hanging_plugin_delays_others_by_no_more_than_its_own_limit(tmp_path: Path) -> None:
    site = tmp_path / "site"
    for name in ("hangs", "hangs_deaf", "behaves"):
        install(site, CORPUS / f"{name}.py")
    started = time.monotonic()
    found = Registry.discover(Home(tmp_path, tmp_path / "library"), path=[str(site), *sys.path], limit=1.5)
    assert row(found, "behaves").state is PluginState.READY
    assert time.monotonic() - started < 2 * 1.5 + 8  # two that hang, side by side or in turn, and slow starts


def test_torch_is_refused_before_it_costs_anything(found: Registry) -> None:
    assert row(found, "imports_torch").seconds < 1.0


def test_requiring_another_studio_is_told_before_the_plugin_runs(tmp_path: Path) -> None:
    site = tmp_path / "site"
    install(site, CORPUS / "exits_hard.py", requires=["atelier-studio>=9", "numpy"])
    install(site, CORPUS / "behaves.py", requires=["atelier_studio>=0.1", 'atelier-studio>=9; python_version<"3"'])
    found = Registry.discover(Home(tmp_path, tmp_path / "library"), path=[str(site), *sys.path])
    refused = row(found, "exits_hard")
    assert refused.state is PluginState.INCOMPATIBLE
    assert "asks for atelier-studio >=9" in refused.reason
    assert row(found, "behaves").state is PluginState.READY
