"""Nursery admission: every family placed by the rules, proved and explained."""
