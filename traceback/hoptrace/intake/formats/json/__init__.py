"""JSON out of files, for every format."""
