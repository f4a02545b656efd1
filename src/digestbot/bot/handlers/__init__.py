"""One module per subject; each ends in its HANDLERS."""
