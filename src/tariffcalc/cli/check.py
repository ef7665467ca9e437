"""`tariffcalc check`: is this catalogue sound?"""


def check() -> None:
    """Is this catalogue sound?"""
