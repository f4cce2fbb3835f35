"""FreeSWITCH: documents of JSON and XML, and CSV."""
