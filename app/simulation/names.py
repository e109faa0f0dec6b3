"""What are people in this company's cities called, and where do they live?  Data only.

Common Brazilian names, drawn at random: whoever comes out is nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

WOMEN: Final = tuple(
    """
    Adriana Alessandra Aline Amanda Ana Andréa Beatriz Bianca Bruna Camila Carla Carolina Cláudia
    Cristiane Daniela Débora Eliane Fabiana Fernanda Flávia Gabriela Helena Isabela Jéssica Joana
    Juliana Larissa Laura Letícia Lívia Lúcia Luciana Luíza Marcela Márcia Mariana Marina Mônica
    Natália Patrícia Paula Priscila Rafaela Regina Renata Rosângela Sandra Silvia Simone Sônia
    Tatiane Teresa Vanessa Vera Verônica Vitória Viviane Yasmin
    """.split()  # noqa: SIM905 - words are easier to read than a list of strings
)

MEN: Final = tuple(
    """
    Adriano Alexandre André Antônio Arthur Bruno Caio Carlos César Cláudio Daniel Davi Diego Edson
    Eduardo Emerson Fábio Felipe Fernando Flávio Francisco Gabriel Gilberto Guilherme Gustavo
    Henrique Hugo Igor João Jorge José Júlio Leandro Leonardo Lucas Luís Marcelo Márcio Marcos
    Mateus Maurício Miguel Murilo Nelson Otávio Paulo Pedro Rafael Renato Ricardo Roberto Rodrigo
    Rogério Samuel Sérgio Thiago Vinícius Vítor Wagner Wilson
    """.split()  # noqa: SIM905 - words are easier to read than a list of strings
)

SURNAMES: Final = tuple(
    """
    Almeida Alves Amaral Andrade Antunes Araújo Azevedo Barbosa Barros Batista Borges Braga Brito
    Campos Cardoso Carvalho Castro Cavalcanti Coelho Correia Costa Cruz Cunha Dantas Dias Duarte
    Esteves Farias Fernandes Ferreira Fonseca Freitas Garcia Gomes Gonçalves Guimarães Leite Lima
    Lopes Machado Magalhães Maia Marques Martins Medeiros Melo Mendes Miranda Monteiro Moraes
    Moreira Moura Nascimento Neves Nogueira Nunes Oliveira Pacheco Paiva Peixoto Pereira Pinheiro
    Pires Queiroz Ramos Rezende Ribeiro Rocha Rodrigues Sales Santana Santos Silva Silveira Siqueira
    Soares Souza Tavares Teixeira Torres Vasconcelos Vieira Xavier
    """.split()  # noqa: SIM905 - words are easier to read than a list of strings
)


@dataclass(frozen=True, slots=True)
class City:
    """Where people live: area code, the range of its postal codes, its share of the customers."""

    name: str
    area_code: str
    postal_code_from: int
    postal_code_to: int
    weight: int


CITIES: Final = (
    City("São Paulo", "11", 1000, 5999, 46),
    City("Campinas", "19", 13010, 13139, 12),
    City("Santos", "13", 11010, 11099, 8),
    City("Sorocaba", "15", 18010, 18119, 6),
    City("Rio de Janeiro", "21", 20010, 23799, 11),
    City("Belo Horizonte", "31", 30110, 31999, 7),
    City("Curitiba", "41", 80010, 82999, 6),
    City("Porto Alegre", "51", 90010, 91999, 4),
)
