"""What every report over many traces is built from."""
