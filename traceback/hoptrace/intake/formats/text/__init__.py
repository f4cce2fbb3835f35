"""Text files as lines, blocks and slices, for every format."""
