"""The compiled backend: row forms as machine code, and the tables that say which rows they read and write."""
