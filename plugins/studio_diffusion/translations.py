"""简体中文 for everything this package shows; keys are the English words as they stand in the code."""

from __future__ import annotations

ZH_CN: dict[str, str] = {}
