"""Any number of scenarios: streams of blocks to worker processes or a cluster, summaries in flat memory."""
