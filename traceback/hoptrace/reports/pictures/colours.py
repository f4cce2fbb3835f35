"""The colours of the reports' pictures; each stands beside a word or a stroke, never alone."""

from __future__ import annotations

from hoptrace.reports.trace.model import Role

INK, MUTED, LINE, PAPER = "#17232e", "#52606d", "#8a97a3", "#ffffff"
ROLE_COLOURS = {
    Role.ORIGINATING: "#0b4f9e",
    Role.POINT_OF_ENTRY: "#8f4a00",
    Role.GATEWAY: "#8f4a00",
    Role.TRAIL_END: "#52606d",
    Role.TRANSIT: "#52606d",
    Role.TERMINATING: "#0d6558",
    Role.NAMED: "#6b4a8f",
}
