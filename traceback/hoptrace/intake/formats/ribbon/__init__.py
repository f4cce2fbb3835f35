"""Ribbon (Sonus) ACT files."""
