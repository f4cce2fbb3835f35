"""Plain calls: those whose records make one chain, judged and told by columns for thousands at once."""
