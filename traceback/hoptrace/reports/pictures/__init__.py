"""Pictures of reports, drawn as SVG."""
