"""How does a list reach the people who act on it? As JSON, a workbook, a print sheet and a report of the run."""
