"""How does the report read?  One page of Markdown, of the same figures as the JSON beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

_INVOLVED = """
A pair is involved in a cause if either of its mentions is, and may count under several; `(none)`
are pairs in which nothing went wrong. Two such mentions may be tied by a third: the last column
counts the customers of more than one person in which the cause is met at all.
""".strip()


def page(report: dict[str, Any]) -> str:
    parts = [
        f"# The truth, {report['customers']:,} customers, seed {report['seed']}",
        _how(report),
        "## Identity",
        _identity(report["identity"]),
        "### By cause",
        _INVOLVED,
        _causes(report["identity"]["by_cause"]),
        "## Value",
        _value(report["value"]),
    ]
    if "decisions" in report:
        parts += ["## Decisions", _decisions(report["decisions"])]
    return "\n\n".join(parts) + "\n"


def _how(report: dict[str, Any]) -> str:
    seconds = report["seconds"]
    taken = ", ".join(f"{name} {took:.0f} s" for name, took in seconds.items())
    note = report.get("note", "")
    return (
        f"{note}{note and chr(10) * 2}"
        f"`{report['command']}`\n\n"
        f"Day {report['today']}, {report['events']:,} events. Commit {report['commit']} with"
        f" {report['changed_files']} changed files. {report['machine']}. {taken}."
    )


def _identity(found: dict[str, Any]) -> str:
    pairs, cubed = found["pairs"], found["b_cubed"]
    rows = [
        ("pairs", *_three(pairs)),
        ("mentions (B-cubed)", *_three(cubed)),
    ]
    table = _table(("", "precision", "recall", "F1"), rows)
    return (
        f"{table}\n\n"
        f"{found['mentions']:,} mentions of {found['people']:,} people and firms, in"
        f" {found['customers']:,} customers; {found['unplaced']:,} mentions belong to nobody there."
        f" Pairs: {pairs['true']:,} true, {pairs['together']:,} together,"
        f" {pairs['wrong']:,} of them wrongly.\n\n"
        f"Polluted customers (more than one person): {found['polluted_customers']:,},"
        f" {_percent(found['polluted_ratio'])}, with"
        f" {_percent(found['mentions_in_polluted_ratio'])} of the mentions."
        f" People in more than one customer: {found['split_people']:,},"
        f" {_percent(found['split_ratio'])}."
    )


def _causes(by_cause: dict[str, Any]) -> str:
    rows = [
        (
            cause.replace("_", " ") if cause != "(none)" else cause,
            f"{one['mentions']:,}",
            f"{one['true']:,}",
            _percent(one["recall"]),
            f"{one['wrong']:,}",
            _percent(one["precision"]),
            _percent(one["f1"]),
            f"{one['polluted_customers']:,}",
        )
        for cause, one in by_cause.items()
    ]
    heads = (
        "cause",
        "mentions",
        "true pairs",
        "recall",
        "wrong pairs",
        "precision",
        "F1",
        "polluted customers",
    )
    return _table(heads, rows)


def _value(found: dict[str, Any]) -> str:
    groups = {"everybody": found["everybody"], "rightly identified": found["rightly_identified"]}
    company = found["company"]
    rows = [
        (name, *(_cell(label, group) for label, _ in _VALUE_ROWS)) for name, group in groups.items()
    ]
    table = _table(("", *(head for _, head in _VALUE_ROWS)), rows)
    exact = "to the cent" if company["net_is_exact"] else "NOT what the books say"
    costs = "to the cent" if company["cost_is_exact"] else "NOT what the books say"
    return (
        f"{table}\n\n"
        f"The whole company: revenue {company['net_told']:,.2f} of {company['net_true']:,.2f},"
        f" {exact}; cost {costs}. Sold to the tills' default client, and so in nobody's numbers:"
        f" {company['net_of_nobody']:,.2f}."
    )


_VALUE_ROWS = (
    ("people", "people"),
    ("money_exact_ratio", "money exact"),
    ("money_error_ratio", "error of money"),
    ("too_much_ratio", "too much"),
    ("too_little_ratio", "too little"),
    ("days_exact_ratio", "days exact"),
    ("days_error_ratio", "error of days"),
    ("purchases_exact_ratio", "purchases exact"),
    ("last_day_exact_ratio", "last day exact"),
    ("last_day_error_days", "off by, days"),
)


def _cell(label: str, group: dict[str, Any]) -> str:
    figure = group.get(label)
    if label == "people":
        return f"{figure:,}"
    if label == "last_day_error_days":
        return "–" if figure is None else f"{figure:.1f}"
    return _percent(figure)


def _decisions(found: dict[str, Any]) -> str:
    rows = []
    for name in ("before", "after"):
        half = found[name]
        rows.append((f"**{name}**", *_regret(half)))
        rows += [(f"{scene}", *_regret(one)) for scene, one in half["by_scene"].items()]
    heads = (
        "",
        "asked",
        "open",
        "best",
        "chosen",
        "by chance",
        "regret",
        "of the best",
        "best chosen",
        "error of propensity",
    )
    answers = ", ".join(f"{count} {kind}" for kind, count in found["answers"].items())
    states = "; ".join(f"{name}: {_states(found[name])}" for name in ("before", "after"))
    return (
        f"{_table(heads, rows)}\n\n"
        "Money a moment, in the company's currency. Open: actions the rules let through. By chance:"
        f" one of them, whichever. Between the halves came {answers or 'no answers'}."
        f" Who was recognised: {states}."
    )


def _states(half: dict[str, Any]) -> str:
    counts = ", ".join(f"{count} {state}" for state, count in half["states"].items())
    right = _percent(half["right_customer_ratio"])
    return f"{counts}; of those who have a customer, {right} were met as that"


def _regret(one: dict[str, Any]) -> tuple[str, ...]:
    error = one["propensity_error"]
    return (
        f"{one['asked']:,}",
        f"{one['open_actions']:.1f}",
        *(f"{one[name]:.2f}" for name in ("best", "chosen", "by_chance", "regret")),
        _percent(one["regret_ratio"]),
        _percent(one["best_chosen_ratio"]),
        "–" if error is None else f"{error:.3f}",
    )


def _three(scores: dict[str, Any]) -> tuple[str, str, str]:
    return _percent(scores["precision"]), _percent(scores["recall"]), _percent(scores["f1"])


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{100 * ratio:.2f} %"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] + ["---:"] * (len(heads) - 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
