"""The function table: every Excel function the engine knows, ours, corrected, or formulas' own."""
