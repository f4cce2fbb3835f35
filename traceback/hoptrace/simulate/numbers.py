"""Telephone numbers that nobody has, and the spellings in which carriers send them.

Only ranges kept free for fiction are used: NPA-555-01XX in the North American plan (ATIS-0300115) and Ofcom's numbers
for drama in the United Kingdom.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl

from hoptrace.model.arrays import Int64s

AREA_CODES: tuple[int, ...] = (
    *(201, 202, 203, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 224, 225, 228, 229, 231),
    *(234, 239, 240, 248, 251, 252, 253, 254, 256, 260, 262, 267, 269, 270, 276, 281, 301, 302, 303, 304, 305, 307),
    *(308, 309, 310, 312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 325, 330, 334, 336, 337, 347, 351, 352),
    *(360, 361, 386, 401, 402, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 417, 419, 423, 425, 432, 434),
    *(440, 469, 478, 479, 480, 501, 502, 503, 504, 505, 507, 508, 509, 510, 512, 513, 515, 516, 517, 518, 520, 530),
    *(541, 551, 559, 561, 562, 563, 570, 571, 573, 574, 580, 585, 586, 601, 602, 603, 605, 606, 607, 608, 609, 610),
    *(612, 614, 615, 616, 617, 618, 619, 620, 623, 626, 630, 631, 636, 641, 646, 650, 651, 660, 661, 662, 678, 682),
    *(701, 702, 703, 704, 706, 707, 708, 712, 713, 714, 715, 716, 717, 718, 719, 720, 724, 727, 731, 732, 734, 740),
    *(754, 757, 760, 763, 765, 770, 772, 773, 774, 775, 781, 785, 786, 801, 802, 803, 804, 805, 806, 808, 810, 812),
    *(813, 814, 815, 816, 817, 818, 828, 830, 831, 832, 843, 845, 847, 850, 856, 857, 858, 859, 860, 863, 864, 865),
    *(870, 901, 903, 904, 906, 907, 908, 909, 910, 912, 913, 914, 915, 916, 917, 918, 919, 920, 925, 928, 931, 936),
    *(937, 940, 941, 949, 951, 952, 954, 956, 970, 972, 973, 978, 979, 980, 985, 989),
)
"""Geographic area codes of the United States."""

_DRAMA_GB: tuple[tuple[int, int], ...] = (
    (442079460000, 1000),
    (441134960000, 1000),
    (441144960000, 1000),
    (441214960000, 1000),
    (441314960000, 1000),
    (441414960000, 1000),
    (441614960000, 1000),
    (447700900000, 1000),
)


_TOLL_FREE = (800, 833, 844, 855, 866, 877, 888)


def us_numbers() -> Int64s:
    """Every number of the plan +1 NPA 555 01XX, as integers without +."""
    area = np.array(AREA_CODES, dtype=np.int64)[:, None]
    return (10_000_000_000 + area * 10_000_000 + 5_550_100 + np.arange(100)[None, :]).ravel()


def gb_numbers() -> Int64s:
    """Ofcom's numbers for drama, as integers without +."""
    return np.concatenate([first + np.arange(count, dtype=np.int64) for first, count in _DRAMA_GB])


def toll_free_numbers() -> Int64s:
    """The plan's toll-free numbers +1 8YY 555 01XX, as integers without +."""
    area = np.array(_TOLL_FREE, dtype=np.int64)[:, None]
    return (10_000_000_000 + area * 10_000_000 + 5_550_100 + np.arange(100)[None, :]).ravel()


class Spelling(StrEnum):
    """How a number is written on the wire between two carriers."""

    E164 = "e164"
    PLAIN = "plain"
    """1 and ten digits in the North American plan, 011 before foreign numbers."""
    NATIONAL = "national"
    """Ten digits at home (0 and the rest in GB), 011 (00) before foreign numbers."""
    DOUBLE_ZERO = "00"


@dataclass(frozen=True, slots=True)
class Dialling:
    """How one sender writes numbers: its country's spelling, and digits put before the called number."""

    spelling: Spelling
    country: str = "US"
    prefix: str = ""

    def write(self, number: int, called: bool) -> str:
        """One number as this sender writes it; prefixes go before called numbers only."""
        before = self.prefix if called else ""
        return before + _spelled(str(number), self.spelling, self.country)


def _spelled(digits: str, spelling: Spelling, country: str) -> str:
    if spelling is Spelling.E164:
        return f"+{digits}"
    if spelling is Spelling.DOUBLE_ZERO:
        return f"00{digits}"
    if country == "GB":
        return f"0{digits[2:]}" if digits.startswith("44") else f"00{digits}"
    if not digits.startswith("1"):
        return f"011{digits}"
    return digits if spelling is Spelling.PLAIN else digits[1:]


def write_numbers(
    frame: pl.DataFrame, number: str, sender: str, diallings: tuple[Dialling, ...], called: bool
) -> pl.Series:
    """The numbers of a frame as their senders write them; null stays null.

    `sender` names a column of indices into `diallings`. Distinct pairs are spelled once, so that a million rows over
    some ten thousand numbers stay quick.
    """
    pairs = frame.select(pl.col(number).alias("n"), pl.col(sender).alias("s")).unique().drop_nulls().sort("n", "s")
    keys_of: list[tuple[int, int]] = pairs.rows()
    spelled = [diallings[s].write(n, called) for n, s in keys_of]
    table = pairs.with_columns(pl.Series("text", spelled, dtype=pl.String))
    keys = frame.select(pl.col(number).alias("n"), pl.col(sender).alias("s"))
    return keys.join(table, on=["n", "s"], how="left", maintain_order="left").get_column("text")
