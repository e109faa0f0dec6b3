"""E-mail addresses that are nobody's, a company's desk, or a platform's alias; providers' rules."""

from __future__ import annotations

from typing import Final

from app.identify.normalise.lists import each_word

PLACEHOLDER_LOCALS: Final = each_word(
    # What tills and call centres type when there is none (pt, es, en), whatever the domain.
    """
    abc abcd asdf asdfg asdfgh cliente consumidor consumidorfinal ejemplo example exemplo fulana
    fulano nao nao-tem nao_tem naoconsta naoexiste naoinformado naoinformou naopossui naoquer
    naosei naotem no noaplica nocorreo noemail noinforma noinformado nomail none noposee notiene
    null prueba pruebas qwerty sem sem-email sem_email semcadastro sememail seminformacao
    semmail seuemail sin sin-correo sin_correo sincorreo sinemail sinmail suemail test test123
    teste teste123 tester testes testing tucorreo tuemail undefined
    """,
)

PLACEHOLDER_DOMAINS: Final = each_word(
    # Domains made up to fill the field; registered or not, no customer of ours has a mailbox there.
    """
    correo.correo nao.com nao.com.br naoinformado.com naoinformado.com.br naopossui.com
    naopossui.com.br naotem.com naotem.com.br noemail.com nomail.com notiene.com prueba.com
    prueba.es sem.com sem.com.br sememail.com sememail.com.br semmail.com sincorreo.com
    sinemail.com tem.com test.com teste.com teste.com.br
    """,
)

COMPANY_LOCALS: Final = each_word(
    # Role addresses: RFC 2142, and the desks of Brazilian, Portuguese and Spanish companies.
    """
    abuse adm admin administracao administracion administrador administrativo almacen
    almoxarifado asistencia assistencia atencion atencionalcliente atencioncliente atendimento
    atendimentoaocliente billing cadastro caixa caja calidad central cobranca cobrancas cobranza
    cobranzas comercial compra compras comunicacao comunicacion contabil contabilidad
    contabilidade contact contacta contacto contato contatos correo cotacao cotizaciones credito
    direcao direccion diretoria email empresa encomendas entregas escritorio estoque expedicao
    facturacion facturas faturamento faturas financas finance financeiro finanzas fiscal
    fornecedores garantia gerencia hello hola hostmaster hr info informacao informacion
    informacoes informes juridico legal licitacao licitacoes logistica loja mail marketing
    matriz mercadeo newsletter nf nfe nfs nfse nota notafiscal notas notasfiscais office oficina
    ola operaciones operacoes orcamento orcamentos orders ouvidoria pagamentos pagos pedido
    pedidos postmaster postventa posvenda posventa presupuestos producao produccion proveedores
    purchasing qualidade recebimento recepcao recepcion recibos reclamaciones reclamacoes
    recursoshumanos reservas rh rrhh sac sales secretaria service servicio servicios sistemas
    soporte suporte support suprimentos tecnico tesoreria tesouraria ti tienda transporte vendas
    ventas webmaster xml
    """,
)

UNATTENDED_LOCALS: Final = each_word(
    # Addresses that send and never receive: they tell of no customer.
    """
    bounce bounces do-not-reply donotreply mailer-daemon nao-responda naoresponda naoresponder
    no-reply no-responder no_reply noreply norespondas noresponder
    """,
)

ALIAS_DOMAINS: Final = frozenset(
    # Addresses made by a platform for one order or talk; they expire, and do not come back.
    {
        "ct.vtex.com.br",  # VTEX Conversation Tracker, hard and soft masks
        "mail.mercadolivre.com",
        "mail.mercadolivre.com.br",
        "mail.mercadolibre.com",
        "mail.mercadolibre.com.ar",
        "mail.mercadolibre.com.co",
        "mail.mercadolibre.com.mx",
        "mail.mercadolibre.cl",
        "members.ebay.com",
        "guest.booking.com",
        "guest.airbnb.com",
        "reply.airbnb.com",
        "reply.github.com",
        "users.noreply.github.com",
        "reply.facebook.com",
        "reply.craigslist.org",
    },
)

ALIAS_PREFIXES: Final = (
    # Amazon's buyer aliases: marketplace.amazon.com, .com.br, .com.mx, .es, …
    "marketplace.amazon.",
)

SAME_DOMAIN: Final = {"googlemail.com": "gmail.com"}

DOTLESS_DOMAINS: Final = frozenset(
    # Google's help: "dots don't matter in Gmail addresses".  Workspace domains are not known to us.
    {"gmail.com"},
)

PLUS_DOMAINS: Final = each_word(
    # Providers whose help pages describe name+tag@ as the same mailbox.
    """
    fastmail.com fastmail.fm gmail.com hey.com hotmail.com hotmail.com.br hotmail.es icloud.com
    live.com live.com.mx mac.com me.com msn.com outlook.com outlook.com.br outlook.es outlook.pt
    pm.me proton.me protonmail.com zoho.com
    """,
)

FREE_DOMAINS: Final = PLUS_DOMAINS | each_word(
    # Mailboxes anybody may open: an address here speaks of no company.
    """
    aol.com bol.com.br globo.com globomail.com gmx.com gmx.es hotmail.com.ar ig.com.br live.cl
    live.com.ar mail.com oi.com.br prodigy.net.mx r7.com rocketmail.com sapo.pt telefonica.net
    terra.com terra.com.br uol.com.br yahoo.cl yahoo.com yahoo.com.ar yahoo.com.br yahoo.com.mx
    yahoo.es ymail.com zipmail.com.br
    """,
)
