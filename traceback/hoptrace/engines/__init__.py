"""Where linking and tracing run. The same kernel in each engine."""
