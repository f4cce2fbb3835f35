"""The catalog: carriers, trunks, batches, rejected rows, clocks and traces, in SQLite or PostgreSQL."""
