"""What does a person read in the export of their own data?  Sentences, in their language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from app.differentiate.score import Value
from app.differentiate.segments import SEGMENT_NAMES
from app.rules.wording import Wording
from app.vocabulary import Locale

LEGEND: Final[Mapping[str, Wording]] = {
    "who_you_are": Wording(
        "Como o conhecemos hoje: os valores do seu cadastro que valem.",
        "Cómo le conocemos hoy: los valores de su ficha que valen.",
        "How we know you today: the values of your profile that hold.",
    ),
    "known_by": Wording(
        "Por quais contatos e números o reconhecemos, e quem nos disse.",
        "Por qué contactos y números le reconocemos, y quién nos lo dijo.",
        "By which contact points and numbers we recognise you, and who told us.",
    ),
    "unusable": Wording(
        "O que nos disseram como contato ou número seu e não serve para reconhecê-lo, e por quê.",
        "Lo que nos dijeron como contacto o número suyo y no sirve para reconocerle, y por qué.",
        "What we were told as your contact points or numbers that recognises nobody, and why.",
    ),
    "not_theirs": Wording(
        "O que disseram que não é seu: `for_good` se foi você, e então para sempre.",
        "Lo que dijeron que no es suyo: `for_good` si fue usted, y entonces para siempre.",
        "What was said not to be yours: `for_good` if it was you who said it, and then for ever.",
    ),
    "profile_values": Wording(
        "Todos os valores do seu cadastro, com fonte, data e garantia; `holds` marca o que vale,"
        " `provider` é quem forneceu o dado à fonte.",
        "Todos los valores de su ficha, con fuente, fecha y garantía; `holds` marca el que vale,"
        " `provider` es quien proporcionó el dato a la fuente.",
        "Every value of your profile with source, time and assurance; `holds` marks what holds,"
        " `provider` is who provided it to the source.",
    ),
    "records": Wording(
        "Em quais sistemas da empresa há um registro seu.",
        "En qué sistemas de la empresa hay un registro suyo.",
        "Which of the company's systems have a record of you.",
    ),
    "joined": Wording(
        "Quando e por que esses registros foram reunidos.",
        "Cuándo y por qué se reunieron esos registros.",
        "When and why these records were put together.",
    ),
    "words": Wording(
        "O que atendentes disseram sobre ser ou não você, em cada contato, e o que conferiram.",
        "Lo que agentes dijeron sobre si era usted o no, en cada contacto, y qué comprobaron.",
        "What agents said about whether it was you, at each contact, and what they checked.",
    ),
    "reviews": Wording(
        "O que alguém devia conferir nos seus registros, e o que decidiu. Onde se trata também de"
        " outras pessoas, o que elas têm em comum e o motivo ficam de fora.",
        "Lo que alguien debía comprobar en sus registros, y qué decidió. Donde se trata también de"
        " otras personas, lo que tienen en común y el motivo quedan fuera.",
        "What somebody was to check in your records, and what they decided. Where it is about"
        " others too, what they have in common and the reason are left out.",
    ),
    "score": Wording(
        "O que suas compras dizem hoje, e o que isso significa.",
        "Lo que sus compras dicen hoy, y lo que eso significa.",
        "What your purchases say today, and what that means.",
    ),
    "consents": Wording(
        "O que você autorizou ou recusou.",
        "Lo que usted autorizó o rechazó.",
        "What you agreed to or refused.",
    ),
    "preferences": Wording(
        "Como você prefere ser atendido.",
        "Cómo prefiere que le atiendan.",
        "How you prefer to be spoken to.",
    ),
    "complaints": Wording("Suas reclamações.", "Sus reclamaciones.", "Your complaints."),
    "contacts": Wording(
        "Cada contato entre você e a empresa.",
        "Cada contacto entre usted y la empresa.",
        "Every contact between you and the company.",
    ),
    "moments": Wording(
        "Cada vez que um sistema nos perguntou quem era, e o que respondemos sobre você.",
        "Cada vez que un sistema nos preguntó quién era, y lo que respondimos sobre usted.",
        "Every time a system asked us who it was, and what we said of you.",
    ),
    "decisions": Wording(
        "O que decidimos oferecer ou não oferecer, com que dados, por que, e o que resultou.",
        "Lo que decidimos ofrecer o no ofrecer, con qué datos, por qué, y qué resultó.",
        "What we decided to offer or not, from which data, why, and what came of it.",
    ),
    "events": Wording(
        "Cada fato como outros sistemas nos contaram, registro por registro.",
        "Cada hecho tal como otros sistemas nos lo contaron, registro por registro.",
        "Every fact as other systems told it to us, record by record.",
    ),
    "restraints": Wording(
        "O que restringe o uso dos seus dados, ou impede por ora a eliminação.",
        "Lo que limita el uso de sus datos, o impide por ahora su supresión.",
        "What restricts the use of your data, or keeps them from erasure for now.",
    ),
    "requests": Wording(
        "Seus pedidos sobre os próprios dados, e o que resultou.",
        "Sus solicitudes sobre sus propios datos, y qué resultó.",
        "Your requests about your own data, and what came of them.",
    ),
    "looked_at": Wording(
        "Quem viu ou mudou seus dados aqui, e quando; os mais recentes primeiro.",
        "Quién vio o cambió sus datos aquí, y cuándo; los más recientes primero.",
        "Who looked at or changed your data here, and when; the latest first.",
    ),
    "purposes": Wording(
        "Para que usamos os dados. A base legal que a empresa declara está no aviso de"
        " privacidade dela; a que acompanha cada autorização está em `consents`.",
        "Para qué usamos los datos. La base legal que la empresa declara está en su aviso de"
        " privacidad; la que acompaña a cada autorización está en `consents`.",
        "What we use the data for. The legal basis the company declares is in its privacy notice;"
        " the one that came with each consent is in `consents`.",
    ),
    "rights": Wording(
        "Você pode pedir a correção, a restrição ou a eliminação destes dados, opor-se ao seu uso"
        " para ofertas e recorrer à autoridade de proteção de dados.",
        "Usted puede pedir la rectificación, la limitación o la supresión de estos datos, oponerse"
        " a su uso para ofertas y reclamar ante la autoridad de protección de datos.",
        "You may ask for these data to be corrected, restricted or erased, object to their use for"
        " offers, and complain to the data protection authority.",
    ),
}
"""A sentence for each part of the export."""

PURPOSES: Final[Mapping[str, Wording]] = {
    "identification": Wording(
        "Reconhecer quem entra em contato.",
        "Reconocer a quien se pone en contacto.",
        "To recognise who makes contact.",
    ),
    "service": Wording(
        "Atender melhor e resolver reclamações.",
        "Atender mejor y resolver reclamaciones.",
        "To serve better and to resolve complaints.",
    ),
    "value": Wording(
        "Resumir as compras em notas de recência, frequência e valor.",
        "Resumir las compras en notas de recencia, frecuencia y valor.",
        "To sum purchases up as recency, frequency and value.",
    ),
    "marketing": Wording(
        "Escolher, de forma automatizada, o que oferecer, dentro do que você autorizou.",
        "Elegir, de forma automatizada, qué ofrecer, dentro de lo que usted autorizó.",
        "To choose, automatically, what to offer, within what you agreed to.",
    ),
    "measurement": Wording(
        "Aprender com os resultados, em contagens que não nomeiam ninguém.",
        "Aprender de los resultados, en recuentos que no nombran a nadie.",
        "To learn from results, in counts that name nobody.",
    ),
}

_NEVER_BOUGHT: Final = Wording(
    "Nenhuma compra no período: não há notas.",
    "Ninguna compra en el periodo: no hay notas.",
    "No purchase in the period: there are no scores.",
)
_R: Final = Wording(
    "Recência {score} de 5: a última compra foi em {on}.",
    "Recencia {score} de 5: la última compra fue el {on}.",
    "Recency {score} of 5: the last purchase was on {on}.",
)
_F: Final = Wording(
    "Frequência {score} de 5: compras em {days} dias nos últimos {window}.",
    "Frecuencia {score} de 5: compras en {days} días de los últimos {window}.",
    "Frequency {score} of 5: purchases on {days} days of the last {window}.",
)
_V: Final = Wording(
    "Valor {score} de 5: {value} {currency} nos últimos {window} dias.",
    "Valor {score} de 5: {value} {currency} en los últimos {window} días.",
    "Value {score} of 5: {value} {currency} in the last {window} days.",
)
_SEGMENT: Final = Wording(
    "Por isso está no grupo “{name}”.",
    "Por eso está en el grupo «{name}».",
    "Hence the group “{name}”.",
)


def score_sentences(value: Value, locale: Locale) -> list[str]:
    """Return what somebody's worth means, sentence by sentence."""
    numbers, rfv = value.numbers, value.rfv
    segment = _SEGMENT.filled(locale, {"name": SEGMENT_NAMES[value.segment].in_locale(locale)})
    if rfv is None:
        return [_NEVER_BOUGHT.in_locale(locale), segment]
    filled = {
        "window": str(numbers.window_days),
        "on": str(numbers.last_on),
        "days": str(numbers.purchase_days_window),
        "value": str(numbers.contribution_window),
        "currency": value.run.yardstick.currency,
    }
    scores = ((_R, rfv.r), (_F, rfv.f), (_V, rfv.v))
    told = [wording.filled(locale, {**filled, "score": str(score)}) for wording, score in scores]
    return [*told, segment]
