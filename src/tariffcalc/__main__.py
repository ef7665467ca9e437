"""`python -m tariffcalc` is the same as the installed command."""

from tariffcalc.cli.main import run

if __name__ == "__main__":
    run()
