"""What a sample is: how it is checked, drawn, saved and made at random."""
