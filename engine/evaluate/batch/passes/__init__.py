"""Passes over a generated program's tree: each returns a program that computes the same outputs sooner."""
