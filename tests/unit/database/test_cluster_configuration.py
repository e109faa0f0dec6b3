"""How does the embedded server get everything on the disk after a crash, on which system?"""

from __future__ import annotations

import pytest

from app.database.embedded.cluster import LOCAL, configuration

AT_ONCE = "recovery_init_sync_method = syncfs"


@pytest.mark.parametrize("kernel", ["5.8.0", "5.15.0-91-generic", "6.1.0+deb12", "10.0"])
def test_linux_is_told_to_do_it_for_the_whole_disk(kernel: str) -> None:
    assert AT_ONCE in configuration("Linux", kernel).splitlines()


@pytest.mark.parametrize(
    ("system", "kernel"), [("Linux", "5.7.19"), ("Linux", "4.19.0-26"), ("Darwin", "24.1.0")]
)
def test_who_would_not_tell_of_a_failure_does_it_file_by_file(system: str, kernel: str) -> None:
    assert AT_ONCE not in configuration(system, kernel)


def test_an_operator_has_the_last_word() -> None:
    *_, last = configuration("Linux", "6.1.0").splitlines()
    assert last == f"include '{LOCAL}'"
