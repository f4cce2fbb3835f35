"""Signs that a spreadsheet re-saved a file: cut numbers, cut seconds, lost + and 00, dates in its own order."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from hoptrace.intake.formats.profiled.times import MINUTE, read_times

_CUT = r"^[0-9]+(?:[.,][0-9]+)?[Ee]\+[0-9]+$"
_NUMBERS = ("calling_number", "called_number", "egress_calling_number", "egress_called_number")
_LEAST_TIMES = 5
_LEAST_NUMBERS = 5
_YEAR_FIRST = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M")
_DAY_FIRST = ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M")
_MONTH_FIRST = ("%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M")
_SLASHED = r"^([0-9]{1,2})/([0-9]{1,2})/[0-9]{2,4} "
_ASK = "Ask for the file as the switch wrote it."


@dataclass(slots=True)
class Resaved:
    """What was found in one file so far; the whole batch is flagged, as every value of it went through the same."""

    explicit: bool = False
    times: int = 0
    whole_minutes: bool = True
    cut_numbers: int = 0
    respelled: int = 0
    international: int = 0
    explicit_ones: int = 0
    order: str = ""
    _told: dict[str, None] = field(default_factory=dict[str, None])

    def mended(self, text: pl.Series, times: pl.DataFrame, name: str) -> pl.DataFrame:
        """Times that fit no format of the profile, read as a spreadsheet writes them where that leaves no doubt."""
        lost = text.is_not_null() & times["read"].is_null()
        if lost.any():
            told = read_times(text.filter(lost), self._spreadsheet_formats(text.filter(lost)))
            self.respelled += told["read"].len() - told["read"].null_count()
            at = pl.int_range(text.len(), eager=True).alias("at")
            kept = times.with_columns(at).filter(~lost)
            times = pl.concat([kept, told.with_columns(at.filter(lost))]).sort("at").drop("at")
        if name == "start_time":
            read = times["read"].drop_nulls()
            self.times += read.len()
            self.whole_minutes = self.whole_minutes and bool((read.to_physical() % MINUTE == 0).all())
        return times

    def look_at_numbers(self, sound: pl.DataFrame) -> None:
        """Count numbers that were cut to an exponent, and international ones with and without + or 00."""
        for name in _NUMBERS:
            texts = sound[name].drop_nulls()
            if texts.is_empty():
                continue
            self.cut_numbers += int(texts.str.contains(_CUT).sum())
            if self.explicit:
                self.international += int(texts.str.contains(r"^[1-9][0-9]{10,14}$").sum())
                self.explicit_ones += int(texts.str.contains(r"^(?:\+|00)").sum())

    @property
    def on_minutes(self) -> bool:
        """All times so far are on a full minute, and enough of them that this is no accident."""
        return self.whole_minutes and self.times >= _LEAST_TIMES

    def flags(self) -> list[str]:
        """What was found, in sentences."""
        lost_plus = self.international >= _LEAST_NUMBERS and not self.explicit_ones
        found = (
            (self.cut_numbers, f"numbers such as 9.1E+11 ({self.cut_numbers:,}): re-saved by a spreadsheet. {_ASK}"),
            (self.respelled, f"times respelled by a spreadsheet ({self.respelled:,}): seconds may be lost. {_ASK}"),
            (self.on_minutes, f"every start time is on a full minute: the seconds were cut. {_ASK}"),
            (lost_plus, f"no number has its + or 00: re-saved by a spreadsheet. {_ASK}"),
        )
        return [text for holds, text in found if holds]

    def _spreadsheet_formats(self, text: pl.Series) -> tuple[str, ...]:
        """Of 1/9/2017 nobody knows the month: day and month are told apart only where one of them is above 12."""
        if not self.order:
            parts = text.str.extract_groups(_SLASHED).struct.unnest().cast(pl.Int64, strict=False)
            first, second = (bool((parts.to_series(at) > 12).any()) for at in (0, 1))
            self.order = {(True, False): "day", (False, True): "month"}.get((first, second), "")
        return _YEAR_FIRST + {"day": _DAY_FIRST, "month": _MONTH_FIRST}.get(self.order, ())
