"""A number traced forward, on the terminal: the verdict, the carriers, the evidence, whom to ask next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hoptrace.cli import show
from hoptrace.cli.shown_trace import sentence, show_list

if TYPE_CHECKING:
    from hoptrace.model.forward import ForwardCarrier, ForwardResult

_COLUMNS = ("Carrier", "Role", "Number", "Statements", "First", "Last", "Customers", "For example")


def show_forward(result: ForwardResult) -> None:
    """Print one result for a person."""
    click.echo(show.plain(result.summary) + "\n")
    window = f"{result.from_time} to {result.to_time}" if result.from_time else "all time at hand"
    show.facts(
        [
            ("Number", result.number),
            ("Verdict", result.verdict.value),
            ("Confidence", show.share(result.confidence)),
            ("Serving carrier", result.serving_carrier),
            ("Customer", _customer(result)),
            ("Goes on as", " > ".join(change.becomes for change in result.path) or None),
            ("Looked at", window),
        ]
    )
    if result.carriers:
        click.echo()
        show.table(_COLUMNS, [_row(carrier) for carrier in result.carriers])
    for carrier in result.carriers:
        title = f"{carrier.carrier}, {carrier.role.value.replace('_', ' ')} {carrier.number}:"
        show_list(title, [sentence(item) for item in carrier.evidence])
    show_list("What speaks against it, or should be known:", result.conflicts)
    if result.next_request is not None:
        show_list("Ask next:", [f"{result.next_request.carrier}: {result.next_request.why}"])


def _customer(result: ForwardResult) -> str | None:
    if result.customer is None or result.customer_confidence is None:
        return None
    return f"{result.customer} (confidence {show.share(result.customer_confidence)})"


def _row(carrier: ForwardCarrier) -> tuple[object, ...]:
    role, customers = carrier.role.value.replace("_", " "), ", ".join(carrier.customers) or None
    example = next((f"{record.batch}:{record.row}" for record in carrier.records), None)
    times = (carrier.first_time[:19] + "Z", carrier.last_time[:19] + "Z")
    return (carrier.carrier, role, carrier.number, carrier.statements, *times, customers, example)
