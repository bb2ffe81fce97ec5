"""Simplified Chinese for everything the composer shows."""

from __future__ import annotations

ZH_CN: dict[str, str] = {}
