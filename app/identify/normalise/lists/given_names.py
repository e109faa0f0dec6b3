"""Which words are well-known given names?  Two different ones are two people.

Names frequent in the census lists of Brazil (IBGE, 2010) and Spain, Portugal and Mexico (INE); what
is left out is only less well known.  Folded; spelling variants (``spelling``) need no entry.
"""

from __future__ import annotations

from typing import Final

from app.identify.normalise.lists import each_word

GIVEN_NAMES: Final = each_word(
    # Names that follow a first name and are then no surname.  Kept short on purpose: names that are
    # common surnames too (Vicente, Martin) stay out.
    """
    adriana alberto alejandra alejandro alessandra alexandre alfredo alice aline amanda amelia
    ana andre andrea andres angel angela angeles angelica antonia antonio aparecida armando
    arturo augusto aurora beatriz benedita bernardo bruna bruno caio camila camilo carla carlos
    carmen carmo carolina caroline catarina cecilia celia cesar clara claudia claudio conceicao
    concepcion cristiane cristiano cristina daniel daniela david debora diego dolores dores
    eduarda eduardo elena elisa elizabeth emilia emilio enrique enzo ernesto estela eugenia
    eugenio eva fabiana fabio fatima felipe fernanda fernando francisca francisco gabriel
    gabriela giovanna gloria graca gracas gracia guadalupe guilherme guillermo gustavo helena
    heloisa henrique hugo ignacio ines ingrid isabel isabela isabella ivan jaime javier jesus
    joana joao joaquim joaquin jorge jose juan juana julia juliana juliano julio larissa laura
    leonardo leticia lidia livia lourdes lucas lucia luciana luciano luis luisa luiz luiza
    manoel manuel manuela marcela marcelo marcia marcio marcos margarida margarita maria mariana
    marina mario marta mateo mateus matheus mauricio mercedes miguel monica murilo natalia
    nicolas olga oscar otavio pablo patricia paula paulina paulo pedro penha pilar priscila
    rafael rafaela raimunda raimundo raquel raul regina renata renato ricardo rita roberta
    roberto rocio rodrigo rogerio rosa rosario ruben sandra sara sebastian sebastiao sergio
    silvia socorro sofia sonia susana tatiana teresa tereza thiago tiago valentina valeria
    vanessa vera veronica victor victoria vinicius virginia vitor vitoria viviane walter yasmin
    yolanda
    """,
)

ALSO_SURNAMES: Final = each_word(
    # First names that are common surnames too, or too rare second to a first name to matter there.
    """
    abel adan adela adelaide adelia ademir adolfo adrian adriano agustin agustina ailton ainhoa
    aitor alan alba albertina alcides alejo alex alexandra alexis alfonso alicia alison alonso
    alvaro alzira amaia amalia amaro amparo anabela ander anderson andressa anibal anselmo antia
    araceli ariana arlete arlindo arnaldo arnau artur ascension asier asuncion aurelio barbara
    bartolomeu begona belen benedito benito benjamin berenice bernarda bianca biel blanca boris
    brais brenda brendan breno bryan candela candido carina carlota carmelo casimiro cassia
    catalina celeste celso charles cicero cintia clarice clarissa claudete cleber clemente
    cleusa cloe conrado constanza consuelo cristian cristiana cristobal dalila damian danilo
    dario davi deise delfina denis denise diana dina dinis dinora diogo dirceu djalma domingo
    domingos dora douglas dulce edgar edilson edith edmundo edna edson elaine eliana eliane
    elias elisabete eliseu eloi elsa elvira elza emanuel emerson emma encarnacion eneko erica
    erick ernestina esperanza esteban estefania ester estevao esther eusebio evandro evelyn
    everton ezequiel fabian fabiano fabiola fabricio fatima federico felicia felix fermin fidel
    filomena flavia flavio florencia francine franco frederico gaspar geni genoveva george
    geovana geraldo gerardo german gerson gilberto gilda gilmar gisele giselle gladys gonsalo
    gonzalo gorka graciela gregorio guiomar haroldo hector heitor helder helio heraldo herculano
    hernan hilda horacio humberto iago iara igor iker ilda imaculada inacio inaki inmaculada
    iracema irene iris irma isaac isabelle isadora isaias ismael israel itamar itziar ivana
    ivete ivone jacinto jacira jackson jacqueline jair jairo janaina jandira jane janete
    jaqueline jaume jean jeferson jeronimo jessica joan joaquina joel johanna jon jonas jonatan
    jonathan jordana jordi josefa josefina josep josias josue joyce juarez julian juliane
    julieta jurema juvenal karen karina kaua kelly kepa kevin koldo laercio laia lara lauro
    lazaro leandra leandro leila leire lenita leon leonor leopoldo lia lilian liliana lorena
    lorenza lorenzo luana luca luciene lucila lucinda lucrecia luna lurdes luz luzia magdalena
    maite manolo mara marc marcelina marco margarete mariano marilda marilena marilene marisa
    marisol marlene marli marlon marti martim martin martina mateu matias maura mauro maximo
    maya melissa meritxell micaela michele mikel milagros milena milton mirella miren miriam
    moises montse montserrat myriam nadia nair narciso nayara nelida nelson nerea nestor neusa
    neuza newton nilo nilson nilton nilza noelia noemi norberto norma nuno nuria octavia odete
    olivia omar oriol orlando oscarina oswaldo paloma pamela paola pascual patricio pau paulino
    paz pere perla plinio pol priscilla purificacion quiteria rafaella raissa ramiro ramon
    ramona rebeca reginaldo reinaldo remedios rene rey robson rocco rodolfo roger rolando romulo
    ronaldo roque rosalia rosalina rosana rosane rosangela roseli rosemary roxana rubens rui
    rute salome salvador samanta samuel santiago santino saulo selma sergi severino sheila
    sidney silvana silvano silverio simao simon simone solange soledad stella sueli suzana tadeu
    tais tamara tania tarcisio tatiane telma teo teodoro terezinha thais thales theo tobias
    tomas trinidad ubirajara ulises ulisses unai ursula uxia vagner valdemar valdir valentin
    valmir vanda vanderlei vania vicenta vicente vilma violeta viviana wagner waldemar wanda
    washington wellington wesley william wilson xabier xavi xavier xoan xose xurxo yago yara
    yuri zelia zenaide zilda zulmira
    """,
)

FIRST_NAMES: Final = GIVEN_NAMES | ALSO_SURNAMES

CROSSED_NAMES: Final = frozenset(
    # A second given name that is the other sex's first one: who bears it does not go by it alone.
    {
        *(("maria", second) for second in ("jesus", "joao", "jose", "juan")),
        *(
            (first, "maria")
            for first in ("angel", "antonio", "carlos", "jesus", "joao", "jose", "juan", "luis")
        ),
    }
)
