"""What the artist decided about plugins: switched off, allowed to run, or put aside after misbehaving."""

from __future__ import annotations

import json
import os

TYPE_CHECKING = False  # as typing.TYPE_CHECKING, without importing typing at every start
if TYPE_CHECKING:
    from typing import Any

    from studio.disk.home import Home
    from studio.engine.discovery.answers import SwitchesDamaged


ASKS_FIRST = "STUDIO_ASKS_FIRST"
"""Environment variable of processes in which, as in the window, only what the artist allowed may run."""


class PluginSwitches:
    """The decisions, kept in ``plugin-switches.json`` in the studio's state folder; every change is saved at once.

    Attributes:
        disabled: keys (`PluginInfo.key`) of plugins the artist switched off.
        consented: distributions whose code the artist allowed to run.
        quarantined: why the studio put a plugin aside, by key.
    """

    def __init__(self, home: Home) -> None:
        self._file = home.state / "plugin-switches.json"
        plain = self._read()
        self.disabled: set[str] = _texts(plain.get("disabled"))
        self.consented: set[str] = _texts(plain.get("consented"))
        reasons = plain.get("quarantined")
        self.quarantined: dict[str, str] = (
            {str(key): str(reason) for key, reason in reasons.items()} if isinstance(reasons, dict) else {}
        )

    @property
    def allowed(self) -> set[str] | None:
        """Distributions whose code may run in this process besides the studio's own; None means all installed ones."""
        return self.consented if os.environ.get(ASKS_FIRST) else None

    def disable(self, key: str) -> None:
        """Switch a plugin off: it stays in the list, its code does not run."""
        self.disabled.add(key)
        self._save()

    def enable(self, key: str) -> None:
        """Switch a plugin on again, out of quarantine too."""
        self.disabled.discard(key)
        self.quarantined.pop(key, None)
        self._save()

    def consent(self, distribution: str) -> None:
        """Allow a distribution's code to run."""
        self.consented.add(distribution)
        self._save()

    def withdraw(self, distribution: str) -> None:
        """Take the consent back."""
        self.consented.discard(distribution)
        self._save()

    def quarantine(self, key: str, reason: str) -> None:
        """Put a plugin aside, with a sentence that says why."""
        self.quarantined[key] = reason
        self._save()

    def _read(self) -> dict[str, Any]:
        """What the file holds. Damaged, it stops everything: plugins that were switched off must not run again."""
        try:
            plain = json.loads(self._file.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise self._damaged(error.strerror or str(error)) from error
        except json.JSONDecodeError as error:
            raise self._damaged(f"line {error.lineno}, column {error.colno} is not valid JSON") from error
        except (ValueError, RecursionError) as error:
            raise self._damaged("it is not valid JSON") from error
        if not isinstance(plain, dict):
            raise self._damaged("it is no JSON object")
        return plain

    def _damaged(self, why: str) -> SwitchesDamaged:
        from studio.engine.discovery.answers import SwitchesDamaged

        return SwitchesDamaged(
            f"The file with your plugin choices cannot be read: {self._file} ({why}).",
            hint="Repair or delete it; then every plugin is switched on.",
        )

    def _save(self) -> None:
        from studio.disk.durable import write_json

        self._file.parent.mkdir(parents=True, exist_ok=True)
        plain = {
            "disabled": sorted(self.disabled),
            "consented": sorted(self.consented),
            "quarantined": dict(sorted(self.quarantined.items())),
        }
        write_json(self._file, plain)


def _texts(plain: object) -> set[str]:
    return {entry for entry in plain if isinstance(entry, str)} if isinstance(plain, list) else set()
