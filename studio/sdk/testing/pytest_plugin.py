"""The conformance kit in pytest: ``pytest --studio-plugin NAME`` adds the twenty checks as tests, one item each.

NAME is a distribution or ``module:Class``; the option may be given several times. Without it, this does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from studio.sdk.testing.conformance import CheckResult, Plugin


def pytest_addoption(parser: pytest.Parser) -> None:
    """Announce the option."""
    group = parser.getgroup("atelier-studio")
    group.addoption(
        "--studio-plugin",
        action="append",
        default=[],
        metavar="NAME",
        help="check this plugin (a distribution, or module:Class) with the twenty conformance checks",
    )


def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the checks of every plugin asked for."""
    for name in config.getoption("--studio-plugin"):
        items.extend(_items(session, name))


def _items(session: pytest.Session, name: str) -> Iterator[pytest.Item]:
    from studio.sdk.testing.conformance import CHECKS, Plugin, import_facts, targets_of

    for target in targets_of(name):
        plugin = Plugin(target)
        facts = import_facts(plugin)
        if "failed" in facts:
            raise pytest.UsageError(f"--studio-plugin {name}: {facts['failed']}")
        for descriptor in facts["descriptors"]:
            for number, check in CHECKS.items():
                yield ConformanceItem.from_parent(
                    session,
                    name=f"{descriptor['id']}[{number}: {check}]",
                    plugin=plugin,
                    descriptor=descriptor,
                    number=number,
                )


class ConformanceItem(pytest.Item):
    """One check of one generator as a test."""

    def __init__(self, *, plugin: Plugin, descriptor: dict[str, Any], number: int, **rest: Any) -> None:
        super().__init__(**rest)
        self._plugin = plugin
        self._descriptor = descriptor
        self._number = number

    def runtest(self) -> None:
        """Run the check in a process of its own."""
        from studio.sdk.testing.conformance import run_check

        result = run_check(self._plugin, self._descriptor, self._number)
        if not result.passed:
            raise NotConformant(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The check's one sentence; the plugin's own traceback below it."""
        if isinstance(excinfo.value, NotConformant):
            return f"{excinfo.value.result}\n{excinfo.value.result.details}".rstrip()
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[str, int, str]:
        """Where it comes from: the plugin's target."""
        return self._plugin.target, 0, self.name


class NotConformant(Exception):
    """A check that did not pass."""

    def __init__(self, result: CheckResult) -> None:
        super().__init__(str(result))
        self.result = result
