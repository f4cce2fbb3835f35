"""Oracle's (Acme Packet) session border controllers."""
