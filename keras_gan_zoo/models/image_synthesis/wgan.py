"""WGAN, by weight clipping and by gradient penalty."""
