"""The report that says whose taking part would move most open traces on."""
