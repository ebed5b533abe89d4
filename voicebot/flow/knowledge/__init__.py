"""Knowledge bases as files: read, imported from spreadsheets, merged, written."""
