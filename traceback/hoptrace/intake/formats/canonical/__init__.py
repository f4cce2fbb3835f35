"""hoptrace's own format."""
