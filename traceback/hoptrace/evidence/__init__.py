"""Evidence packages: the reports of traces with all that they rest on, signed, and checked without the workspace."""
