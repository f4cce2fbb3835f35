"""Yate."""
