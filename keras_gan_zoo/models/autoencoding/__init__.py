"""Models that encode and decode."""
