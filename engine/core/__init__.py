"""Addresses, values, errors and findings: what every stage shares, with no Excel library in it."""
