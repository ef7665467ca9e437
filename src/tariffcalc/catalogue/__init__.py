"""The law as data: acts in, Law out. The only reader of the catalogue folder."""
