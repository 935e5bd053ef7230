"""How is the documentation made? By hand, but for those pages of `docs/reference/` that follow from the code."""
