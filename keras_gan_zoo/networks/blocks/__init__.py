"""Parts that the networks of several papers share."""
