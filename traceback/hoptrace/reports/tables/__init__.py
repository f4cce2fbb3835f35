"""Tables of reports: rows, columns and their dictionary."""
