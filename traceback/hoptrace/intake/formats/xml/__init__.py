"""XML out of files, for every format."""
