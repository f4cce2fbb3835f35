"""Which page belongs to which report: one visible table."""

from __future__ import annotations

from hoptrace.errors import UsageError
from hoptrace.reports.campaign.model import CampaignReport
from hoptrace.reports.carrier.model import CarrierReport
from hoptrace.reports.many.summary import SummaryReport
from hoptrace.reports.pages.campaign import campaign_page
from hoptrace.reports.pages.carrier import carrier_page
from hoptrace.reports.pages.page import Page
from hoptrace.reports.pages.regulator import regulator_page
from hoptrace.reports.pages.what_if import what_if_page
from hoptrace.reports.regulator.model import RegulatorReport
from hoptrace.reports.what_if.model import WhatIfReport

WIDTH = 1_000.0
"""User units that a picture in a file of its own is wide."""


def page_of(report: SummaryReport) -> Page:
    """The page of a report; raises TypeError for a kind that has none."""
    match report:
        case CampaignReport():
            return campaign_page(report)
        case CarrierReport():
            return carrier_page(report)
        case RegulatorReport():
            return regulator_page(report)
        case WhatIfReport():
            return what_if_page(report)
        case _:
            raise TypeError(f"There is no page for {type(report).__name__}.")


def first_picture(report: SummaryReport) -> bytes:
    """The first picture of the report's page as an SVG file; raises UsageError where it has none."""
    pictures = (section.picture for section in page_of(report).sections)
    picture = next((each for each in pictures if each is not None), None)
    if picture is None:
        raise UsageError("This report has no picture, since there is nothing to draw. Choose html, pdf, json or csv.")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + picture.svg(WIDTH, report.withdrawn).encode("utf-8") + b"\n"
