"""CGRateS."""
