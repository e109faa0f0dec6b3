from __future__ import annotations

from tests.shell import idip

__all__ = ["idip"]
