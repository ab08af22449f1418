"""Forms as Python functions over plain numbers: their lines, made of a tree, and what these call."""
