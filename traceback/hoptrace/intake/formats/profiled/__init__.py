"""Files that a TOML profile describes."""
