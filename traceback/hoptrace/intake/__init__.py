"""A carrier's file becomes accepted statements, rejected rows with reasons, and a receipt."""
