"""What are people called?  Names of Brazil, Spain and Spanish America, the commonest first.

Drawn at random, whoever comes out is nobody.  A name is drawn the more often the further in front
it stands, as one over its place: the shape of the lists that statistical offices publish.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

_SOFTENED: Final = 3
"""Places added before dividing, or every fifth person would bear the first name of the list."""


class Pool:
    """Names, and how often each is drawn."""

    __slots__ = ("_until", "names")

    def __init__(self, text: str) -> None:
        """Take the words of a text, the commonest first."""
        self.names = tuple(text.split())
        places = range(1 + _SOFTENED, 1 + _SOFTENED + len(self.names))
        self._until = tuple(accumulate(1 / place for place in places))

    def draw(self, rng: Random) -> str:
        """Return one of them."""
        return rng.choices(self.names, cum_weights=self._until)[0]


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name: given names, surnames in their order, and what tells son from father."""

    given: str
    family: tuple[str, ...]
    suffix: str = ""

    def __str__(self) -> str:
        """Return it as the papers write it."""
        return " ".join(self._words())

    def _words(self) -> Iterator[str]:
        yield self.given
        yield from self.family
        if self.suffix:
            yield self.suffix

    @property
    def first(self) -> str:
        """Return the first of the given names."""
        return self.given.partition(" ")[0]


BRAZILIAN_WOMEN: Final = Pool(
    """
    Maria Ana Francisca Antônia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda
    Bruna Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Vera Vitória Larissa Cláudia
    Beatriz Rita Luana Sônia Renata Eliane Josefa Simone Natália Cristiane Carla Débora Rosângela
    Jaqueline Rosa Daniela Aparecida Marlene Terezinha Raimunda Andréa Fabiana Lúcia Raquel Angela
    Rafaela Joana Luíza Isabela Helena Alice Tatiane Priscila Viviane Bianca Carolina Silvia Teresa
    Verônica Yasmin Lívia Marina Mônica Flávia
    """
)
BRAZILIAN_MEN: Final = Pool(
    """
    José João Antônio Francisco Carlos Paulo Pedro Lucas Luiz Marcos Luís Gabriel Rafael Daniel
    Marcelo Bruno Eduardo Felipe Raimundo Rodrigo Manoel Mateus André Fernando Fábio Leonardo
    Gustavo Guilherme Leandro Tiago Anderson Ricardo Márcio Jorge Sebastião Alexandre Roberto Edson
    Diego Vítor Sérgio Cláudio Matheus Thiago Geraldo Adriano Luciano Júlio Renato Alex Vinícius
    Rogério Samuel Ronaldo Mário Flávio Igor Davi Manuel Jeferson Cícero Victor Miguel Robson
    Maurício Danilo Henrique Caio Reginaldo Joaquim Otávio Hugo César
    """
)
SPANISH_WOMEN: Final = Pool(
    """
    María Carmen Ana Isabel Laura Cristina Josefa Marta Dolores Lucía Elena Pilar Antonia Francisca
    Paula Mercedes Rosario Raquel Sara Juana Teresa Beatriz Rosa Nuria Silvia Julia Irene Patricia
    Montserrat Andrea Rocío Mónica Alba Ángela Sonia Sandra Marina Susana Yolanda Natalia Margarita
    Eva Inmaculada Claudia Esther Verónica Noelia Sofía Carolina Concepción
    """
)
SPANISH_MEN: Final = Pool(
    """
    Antonio Manuel José Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael
    Pedro Pablo Ángel Sergio Fernando Jorge Luis Alberto Álvaro Adrián Diego Raúl Iván Rubén Enrique
    Óscar Ramón Vicente Andrés Joaquín Santiago Víctor Eduardo Mario Roberto Jaime Marcos Ignacio
    Hugo Alfonso Jordi Ricardo Salvador Guillermo Emilio Gabriel Tomás
    """
)
AMERICAN_WOMEN: Final = Pool(
    """
    María Ana Guadalupe Juana Rosa Carmen Patricia Verónica Sandra Claudia Gabriela Laura Andrea
    Alejandra Daniela Valentina Camila Sofía Fernanda Adriana Paola Carolina Mónica Leticia Martha
    Silvia Lucía Gloria Natalia Diana Mariana Liliana Luz Elena Isabel Teresa Victoria Julia
    Valeria Catalina Marcela Beatriz Norma Graciela Rocío Milagros Florencia Agustina Constanza
    Josefa
    """
)
AMERICAN_MEN: Final = Pool(
    """
    José Juan Luis Carlos Jorge Miguel Jesús Francisco Manuel Pedro Alejandro Roberto Fernando
    Eduardo Ricardo Daniel David Javier Antonio Sergio Andrés Santiago Mateo Sebastián Diego
    Gustavo Víctor Mario Raúl Martín Héctor Óscar Pablo Julio César Rafael Nicolás Felipe Gonzalo
    Cristián Álvaro Hernán Rodrigo Iván Ramón Emilio Camilo Guillermo Alberto Ignacio
    """
)
SURNAMES: Final[Mapping[str, Pool]] = {
    "BR": Pool(
        """
        Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro
        Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade
        Moreira Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo
        Moura Cavalcanti Campos Correia Melo Barros Castro Azevedo Pinto Cunha Batista Monteiro
        Borges Duarte Brito Miranda Nogueira Xavier Tavares Coelho Queiroz Siqueira Peixoto Pacheco
        Guimarães Magalhães Fonseca Amaral Farias Rezende Paiva Dantas Vasconcelos Sales
        """
    ),
    "ES": Pool(
        """
        García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez
        Hernández Ruiz Díaz Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez
        Ramos Vázquez Ramírez Gil Serrano Morales Molina Blanco Suárez Castro Ortega Delgado Ortiz
        Marín Rubio Núñez Medina Sanz Castillo Iglesias Cortés Garrido Santos Guerrero Lozano Cano
        Cruz Prieto Méndez Flores Herrera Peña León Márquez Cabrera Gallego Calvo
        """
    ),
    "MX": Pool(
        """
        Hernández García Martínez López González Pérez Rodríguez Sánchez Ramírez Cruz Flores Gómez
        Morales Vázquez Reyes Jiménez Torres Díaz Gutiérrez Ruiz Mendoza Aguilar Ortiz Moreno
        Castillo Romero Álvarez Méndez Chávez Rivera Juárez Ramos Domínguez Herrera Medina Castro
        Vargas Guzmán Velázquez Rojas Muñoz Contreras Salazar Luna Ortega Guerrero Estrada Bautista
        """
    ),
    "AR": Pool(
        """
        González Rodríguez Gómez Fernández López Díaz Martínez Pérez García Sánchez Romero Sosa
        Álvarez Torres Ruiz Ramírez Flores Acosta Benítez Medina Suárez Herrera Aguirre Pereyra
        Gutiérrez Giménez Molina Silva Castro Rojas Ortiz Núñez Luna Juárez Cabrera Ríos Ferreyra
        Godoy Morales Domínguez Moreno Peralta Vega Carrizo Quiroga Castillo Ledesma Muñoz Ojeda
        """
    ),
    "CO": Pool(
        """
        Rodríguez Gómez González Martínez García López Hernández Sánchez Ramírez Pérez Díaz Muñoz
        Rojas Moreno Jiménez Vargas Torres Ortiz Castro Gutiérrez Álvarez Valencia Suárez Herrera
        Ruiz Quintero Restrepo Cardona Romero Ospina Giraldo Castaño Zapata Osorio Mejía Arias Ríos
        Parra Cárdenas Mosquera Salazar Montoya Henao Londoño
        """
    ),
    "CL": Pool(
        """
        González Muñoz Rojas Díaz Pérez Soto Contreras Silva Martínez Sepúlveda Morales Rodríguez
        López Fuentes Hernández Torres Araya Flores Espinoza Valenzuela Castillo Tapia Reyes
        Gutiérrez Castro Pizarro Álvarez Vásquez Sánchez Fernández Ramírez Carrasco Gómez Cortés
        Herrera Núñez Jara Vergara Rivera Figueroa Riquelme García Bravo Miranda Vera Molina
        """
    ),
    "PE": Pool(
        """
        Quispe Flores Sánchez García Rodríguez Rojas Huamán Mamani Torres Díaz López Ramos Pérez
        Chávez Gonzáles Vásquez Espinoza Ramírez Mendoza Castillo Gutiérrez Fernández Castro Vargas
        Cruz Condori Silva Huanca Ruiz Guerrero Medina Salazar Romero Alvarado Reyes Cárdenas Apaza
        Herrera Salas Campos Paredes Delgado Córdova Choque
        """
    ),
}

NICKNAMES: Final[Mapping[str, tuple[str, ...]]] = {
    # What people go by; not the list that identification reads, which need not know them all.
    name: tuple(nicknames.split())
    for name, nicknames in {
        "Alejandra": "Ale Jandra",
        "Alejandro": "Ale Alex Jano",
        "Alexandre": "Alê Xande Alex",
        "Ana": "Aninha Anita",
        "Antônio": "Toninho Tonho",
        "Antonio": "Toni Antoñito",
        "Beatriz": "Bia Bea",
        "Carlos": "Carlinhos Cacá Carlitos",
        "Carolina": "Carol Caro",
        "Concepción": "Concha Conchi",
        "Daniel": "Dani Dan",
        "Daniela": "Dani",
        "Dolores": "Lola",
        "Eduardo": "Edu Dudu Lalo",
        "Enrique": "Quique Kike",
        "Felipe": "Lipe Pipe",
        "Fernanda": "Nanda Fê Fer",
        "Fernando": "Nando Fer",
        "Francisca": "Chica Paca Fran",
        "Francisco": "Chico Paco Pancho Curro",
        "Gabriel": "Biel Gabo",
        "Gabriela": "Gabi",
        "Guadalupe": "Lupe Lupita",
        "Guilherme": "Gui",
        "Guillermo": "Memo Guille",
        "Gustavo": "Gu Guga Tavo",
        "Ignacio": "Nacho",
        "Isabel": "Isa Chabela",
        "Isabela": "Isa Bela",
        "Jesús": "Chuy Chus",
        "Joana": "Jô",
        "José": "Zé Pepe Zeca",
        "Juan": "Juancho Juanito",
        "Juliana": "Ju Juju",
        "Leonardo": "Léo",
        "Luciana": "Lu",
        "Manuel": "Manolo Manu",
        "María": "Mari Mariquita",
        "Maria": "Mariazinha Mari",
        "Mateus": "Teteu",
        "Mercedes": "Merche",
        "Patricia": "Patri Paty",
        "Patrícia": "Pati",
        "Pedro": "Pedrinho Perico",
        "Pilar": "Pili",
        "Rafael": "Rafa Fael",
        "Rafaela": "Rafa",
        "Ricardo": "Ricky Cacá",
        "Roberto": "Beto",
        "Rosario": "Charo",
        "Santiago": "Santi",
        "Sebastián": "Seba",
        "Teresa": "Tere Teca",
        "Terezinha": "Teca",
        "Tiago": "Ti",
        "Valentina": "Vale",
        "Vicente": "Chente",
        "Vinícius": "Vini",
    }.items()
}
