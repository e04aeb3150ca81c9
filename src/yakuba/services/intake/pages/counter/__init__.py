"""The counter that needs no writing (書かない窓口): a clerk asks, the house fills."""
