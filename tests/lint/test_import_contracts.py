"""Does each import contract of ``pyproject.toml`` hold, and does it break when the code breaks it?

``lint-imports`` says the first more prettily; the second needs a broken house, so the graph of
imports is read once and one import is added to a copy of it.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter import Contract
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

ROOT = Path(__file__).parents[2]
LINTER = read_configuration(str(ROOT / "pyproject.toml"))
CONTRACTS: dict[str, dict[str, Any]] = {told["id"]: told for told in LINTER["contracts_options"]}
KINDS: dict[str, type[Contract]] = {
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}

STAGES = ("access", "differentiate", "identify", "interact", "ledger", "measure", "personalise")
DOES_IO = frozenset(
    # The verbs of each stage, and where their statements are. Anything else there is a rule.
    {
        "queries",
        "reviews",
        "withdrawals",
        "words",
        "tables",
        "attach",
        "audit",
        "authenticate",
        "erasure",
        "holdings",
        "checkup",
        "edge_store",
        "flights",
        "portrait",
        "idempotency",
        "issue",
        "last_used",
        "merge",
        "resolve",
        "score",
    }
)

BREAKS = [
    ("rooms", "app.vocabulary", "app.settings"),
    ("rooms", "app.identify.resolve", "app.differentiate.rfv"),
    ("rooms", "app.database.engine", "app.ledger.tables"),
    ("rooms", "app.utils", "app.vocabulary"),
    ("pure", "app.differentiate.rfv", "sqlalchemy"),
    ("pure", "app.identify.cluster", "app.identify.queries"),
    ("pure", "app.rules.closure", "time"),
    ("sql", "app.identify.resolve", "sqlalchemy"),
    ("sql", "app.identify.resolve", "asyncpg"),
    ("tables", "app.identify.resolve", "app.identify.tables"),
    ("web", "app.flows.event_intake", "fastapi"),
    ("web", "app.access", "starlette"),
    ("wire", "app.flows.event_intake", "pydantic"),
    ("light", "app.differentiate.yardstick", "scipy"),
    ("soon-back", "app.database.location", "app.database.migrate"),
    ("traces", "app.flows.event_intake", "opentelemetry"),
]


@pytest.fixture(scope="module")
def imports() -> grimp.ImportGraph:
    return grimp.build_graph("app", include_external_packages=True, cache_dir=None)


def is_kept(contract: str, graph: grimp.ImportGraph) -> bool:
    told = CONTRACTS[contract]
    kind = KINDS[told["type"]]
    return kind(told["name"], LINTER["session_options"], told).check(graph, verbose=False).kept


def with_import(graph: grimp.ImportGraph, importer: str, imported: str) -> grimp.ImportGraph:
    broken = copy.deepcopy(graph)
    for module in (importer, imported):
        if module not in broken.modules:
            broken.add_module(module, is_squashed=not module.startswith("app."))
    broken.add_import(importer=importer, imported=imported, line_number=1, line_contents="")
    return broken


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_contract_holds(contract: str, imports: grimp.ImportGraph) -> None:
    assert is_kept(contract, copy.deepcopy(imports)), "run `lint-imports` to see what broke it"


@pytest.mark.parametrize(("contract", "importer", "imported"), BREAKS)
def test_a_contract_bites(
    contract: str, importer: str, imported: str, imports: grimp.ImportGraph
) -> None:
    assert not is_kept(contract, with_import(imports, importer, imported))


def test_every_contract_is_shown_to_bite() -> None:
    assert {contract for contract, *_ in BREAKS} == set(CONTRACTS)


def test_a_module_of_a_stage_is_pure_or_known_to_do_io(imports: grimp.ImportGraph) -> None:
    pure = set(CONTRACTS["pure"]["source_modules"])
    unknown = {
        module
        for stage in STAGES
        if f"app.{stage}" in imports.modules
        for module in imports.find_children(f"app.{stage}")
        if module not in pure and module.rpartition(".")[2] not in DOES_IO
    }
    assert not unknown, "name them in the contract 'pure' of pyproject.toml, or in DOES_IO here"


def test_every_room_but_the_edge_is_without_the_web(imports: grimp.ImportGraph) -> None:
    edge = {f"app.{room}" for room in ("api", "cli", "console", "main", "supervisor", "telemetry")}
    rooms = imports.find_children("app") - edge
    assert rooms == set(CONTRACTS["web"]["source_modules"]), "name each in the contract 'web'"
