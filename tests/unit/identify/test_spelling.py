"""Is a first name the same however it is spelt, and another one another?"""

from __future__ import annotations

import pytest

from app.identify.normalise.lists.given_names import FIRST_NAMES
from app.identify.normalise.lists.name_variants import EQUIVALENTS, NICKNAMES, SPELLINGS
from app.identify.normalise.text import fold
from app.identify.spelling import formal_names, is_first_name, is_given_name


def is_one(one: str, other: str) -> bool:
    return not formal_names(fold(one)).isdisjoint(formal_names(fold(other)))


@pytest.mark.parametrize(
    "names",
    [
        *("Luiz Luis Luys", "Thiago Tiago", "Vitor Victor Viktor", "Matheus Mateus", "Luiza Luisa"),
        *("Teresa Tereza Thereza", "Vitória Victória", "Sofia Sophia", "Ana Anna Hanna"),
        *("Rafael Raphael", "Felipe Phelipe Filipe", "Elizabete Elisabeth", "Karla Carla"),
        *("Jorge Jordi", "Josep José Xosé", "Joan Juan Jon", "Pere Pedro Kepa", "Mikel Miguel"),
        *("Yuri Iuri", "Walter Valter", "Jacqueline Jaqueline", "Erick Érik", "Helena Elena"),
        *("Dudu Eduardo", "Toninha Antônia", "Kiko Francisco", "Kiko Enrique Henrique"),
        *("Zé José", "Paco Francisco", "Yasmin Iasmim", "Marc Marcos", "Ignasi Ignacio Iñaki"),
    ],
)
def test_one_name(names: str) -> None:
    first, *others = names.split()
    assert all(is_one(first, other) for other in others)


@pytest.mark.parametrize(
    "names",
    [
        *("Paulo Paula", "Mario Maria", "João Joana", "Joan Joana", "Luís Luísa", "Marina Mariana"),
        *("Isabel Isabela", "Daniel Daniela", "Marcos Márcio", "Luzia Lúcia", "Denis Denise"),
        *("Mateus Matias", "Júlia Juliana", "Celi Kelly"),
    ],
)
def test_two_names(names: str) -> None:
    assert not is_one(*names.split())


def test_the_last_vowel_is_never_spelling() -> None:
    """Of the well-known names no man's is a woman's, whatever rules and tables fold."""
    pairs = [(name, f"{name[:-1]}a") for name in FIRST_NAMES if name.endswith("o")]
    both = [(his, hers) for his, hers in pairs if hers in FIRST_NAMES]
    assert len(both) > 30
    assert [pair for pair in both if is_one(*pair)] == []


def test_the_tables_are_folded_and_lead_to_names() -> None:
    for table in (SPELLINGS, EQUIVALENTS, NICKNAMES):
        for word, meant in table.items():
            names = meant.split() if isinstance(meant, str) else meant
            assert all(fold(each) == each for each in (word, *names))
    for nickname in NICKNAMES:
        assert any(map(is_first_name, formal_names(nickname))), nickname


def test_what_stands_after_a_first_name() -> None:
    assert all(map(is_given_name, ("pedro", "raphael", "sophia", "anna")))
    assert not any(map(is_given_name, ("vicente", "martin", "silva", "santos")))
    assert all(map(is_first_name, ("vicente", "martin")))
    assert not any(map(is_first_name, ("silva", "zuleide", "")))
