"""What is left when a run is killed, or its database or disk fails? The old list or the new one, and nothing lost."""
