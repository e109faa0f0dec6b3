"""Is what is measured the base that was meant, whatever the shell says?"""

from __future__ import annotations

import pytest

from benchmarks.environment import environment


def test_nothing_the_service_is_told_here_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_URL_FILE", "IDIP_SECRET_KEY", "IDIP_DATA_DIR"):
        monkeypatch.setenv(name, "another house")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("HOME_OF_MINE", "kept")
    passed_on = environment(IDIP_DATA_DIR="/a/base")
    assert passed_on["IDIP_DATA_DIR"] == "/a/base"
    assert passed_on["HOME_OF_MINE"] == "kept"
    assert "another house" not in passed_on.values()
    assert not [name for name in passed_on if name.startswith("OTEL_")]
