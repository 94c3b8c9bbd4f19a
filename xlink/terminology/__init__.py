"""Terminologies: built from sources once, then opened by memory map.

specification (TOML) ──▶ source ──concepts──▶ builder ──Arrow IPC──▶ store ──▶ filters
"""

from xlink.terminology.builder import BuildReport, build_terminology, update_terminology
from xlink.terminology.selection import Selection
from xlink.terminology.store import Terminology

__all__ = ["BuildReport", "Selection", "Terminology", "build_terminology", "update_terminology"]
