"""Reports in their formats: HTML, PDF, CSV, JSON, GraphML."""
