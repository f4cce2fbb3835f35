"""What the parts of all reports have in common: their base, a carrier, and where a record stands."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Part(BaseModel):
    """Base of all parts of a report: frozen, and nothing that is not named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CarrierCard(Part):
    """A carrier as the directory knows it; `name` falls back to the id, `country` and `contact_email` may be empty."""

    carrier_id: str
    name: str
    country: str = ""
    contact_email: str = ""


class RecordLine(Part):
    """Where a record stands: batch, row of the file, and the carrier's own id of it."""

    batch: str
    row: int
    record_id: str | None = None

    @property
    def place(self) -> str:
        """Batch and row in one word; a record that is not shown has no row."""
        return f"{self.batch}:{self.row}" if self.row else self.batch
