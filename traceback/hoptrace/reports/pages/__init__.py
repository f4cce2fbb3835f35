"""Reports as pages: what HTML and PDF are made of."""
