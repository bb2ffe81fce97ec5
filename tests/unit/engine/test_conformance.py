"""Which generators ``studio plugin check`` checks, and with which values; the checks themselves: `test_conformance` of
the SDK.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.studios import home_in

from studio.engine import conformance
from studio.sdk import ParameterError
from studio.sdk.testing.conformance import CheckResult, Plugin


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Plugin]:
    """The plugins that the SDK's checks were asked to check, which take too long to be run here."""
    plugins: list[Plugin] = []

    def check(plugin: Plugin) -> Iterator[CheckResult]:
        plugins.append(plugin)
        yield from ()

    monkeypatch.setattr(conformance, "check", check)
    return plugins


def test_a_generators_id_has_only_that_one_checked_with_its_values(tmp_path: Path, asked: list[Plugin]) -> None:
    list(conformance.check_plugin(home_in(tmp_path), "studio.image.texture", {"size": "64x64"}))
    (plugin,) = asked
    assert plugin.generators == ("studio.image.texture",)
    assert plugin.given == {"studio.image.texture": {"size": [64, 64]}}


def test_a_value_for_a_parameter_that_no_generator_has_is_refused(tmp_path: Path, asked: list[Plugin]) -> None:
    for name in ("studio.image.texture", "image"):
        with pytest.raises(ParameterError, match="no parameter called “nope”"):
            list(conformance.check_plugin(home_in(tmp_path), name, {"nope": "1"}))
    assert asked == []
