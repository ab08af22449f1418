"""What is asked of a model: scenarios, sweeps, grids, tornadoes, roots, phases, claims."""
