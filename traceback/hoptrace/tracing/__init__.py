"""Walk the handoffs upstream and give the verdict. Pure."""
