"""May a secret stand in a file, and is a mistake in it told without telling the secret?"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import SECRETS, Settings, SettingsError

SECRET = "0123456789abcdef0123456789abcdef"


def told(settings: Settings) -> dict[str, str | None]:
    given = (settings.database_url, settings.secret_key)
    return dict(zip(SECRETS, (each and each.get_secret_value() for each in given), strict=True))


@pytest.mark.parametrize("variable", SECRETS)
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_secret_may_stand_in_a_file(variable: str, end: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes((SECRET + end).encode())
    settings = Settings.from_environ({f"{variable}_FILE": str(file)})
    assert told(settings)[variable] == SECRET
    assert SECRET not in repr(settings)


@pytest.mark.parametrize("variable", SECRETS)
def test_a_mistake_names_the_variable_and_no_value(variable: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(SECRET)
    for environ in (
        {f"{variable}_FILE": str(file), variable: SECRET},
        {f"{variable}_FILE": str(tmp_path / "nothing")},
    ):
        with pytest.raises(SettingsError) as raised:
            Settings.from_environ(environ)
        assert variable in str(raised.value)
        assert SECRET not in str(raised.value)


def test_only_secrets_may_stand_in_files() -> None:
    with pytest.raises(SettingsError, match="IDIP_COUNTRY_FILE"):
        Settings.from_environ({"IDIP_COUNTRY_FILE": "x"})
    assert Settings.from_environ({"DATABASE_URL_FILE": ""}).database_url is None
