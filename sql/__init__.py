"""Named by what they produce: migrations, views and queries."""
