"""Pages to open in a browser: reports, which are single files, and the local app."""
