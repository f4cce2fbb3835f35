"""The tables that a regulator gets of a period."""
