"""Which statements tell of the same handoff: clocks, candidates, scoring, assignment. Pure functions of frames."""
