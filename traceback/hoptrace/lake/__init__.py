"""The lake: where accepted statements live, laid out so that one call is one short read."""
