"""A file of invoice lines priced: read, resolved once per distinct point, multiplied, written."""
