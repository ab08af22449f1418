"""Many scenarios at once: the cone from varied inputs to outputs as generated NumPy over lanes."""
