"""How is one sentence kept in every language people read?

Machine codes stay English and are never translated; what a person reads is a ``Wording``, complete
in every locale or not a wording at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.vocabulary import Locale

PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z_]*)\}")


@dataclass(frozen=True, slots=True)
class Wording:
    """The same sentence in Brazilian Portuguese, Spanish and English.

    ``{lower_case}`` words are placeholders; their names are the same in every language.
    """

    pt_br: str
    es: str
    en: str

    def in_locale(self, locale: Locale) -> str:
        """Return the text of one language."""
        match locale:
            case Locale.PT_BR:
                return self.pt_br
            case Locale.ES:
                return self.es
            case Locale.EN:
                return self.en

    def placeholders(self) -> frozenset[str]:
        """Return the names that stand in braces in any language."""
        return frozenset(PLACEHOLDER.findall(f"{self.pt_br}\n{self.es}\n{self.en}"))

    def filled(self, locale: Locale, values: Mapping[str, str]) -> str:
        """Return one language with its placeholders replaced; a name without a value stays as is.

        Not ``str.format``: people write catalogues, and ``{name.__class__}`` would read objects.
        """
        return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), self.in_locale(locale))
