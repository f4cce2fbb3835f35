"""The report of many calls of one campaign."""
