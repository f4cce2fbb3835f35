"""Accounting rows of Kamailio and OpenSIPS."""
