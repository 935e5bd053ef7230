"""What happens to a record, in order. Start with `flow.py`."""
