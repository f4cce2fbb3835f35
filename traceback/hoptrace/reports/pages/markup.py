"""What all pages are put together with: templates that escape what they show, and styles."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from hoptrace.reports.wording.plain import shorten
from hoptrace.reports.wording.times import trimmed


@cache
def template(name: str) -> Template:
    """A page's template by its file's name."""
    environment = Environment(
        loader=PackageLoader("hoptrace.reports"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    # The mapping is typed as a union of jinja2's own filters, which ours are not.
    filters: dict[str, Any] = environment.filters  # pyright: ignore[reportAssignmentType]
    filters |= {"shorten": shorten, "trimmed": trimmed, "days": unbroken_days}
    return environment.get_template(name)


def style(name: str) -> Markup:
    """A style sheet of the package; it is our own, and so markup."""
    return Markup(files("hoptrace.reports").joinpath("styles", name).read_text("utf-8"))


def phone_style(width: float) -> Markup:
    """What is different on screens of at most `width` rem, where the page's tables have no room side by side."""
    return Markup(f"@media screen and (max-width: {width:g}rem) {{\n{style('phone.css')}}}\n")


def unbroken_days(text: str) -> Markup:
    """Text as markup in which a day, as 2026-11-02, stands on one line."""
    return Markup(re.sub(r"\d{4}-\d\d-\d\d", r'<span class="day">\g<0></span>', str(escape(text))))
