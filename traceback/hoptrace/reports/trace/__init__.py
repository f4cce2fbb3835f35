"""The report of one traced call: what it holds, and what each reader may see of it."""
