"""Discovery: what is cached, what is loaded anew, and what the artist's decisions change."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers.installed import install

from studio.disk.home import Home
from studio.engine.discovery.loading import LoadError, load_generator
from studio.engine.discovery.plugins import PluginInfo, PluginState
from studio.engine.discovery.registry import Registry
from studio.engine.discovery.switches import PluginSwitches
from studio.sdk import GeneratorSpec, UserError

SOURCE = '''
from pathlib import Path
import studio.sdk as sdk

with Path(__file__).with_suffix(".imports").open("a") as stream:
    stream.write("imported\\n")


class Made(sdk.Generator):
    """{title}: something made."""

    id, title, makes = "{id}", "{title}", (sdk.Text,)
    needs = sdk.Needs(modules={modules})

    class Params(sdk.Params):
        words: int = sdk.integer(5, min=1, max=9)

    def generate(self, params, ctx):
        yield sdk.Text(text="word " * params.words)


class Plugin:
    @sdk.hookimpl
    def studio_generators(self):
        return [Made]
'''

Discover = Callable[..., Registry]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return tmp_path / "site"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "state", tmp_path / "library")


@pytest.fixture
def discover(home: Home, site: Path) -> Discover:
    """Discovery that sees only what is installed in `site`, and no checkout."""
    site.mkdir(exist_ok=True)
    stand_in = site / "atelier_studio-0.1.0.dist-info"
    stand_in.mkdir()
    (stand_in / "METADATA").write_text("Name: atelier-studio\nVersion: 0.1.0\n")
    (stand_in / "entry_points.txt").write_text("[studio.plugins]\n")

    def run(**how: object) -> Registry:
        return Registry.discover(home, path=[str(site), *_libraries()], **how)  # type: ignore[arg-type]

    return run


def _libraries() -> list[str]:
    """The interpreter's own search path, without whatever else is installed here."""
    root = str(Path(__file__).parents[3])
    return [entry for entry in sys.path if entry and "site-packages" not in entry and not entry.startswith(root)] + [
        next(entry for entry in sys.path if "site-packages" in entry)
    ]


def write(folder: Path, name: str, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    module = folder / f"{name}.py"
    module.write_text(SOURCE.format(**{"id": f"test.{name}", "title": name.capitalize(), "modules": "()", **texts}))
    return module


def imports(module: Path) -> int:
    record = module.with_suffix(".imports")
    return len(record.read_text().splitlines()) if record.exists() else 0


def only(found: Registry, name: str) -> PluginInfo:
    (row,) = [row for row in found.plugins if row.name == name]
    return row


def test_an_installed_plugin_appears_with_its_generator(discover: Discover, site: Path, tmp_path: Path) -> None:
    install(site, write(tmp_path / "src", "hello"), name="acme-hello", version="2.1")
    found = discover()
    row = only(found, "hello")
    assert (row.state, row.reason, row.distribution, row.version) == (PluginState.READY, "", "acme-hello", "2.1")
    spec = found.specs["test.hello"]
    assert (spec.title, spec.makes, spec.module, spec.distribution) == ("Hello", ("text",), "hello", "acme-hello")
    assert [field.name for field in spec.fields] == ["words"]


def test_what_is_known_is_not_loaded_again(discover: Discover, site: Path, tmp_path: Path) -> None:
    install(site, write(tmp_path / "src", "hello"))
    first, second = discover(), discover()
    assert imports(site / "hello.py") == 1
    assert first.plugins == second.plugins
    assert first.descriptors == second.descriptors


TRANSLATED = """
    @sdk.hookimpl
    def studio_translations(self):
        return {"zh_CN": {"Words": "词数"}}
"""


def test_translations_are_there_with_a_warm_cache_too_and_kept_once(
    discover: Discover, home: Home, site: Path, tmp_path: Path
) -> None:
    module = write(tmp_path / "src", "hello")
    more = module.read_text("utf-8").replace("[Made]", "[Made, Other]")
    other = '\n\nclass Other(Made):\n    """Another."""\n\n    id = \'test.other\'\n'
    module.write_text(more.replace("\n\nclass Plugin", f"{other}\n\nclass Plugin") + TRANSLATED, "utf-8")
    install(site, module)
    for found in (discover(), discover()):
        assert set(found.specs) == {"test.hello", "test.other"}
        assert all(spec.translations == {"zh_CN": {"Words": "词数"}} for spec in found.specs.values())
    assert home.descriptors.read_text("utf-8").count("词数") == 1


def test_installing_another_plugin_loads_only_that_one(discover: Discover, site: Path, tmp_path: Path) -> None:
    install(site, write(tmp_path / "src", "hello"))
    discover()
    install(site, write(tmp_path / "src", "again"))
    assert set(discover().descriptors) == {"test.hello", "test.again"}
    assert (imports(site / "hello.py"), imports(site / "again.py")) == (1, 1)


def test_a_new_version_is_loaded_anew(discover: Discover, site: Path, tmp_path: Path) -> None:
    old = install(site, write(tmp_path / "src", "hello"))
    discover()
    for file in old.iterdir():
        file.unlink()
    old.rmdir()
    install(site, write(tmp_path / "src", "hello", title="Welcome"), version="1.1")
    assert discover().specs["test.hello"].title == "Welcome"


def test_an_editable_plugin_is_loaded_anew_when_its_source_changes(
    discover: Discover, site: Path, tmp_path: Path
) -> None:
    module = write(tmp_path / "src", "hello")
    install(site, module, editable=True)
    (site / "hello.pth").write_text(str(module.parent))
    sys_path_entry = str(module.parent)
    home = Home(tmp_path / "state", tmp_path / "library")
    path = [str(site), sys_path_entry, *_libraries()]
    assert Registry.discover(home, path=path).specs["test.hello"].title == "Hello"
    assert Registry.discover(home, path=path).specs["test.hello"].title == "Hello"
    assert imports(module) == 1
    write(module.parent, "hello", title="Welcome")
    assert Registry.discover(home, path=path).specs["test.hello"].title == "Welcome"


def test_an_uninstalled_plugin_disappears(discover: Discover, site: Path, tmp_path: Path) -> None:
    folder = install(site, write(tmp_path / "src", "hello"))
    discover()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    assert "test.hello" not in discover().descriptors


def test_refresh_loads_everything_again(discover: Discover, site: Path, tmp_path: Path) -> None:
    install(site, write(tmp_path / "src", "hello"))
    discover()
    discover(refresh=True)
    assert imports(site / "hello.py") == 2


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\x00", b'{"format": 1, "crc32": 1, "body": {}}', b"[]"])
def test_a_damaged_cache_is_made_again(
    discover: Discover, home: Home, site: Path, tmp_path: Path, damage: bytes
) -> None:
    install(site, write(tmp_path / "src", "hello"))
    discover()
    home.descriptors.write_bytes(damage)
    assert "test.hello" in discover().specs
    assert imports(site / "hello.py") == 2
    json.loads(home.descriptors.read_bytes())


def test_a_flipped_bit_in_the_cache_is_noticed(discover: Discover, home: Home, site: Path, tmp_path: Path) -> None:
    install(site, write(tmp_path / "src", "hello"))
    discover()
    home.descriptors.write_bytes(home.descriptors.read_bytes().replace(b'"title":"Hello"', b'"title":"Jello"'))
    assert discover().specs["test.hello"].title == "Hello"


def test_a_cache_that_cannot_be_written_costs_only_time(
    discover: Discover, home: Home, site: Path, tmp_path: Path
) -> None:
    install(site, write(tmp_path / "src", "hello"))
    home.descriptors.mkdir(parents=True)
    assert "test.hello" in discover().descriptors
    assert "test.hello" in discover().descriptors
    assert imports(site / "hello.py") == 2


def test_a_plugin_the_artist_switched_off_does_not_run(
    discover: Discover, home: Home, site: Path, tmp_path: Path
) -> None:
    install(site, write(tmp_path / "src", "hello"))
    PluginSwitches(home).disable("bad-hello:hello")
    found = discover()
    assert only(found, "hello").state is PluginState.DISABLED
    assert "test.hello" not in found.descriptors
    assert imports(site / "hello.py") == 0
    found.switches.enable("bad-hello:hello")
    assert only(discover(), "hello").state is PluginState.READY


def test_switching_off_a_known_plugin_keeps_naming_its_generators(
    discover: Discover, home: Home, site: Path, tmp_path: Path
) -> None:
    install(site, write(tmp_path / "src", "hello"))
    discover()
    PluginSwitches(home).disable("bad-hello:hello")
    assert only(discover(), "hello").generators == ("test.hello",)


def test_a_quarantined_plugin_shows_its_reason_and_can_be_restored(
    discover: Discover, home: Home, site: Path, tmp_path: Path
) -> None:
    install(site, write(tmp_path / "src", "hello"))
    PluginSwitches(home).quarantine("bad-hello:hello", "It crashed three times in a row.")
    row = only(discover(), "hello")
    assert (row.state, row.reason) == (PluginState.QUARANTINED, "It crashed three times in a row.")
    PluginSwitches(home).enable("bad-hello:hello")
    assert only(discover(), "hello").state is PluginState.READY


def test_code_of_others_does_not_run_before_the_artist_consents(
    discover: Discover, home: Home, site: Path, tmp_path: Path
) -> None:
    install(site, write(tmp_path / "src", "hello"))
    assert only(discover(consent=PluginSwitches(home).consented), "hello").state is PluginState.NEEDS_CONSENT
    assert imports(site / "hello.py") == 0
    PluginSwitches(home).consent("bad-hello")
    assert only(discover(consent=PluginSwitches(home).consented), "hello").state is PluginState.READY
    PluginSwitches(home).withdraw("bad-hello")
    found = discover(consent=PluginSwitches(home).consented)
    assert only(found, "hello").state is PluginState.NEEDS_CONSENT
    assert "test.hello" not in found.descriptors


def test_a_damaged_file_of_decisions_is_an_error_that_names_it(discover: Discover, home: Home) -> None:
    home.state.mkdir()
    (home.state / "plugin-switches.json").write_text("{disabled")
    with pytest.raises(UserError, match=r"plugin-switches\.json"):
        discover()


def test_a_generator_whose_module_is_missing_needs_setup_until_it_is_there(
    discover: Discover, site: Path, tmp_path: Path
) -> None:
    install(site, write(tmp_path / "src", "hello", modules='("wonder_library",)'))
    row = only(discover(), "hello")
    assert row.state is PluginState.NEEDS_SETUP
    assert "pip install wonder_library" in row.reason
    (site / "wonder_library.py").write_text("")
    assert only(discover(), "hello").state is PluginState.READY
    assert imports(site / "hello.py") == 1


def test_a_generator_loads_from_its_description(
    discover: Discover, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, write(tmp_path / "src", "loadable"))
    spec = discover().specs["test.loadable"]
    monkeypatch.syspath_prepend(str(site))
    assert load_generator(spec).id == "test.loadable"


def test_a_generator_that_is_gone_or_renamed_is_told_plainly(
    discover: Discover, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, write(tmp_path / "src", "renamed"))
    plain = discover().specs["test.renamed"].to_json()
    monkeypatch.syspath_prepend(str(site))
    with pytest.raises(LoadError, match="not in renamed any more"):
        load_generator(GeneratorSpec.from_json({**plain, "qualname": "Gone"}))
    with pytest.raises(LoadError, match=r"from test\.other to test\.renamed"):
        load_generator(GeneratorSpec.from_json({**plain, "id": "test.other"}))


def test_unknown_names_are_answered_with_the_closest(discover: Discover, site: Path, tmp_path: Path) -> None:
    install(site, write(tmp_path / "src", "hello"))
    found = discover()
    with pytest.raises(UserError) as raised:
        found.spec("test.helo")
    assert raised.value.hint == "Did you mean test.hello?"
    with pytest.raises(UserError) as raised:
        found.find("helo")
    assert raised.value.hint == "Did you mean hello?"


def test_rows_travel_as_json(discover: Discover, site: Path, tmp_path: Path) -> None:
    install(site, write(tmp_path / "src", "hello"))
    for row in discover().plugins:
        assert PluginInfo.from_json(json.loads(json.dumps(row.to_json()))) == row
