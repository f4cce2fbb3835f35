"""Chains of handoffs in which nothing competes, found for a whole batch at once."""
