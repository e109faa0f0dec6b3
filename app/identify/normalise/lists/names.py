"""The words around Portuguese and Spanish names: particles, suffixes, titles, and filler."""

from __future__ import annotations

from datetime import date
from typing import Final

from app.identify.normalise.lists import each_word

PARTICLES: Final = each_word("de da do das dos e del la las los y di du von van der den")

SUFFIXES: Final = {
    # A difference here is strong evidence against: father and son share everything else.
    "filho": "filho",
    "filha": "filha",
    "fo": "filho",
    "neto": "neto",
    "neta": "neta",
    "bisneto": "bisneto",
    "junior": "junior",
    "jr": "junior",
    "jnr": "junior",
    "sobrinho": "sobrinho",
    "sobrinha": "sobrinha",
    "segundo": "segundo",
    "terceiro": "terceiro",
    "tercero": "terceiro",
    "ii": "segundo",
    "iii": "terceiro",
}

TITLES: Final = each_word(
    """
    sr sra srta dr dra d dn dna dona don dom eng prof profa lic ing arq abg mr mrs ms
    senhor senhora senor senora
    """,
)

FILLER_WORDS: Final = each_word(
    # A name of nothing but these is no name: what tills, shops and their staff write in Portuguese,
    # Spanish and English where one is asked for and there is none.
    """
    abc abcd abcde abcdef anonima anonimo anonymous apellido apellidos aplica applicable asd
    asdasd asdf asdfg asdfgh asdfghjkl available avulsa avulso balcao bla blabla buyer
    cadastrado cadastro cash cliente clientes comprador consumidor consumidora contado contato
    convidada convidado customer default definir desconhecida desconhecido desconocida
    desconocido diversos ejemplo em example exemplo factura final foo fulana fulano generica
    generico geral given guest identificada identificado informada informado informed invitada
    invitado ipsum lorem mostrador na name nan nao nenhum nenhuma ninguem ningun ninguno no
    nobody nombre nome none not null ocasional padrao particular pendente pendiente privado
    proporcionado provided prueba pruebas public publico qwe qwer qwert qwerty registrada
    registrado sample se sei sem shopper sin sobrenome tba tbd test teste tester testes testing
    undefined unknown user usuaria usuario varejo varios venda vendas venta ventas visitante
    visitor walk walkin xx xxx xyz zzz
    """,
)

FILLER_PHRASES: Final = (
    *("fulano de tal", "fulana de tal", "joao ninguem", "john doe", "jane doe"),
    *("a definir", "a preencher", "not available", "por definir", "walk in customer"),
)

FILLER_BIRTH_DATES: Final = frozenset(
    {
        date(1, 1, 1),  # .NET's smallest
        date(1111, 11, 11),  # typed
        date(1753, 1, 1),  # SQL Server's smallest
        date(1800, 1, 1),
        date(1899, 12, 30),  # day zero of Excel, Access and Delphi
        date(1899, 12, 31),
        date(1900, 1, 1),
        date(1900, 1, 2),
        date(1901, 1, 1),
        date(1904, 1, 1),  # day zero of Excel on the Mac
        date(1910, 1, 1),
        date(1911, 11, 11),
        date(1970, 1, 1),  # Unix's day zero: the few people born then lose one piece of evidence
        date(9999, 12, 31),
    },
)
