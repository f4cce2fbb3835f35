"""3GPP charging records."""
