"""Record keys and codes that stand for no customer in particular: a till's default client.

From the default installations of Brazilian, Portuguese and Spanish-speaking ERPs and tills, from
what their tax authorities ask to be printed, and from what programs write when a variable is empty
(the block lists of Segment and RudderStack).
"""

from __future__ import annotations

from typing import Final

from app.identify.normalise.lists import each_line

GENERIC_PHRASES: Final = each_line(
    # Anywhere in the text, whole words: "CONSUMIDOR FINAL, LOJA 3".
    """
    cash customer
    cash sale
    cliente a vista
    cliente avulso
    cliente balcao
    cliente contado
    cliente default
    cliente diversos
    cliente final
    cliente generico
    cliente mostrador
    cliente nao cadastrado
    cliente nao identificado
    cliente ocasional
    cliente padrao
    cliente varios
    clientes diversos
    clientes varios
    consumidor final
    consumidor nao identificado
    default client
    default customer
    guest customer
    nao cadastrado
    nao identificado
    nao informado
    nao informou
    nao possui
    nao tem
    no identificado
    no informado
    no registrado
    no tiene
    publico em geral
    publico en general
    publico general
    sem cadastro
    sem email
    sem identificacao
    sem informacao
    sem nome
    sem telefone
    sin correo
    sin datos
    sin identificar
    sin nombre
    sin telefono
    venda a consumidor
    venda a vista
    venda ao consumidor
    venda avulsa
    venda balcao
    venta al publico
    venta mostrador
    ventas mostrador
    walk in
    """,
)

GENERIC_WORDS: Final = frozenset(
    # The whole text, folded, signs as spaces.
    {
        "anonimo",
        "anonymous",
        "avulso",
        "balcao",
        "cf",
        "cliente",
        "consumidor",
        "convidado",
        "customer",
        "default",
        "desconhecido",
        "desconocido",
        "diversos",
        "exento",
        "false",
        "generico",
        "guest",
        "innominado",
        "invitado",
        "isento",
        "mostrador",
        "n a",
        "na",
        "nan",
        "nd",
        "nenhum",
        "ninguno",
        "nil",
        "none",
        "null",
        "object object",
        "padrao",
        "prueba",
        "s n",
        "sn",
        "test",
        "teste",
        "true",
        "undefined",
        "unknown",
        "varios",
        "visitante",
        "void",
    },
)
