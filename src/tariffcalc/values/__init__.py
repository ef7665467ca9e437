"""Leaf types of the trade: money, rates, codes, days, issues. Standard library only."""
