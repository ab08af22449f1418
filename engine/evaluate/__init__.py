"""Values: of one scenario (reference), of many (run), and held against what Excel stored (parity)."""
