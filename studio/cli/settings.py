"""``studio settings``: the declared table, from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio.cli import common, exits
from studio.engine.settings import BY_KEY, TABLE, Setting, Settings, SettingsError, Value
from studio.sdk import UserError


def run(argv: Sequence[str]) -> int:
    """List the settings, read one, or change one."""
    made = common.parser("settings", "List the settings; read one (KEY); change one (KEY VALUE).")
    made.add_argument("key", nargs="?")
    made.add_argument("value", nargs="?")
    arguments = made.parse_args(argv)
    settings = common.load_settings(common.find_home(arguments))
    if arguments.key is not None and arguments.key not in BY_KEY:
        raise UserError(f"There is no setting “{arguments.key}”.", hint=f"Settings: {', '.join(BY_KEY)}.")
    if arguments.value is not None:
        try:
            _change(settings, BY_KEY[arguments.key], arguments.value)
        except OSError as error:
            common.warn(f"The setting can't be kept in {settings.path}: {error.strerror or error}.")
            return exits.FAILED
    keys = [arguments.key] if arguments.key else [setting.key for setting in TABLE]
    if common.wants_json(arguments):
        common.print_json({key: settings[key] for key in keys})
    else:
        common.print_lines(common.table([[key, _told(settings[key]), BY_KEY[key].title] for key in keys]))
    return exits.OK


def _change(settings: Settings, setting: Setting, text: str) -> None:
    try:
        value = setting.check(_parse(setting, text))
        if setting.kind == "folder" and value:
            _try_folder(Path(str(value)))
        settings.set(setting.key, value)
    except SettingsError as error:
        raise UserError(str(error)) from error


def _try_folder(folder: Path) -> None:
    """Make the folder, and see that something can be written into it. Raises `UserError`."""
    from tempfile import TemporaryFile

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=folder):
            pass
    except (FileExistsError, NotADirectoryError) as error:
        raise UserError(f"{error.filename} is no folder.") from error
    except OSError as error:
        raise UserError(f"The folder {folder} can't be used: {error.strerror}.") from error


def _parse(setting: Setting, text: str) -> Value:
    if setting.kind == "toggle":
        words = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
        return words.get(text.lower(), text)
    if setting.kind in ("integer", "number"):
        try:
            return float(text)
        except ValueError:
            return text
    return text


def _told(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value) if value != "" else "(usual)"
