"""Names resolved, formulas grouped into regions, and what depends on what, between rectangles."""
