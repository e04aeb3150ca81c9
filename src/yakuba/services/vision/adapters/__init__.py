"""Models that come with the house, each in its folder with its paper."""
