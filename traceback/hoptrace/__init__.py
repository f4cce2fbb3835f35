"""hoptrace: trace a phone call back to where it began, from the carriers' own call-detail records.

    import hoptrace

    with hoptrace.open_workspace("hoptrace-workspace") as workspace:
        hoptrace.submit(workspace, [Path("Master.csv")], "alpha")
        call = hoptrace.ReportedCall("c1", "2026-11-02T14:30:00-05:00", "+12025550143")
        (result,) = hoptrace.trace(workspace, [call])
        print(result.verdict, result.path)
        hoptrace.report(workspace, result, "c1.html")
        print(hoptrace.trace_forward(workspace, "+13125550187").serving_carrier)

Every name below is loaded when it is first used: `import hoptrace` alone loads nothing heavy. Simulated networks are in
`hoptrace.simulate`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hoptrace.engines.batch import trace_file
    from hoptrace.engines.conflicts import Conflict, carriers_conflicts
    from hoptrace.engines.forward import trace_forward
    from hoptrace.engines.learning import learn_clocks
    from hoptrace.engines.local import trace
    from hoptrace.engines.withdrawing import withdraw
    from hoptrace.errors import HoptraceError, InputRefused, NotFound, StorageFailed, UsageError, WorkspaceError
    from hoptrace.intake.submit import submit
    from hoptrace.model.forward import ForwardResult, ForwardVerdict
    from hoptrace.model.receipts import Receipt
    from hoptrace.model.verdicts import Evidence, Hop, ReportedCall, TraceResult, Verdict
    from hoptrace.reports.of_workspace import report
    from hoptrace.workspace import Workspace, init_workspace, open_workspace

__version__ = "0.1.0"

_HOME_OF = {
    "Conflict": "hoptrace.engines.conflicts",
    "Evidence": "hoptrace.model.verdicts",
    "ForwardResult": "hoptrace.model.forward",
    "ForwardVerdict": "hoptrace.model.forward",
    "Hop": "hoptrace.model.verdicts",
    "HoptraceError": "hoptrace.errors",
    "InputRefused": "hoptrace.errors",
    "NotFound": "hoptrace.errors",
    "Receipt": "hoptrace.model.receipts",
    "ReportedCall": "hoptrace.model.verdicts",
    "StorageFailed": "hoptrace.errors",
    "TraceResult": "hoptrace.model.verdicts",
    "UsageError": "hoptrace.errors",
    "Verdict": "hoptrace.model.verdicts",
    "Workspace": "hoptrace.workspace",
    "WorkspaceError": "hoptrace.errors",
    "carriers_conflicts": "hoptrace.engines.conflicts",
    "init_workspace": "hoptrace.workspace",
    "learn_clocks": "hoptrace.engines.learning",
    "open_workspace": "hoptrace.workspace",
    "report": "hoptrace.reports.of_workspace",
    "submit": "hoptrace.intake.submit",
    "trace": "hoptrace.engines.local",
    "trace_file": "hoptrace.engines.batch",
    "trace_forward": "hoptrace.engines.forward",
    "withdraw": "hoptrace.engines.withdrawing",
}

__all__ = [
    "Conflict",
    "Evidence",
    "ForwardResult",
    "ForwardVerdict",
    "Hop",
    "HoptraceError",
    "InputRefused",
    "NotFound",
    "Receipt",
    "ReportedCall",
    "StorageFailed",
    "TraceResult",
    "UsageError",
    "Verdict",
    "Workspace",
    "WorkspaceError",
    "carriers_conflicts",
    "init_workspace",
    "learn_clocks",
    "open_workspace",
    "report",
    "submit",
    "trace",
    "trace_file",
    "trace_forward",
    "withdraw",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the module that holds it (PEP 562)."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module 'hoptrace' has no attribute {name!r}")
    return getattr(import_module(home), name)
