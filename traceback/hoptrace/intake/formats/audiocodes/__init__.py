"""AudioCodes session border controllers."""
