"""Models that generate images from noise."""
