"""Asterisk: call-detail records and channel events, and what is built on it."""
