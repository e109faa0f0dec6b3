"""By which words is a name a company's?  Portuguese and Spanish, folded."""

from __future__ import annotations

from typing import Final

from app.identify.normalise.lists import each_word

COMPANY_WORDS: Final = each_word(
    # Legal forms, then what trades call themselves.  Words that are surnames too (Ferreiro, Casas)
    # stay out.
    """
    ltda eireli epp mei me sa sas srl sl slu slne scp cia ltd inc llc gmbh sapi sab cv spa eirl
    sociedade sociedad companhia compania empresa empresas grupo group holding consorcio cooperativa
    associacao asociacion fundacao fundacion instituto condominio consorcios igreja prefeitura
    municipio ayuntamiento sindicato clube colegio escola escuela universidade universidad hospital
    clinica laboratorio farmacia drogaria comercio comercial comercializadora industria industrial
    industrias servicos servicios transportes transportadora logistica distribuidora importadora
    exportadora construtora constructora engenharia ingenieria consultoria assessoria asesoria
    advogados advocacia abogados contabilidade contabil contadores imobiliaria inmobiliaria
    restaurante restaurantes lanchonete padaria panificadora panaderia confeitaria supermercado
    supermercados mercado mercearia minimercado acougue hotel pousada hostal loja lojas tienda
    tiendas moda modas boutique calcados confeccoes papelaria livraria libreria ferreteria
    materiais materiales maquinas equipamentos equipos auto autopecas pecas automotores veiculos
    posto petroleo gas energia tecnologia sistemas solucoes soluciones informatica telecom
    telecomunicacoes grafica editora alimentos bebidas produtos productos cosmeticos moveis
    muebles agropecuaria agricola fazenda salao academia studio estudio oficina taller viagens
    viajes turismo seguros corretora financeira banco investimentos inversiones irmaos hermanos
    """,
)
