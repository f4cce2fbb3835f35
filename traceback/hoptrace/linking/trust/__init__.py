"""Trust: whose statements about their neighbours the records bear out, and whose they do not."""
