"""Voice gateways: what Cisco's and others' h323 attributes say."""
