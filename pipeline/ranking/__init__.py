"""Who first, and why? Factors give points, exclusions keep people off, teams' capacity draws the line."""
