"""STIR/SHAKEN signatures as evidence on a trail."""
