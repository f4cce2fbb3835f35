"""Files of rejected rows alone take memory by their rows, and not kilobytes for each of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROWS = 100_000
MOST_KILOBYTES = 450_000
"""Python, Polars and the readers take a third of it; with the reasons handed over as lists it was 640,000."""

READ = """
import sys
from pathlib import Path
from hoptrace.intake.formats import readers
from hoptrace.intake.profile import Profile
from hoptrace.intake.reading import Context, Source
from hoptrace.model.carriers import Carrier

path, name = Path(sys.argv[1]), sys.argv[2]
reader = next(each for each in readers() if each.name == name)
context = Context(Carrier("oak", country="US"), Profile(), "UTC")
(chunk,) = reader.read([Source(0, path, path.name, "")], context)
# ru_maxrss would also count the parent, from before this program was loaded.
status = Path("/proc/self/status").read_text().splitlines()
print(chunk.rows.filter(fate="rejected").height, next(line.split()[1] for line in status if line.startswith("VmHWM")))
"""


@pytest.mark.parametrize(
    ("name", "line"), [("freeswitch_json", b'{"a":"\n'), ("acc_syslog", b"ACC: transaction answered: callid=1\n")]
)
def test_rejected_rows_take_little_memory(tmp_path: Path, name: str, line: bytes) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(line * ROWS)
    told = subprocess.run([sys.executable, "-c", READ, path, name], capture_output=True, text=True, check=True)
    rejected, kilobytes = map(int, told.stdout.split())
    assert rejected >= ROWS - 1
    assert kilobytes < MOST_KILOBYTES
