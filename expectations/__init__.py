"""What must be true before we go on? Suites for every feed and every table we make, run without showing a value."""
