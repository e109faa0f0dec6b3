"""Who are the people that the documentation and the demonstration tell of?

Eight people with fixed numbers and fixed stories, the same under every seed, so that a printed
command always has something to show.  Their days are counted back from today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from app.simulation.names import Name
from app.simulation.numbering import Phone, mobile, tax_id_of
from app.simulation.people import Person
from app.simulation.places import HOME

_FIRST_DAY: Final = 720


@dataclass(frozen=True, slots=True)
class Protagonist:
    """A person with a story; the days are days ago, and everything not told did not happen."""

    person: Person
    story: str
    bought: tuple[int, ...] = ()
    basket: tuple[str, ...] = ("CAF-CERR-500",)
    online: bool = False
    registered: int = _FIRST_DAY
    confirmed: int | None = None
    visited: tuple[int, ...] = ()
    granted: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    complained: int | None = None
    boleto: int | None = None
    lead: int | None = None


def _person(
    number: int,
    name: str,
    birth_date: date,
    phone: str,
    *,
    email: str = "",
    account: str = "",
    tax_id: str | None = None,
) -> Person:
    given, _, family = name.partition(" ")
    return Person(
        key=f"P{number:08d}",
        country=HOME,
        name=Name(given, (family,)),
        birth_date=birth_date,
        is_woman=given.endswith("a"),
        postal_code="01310-100",
        mobile=Phone(HOME, phone[:2], phone[2:], is_mobile=True),
        other_mobile=mobile(2 * number, HOME, phone[:2]),
        code=f"C-{4710 + number}",
        account=account,
        card=f"K-{4710 + number}",
        tax_id=tax_id_of(number) if tax_id is None else tax_id,
        email=email,
    )


SHARED_LINE: Final = "11953208814"

PROTAGONISTS: Final[Mapping[str, Protagonist]] = MappingProxyType(
    {
        "champion": Protagonist(
            _person(
                1,
                "Ana Maria de Souza",
                date(1984, 5, 2),
                "11987654321",
                tax_id="529.982.247-25",
                email="ana.souza@example.com",
                account="u-4711",
            ),
            "buys every eleven days in the shops, where she was asked two months ago whether her"
            " number still holds, and likes to hear from us",
            bought=tuple(range(3, 700, 11)),
            basket=("CAF-CERR-500", "CAF-MOGI-250", "AZE-PORT-500"),
            visited=(4, 26),
            granted=("whatsapp", "email", "voice"),
            confirmed=60,
        ),
        "slipping": Protagonist(
            _person(2, "Paulo Henrique Vieira", date(1971, 9, 18), "11954107723"),
            "came twice a week for a year and has not been seen for eleven months",
            bought=tuple(range(335, 700, 4)),
            basket=("CAF-SULM-1K", "QUE-CANA-400", "MEL-SILV-300"),
            granted=("voice", "whatsapp"),
        ),
        "complaining": Protagonist(
            _person(
                3,
                "Luciana Prado Nogueira",
                date(1990, 1, 27),
                "19951830462",
                email="luciana.nogueira@example.org",
                account="u-4713",
            ),
            "a good customer whose order came broken: her complaint is still open",
            bought=tuple(range(9, 600, 24)),
            basket=("XIC-CERA-04", "CAF-CAPS-30"),
            online=True,
            granted=("email", "whatsapp"),
            complained=4,
        ),
        "first_on_the_line": Protagonist(
            _person(4, "Helena Brandão Castro", date(1958, 3, 14), SHARED_LINE),
            "shares one telephone with her husband",
            bought=tuple(range(8, 640, 25)),
            basket=("CHA-CAMO-60", "BIS-POLV-200"),
            granted=("voice",),
        ),
        "second_on_the_line": Protagonist(
            _person(5, "Otávio Castro", date(1955, 11, 30), SHARED_LINE),
            "shares one telephone with his wife",
            bought=tuple(range(31, 640, 60)),
            basket=("CAF-CERR-500", "VEL-CERA-01"),
            denied=("voice",),
        ),
        "newcomer": Protagonist(
            _person(
                6,
                "Diego Fonseca Ramos",
                date(1998, 7, 8),
                "21952746190",
                email="diego.ramos@example.net",
                account="u-4716",
            ),
            "bought for the first time twelve days ago",
            bought=(12,),
            basket=("MOE-MANU-01", "CAF-SULM-1K"),
            online=True,
            registered=12,
            visited=(13, 5),
            granted=("email",),
        ),
        "prospect": Protagonist(
            _person(
                7,
                "Camila Rocha Teles",
                date(1993, 12, 4),
                "31955081347",
                email="camila.teles@example.com",
                account="u-4717",
                tax_id="",
            ),
            "looks around, asked to be called and has bought nothing yet",
            registered=20,
            visited=(19, 11, 2),
            granted=("email", "whatsapp", "voice"),
            lead=11,
        ),
        "waiting": Protagonist(
            _person(
                8,
                "Marcos Aurélio Pinto",
                date(1979, 4, 21),
                "41956432208",
                email="marcos.pinto@example.org",
                account="u-4718",
            ),
            "ordered two days ago and has not paid the boleto",
            bought=tuple(range(45, 500, 41)),
            basket=("SAB-AZEI-03", "PAN-LINH-03"),
            online=True,
            granted=("email", "whatsapp"),
            boleto=2,
        ),
    }
)
