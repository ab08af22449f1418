"""Workbooks as data (``tree``) and the one xlsxwriter writer that puts them on disk."""
