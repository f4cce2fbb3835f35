"""Cisco BroadWorks."""
