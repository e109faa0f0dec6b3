"""The words of Portuguese and Spanish names: particles, suffixes, titles, nicknames, filler."""

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

GIVEN_NAMES: Final = each_word(
    # Names that follow a first name and are then no surname (IBGE census 2010, INE lists of ES, PT,
    # MX).  Kept short on purpose: names that are common surnames too (Vicente, Martin) stay out.
    """
    alberto alejandra alejandro alessandra alexandre alfredo alice aline amelia ana andre andrea
    andres angela angeles angelica antonia antonio aparecida armando arturo augusto aurora
    beatriz benedita bernardo bruno camila carla carlos carmen carmo carolina caroline catarina
    cecilia celia cesar clara claudia claudio conceicao concepcion cristiane cristiano cristina
    daniel daniela david debora diego dolores dores eduarda eduardo elena elisa elizabeth emilia
    emilio enrique ernesto estela eugenia eugenio eva fabiana fabio fatima felipe fernanda
    fernando francisca francisco gabriel gabriela giovanna gloria graca gracas gracia guadalupe
    guilherme guillermo gustavo helena heloisa henrique hugo ignacio ines ingrid isabel isabela
    isabella ivan jaime javier jesus joana joao joaquim joaquin jorge jose juan juana julia
    juliana juliano julio larissa laura leonardo leticia lourdes lucas lucia luciana luciano
    luis luisa luiz luiza manoel manuel manuela marcela marcelo marcia marcio marcos margarida
    margarita maria mariana mario marta mateus matheus mauricio mercedes miguel monica natalia
    nicolas olga oscar otavio pablo patricia paula paulina paulo pedro penha pilar priscila
    rafael rafaela raimunda raimundo raquel raul regina renata renato ricardo rita roberta
    roberto rocio rodrigo rogerio rosa rosario ruben sandra sara sebastian sebastiao sergio
    silvia socorro sofia sonia susana tatiana teresa tereza thiago tiago valentina valeria
    vanessa vera veronica victor victoria vinicius virginia vitor vitoria viviane walter yolanda
    """,
)

NICKNAMES: Final = {
    nickname: frozenset(names.split())
    for nickname, names in {
        # abbreviations
        "ma": "maria",
        "fco": "francisco",
        "fca": "francisca",
        "jse": "jose",
        "ant": "antonio",
        # Portuguese
        "bia": "beatriz",
        "cadu": "carlos",
        "carol": "carolina caroline",
        "chico": "francisco",
        "cris": "cristina cristiane cristiano",
        "duda": "eduarda eduardo",
        "edu": "eduardo",
        "fabi": "fabiana",
        "fe": "fernanda fernando felipe",
        "fred": "frederico",
        "gabi": "gabriela",
        "gui": "guilherme",
        "guto": "augusto gustavo",
        "isa": "isabel isabela isabella",
        "ju": "juliana julia",
        "leo": "leonardo",
        "lu": "luciana lucia luisa luiza",
        "malu": "maria",
        "manu": "manuela emanuel manuel",
        "mari": "mariana maria",
        "nanda": "fernanda",
        "pati": "patricia",
        "pri": "priscila",
        "rafa": "rafael rafaela",
        "tati": "tatiana",
        "teca": "teresa tereza",
        "tiao": "sebastiao",
        "tonho": "antonio",
        "toninho": "antonio",
        "vini": "vinicius",
        "vivi": "viviane",
        "xande": "alexandre",
        "ze": "jose",
        "zeca": "jose",
        "zezinho": "jose",
        # Spanish
        "charo": "rosario",
        "chema": "jose",
        "chelo": "consuelo",
        "chucho": "jesus",
        "chuy": "jesus",
        "concha": "concepcion",
        "conchi": "concepcion",
        "curro": "francisco",
        "gabo": "gabriel",
        "guille": "guillermo",
        "inma": "inmaculada",
        "javi": "javier",
        "kike": "enrique",
        "lalo": "eduardo",
        "licha": "alicia",
        "lola": "dolores",
        "lupe": "guadalupe",
        "lupita": "guadalupe",
        "maite": "maria",
        "manolo": "manuel",
        "mati": "matias",
        "memo": "guillermo",
        "merche": "mercedes",
        "nacho": "ignacio",
        "nico": "nicolas",
        "paco": "francisco",
        "pancho": "francisco",
        "pau": "paula",
        "pepa": "josefa",
        "pepe": "jose",
        "perico": "pedro",
        "pili": "pilar",
        "quique": "enrique",
        "santi": "santiago",
        "sofi": "sofia",
        "tere": "teresa",
        "tono": "antonio",
        "trini": "trinidad",
        "vale": "valentina valeria",
        # both
        "alex": "alexandre alejandro alejandra alessandra alexander",
        "beto": "alberto roberto humberto gilberto",
        "dani": "daniel daniela",
        "nando": "fernando",
        "toni": "antonio antonia",
    }.items()
}

FILLER_WORDS: Final = each_word(
    # A name of nothing but these is no name.
    """
    anonimo anonymous apellido asdf asdfg avulso balcao cadastrado cliente clientes comprador
    consumidor convidado customer default desconhecido desconocido ejemplo example exemplo final
    fulana fulano generico guest identificado informado invitado mostrador name nan nao no
    nombre nome none null padrao prueba pruebas qwerty sem sin sobrenome test teste testes
    testing undefined unknown visitante xx
    """,
)

FILLER_PHRASES: Final = ("fulano de tal", "fulana de tal", "joao ninguem", "john doe", "jane doe")

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
