"""What all tests share."""

import pytest
from hypothesis import HealthCheck, settings

# How quickly values are drawn says more of how busy the machine is than of a test.
settings.register_profile("studio", suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("studio")


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest rewrite the assertions of tests only.

    Of a plugin that is installed from a checkout it rewrites the whole package, here all of the studio. That takes
    seconds, and CPython 3.11 fails (“AST constructor recursion depth mismatch”) when it happens to collect Qt's objects
    while pytest parses a module that is imported in the middle of a test.
    """
    getattr(config.pluginmanager.rewrite_hook, "_must_rewrite", set()).discard("studio")
