"""The algorithms of the vision room; no framework.

A picture is decoded already: numpy uint8, height × width × 3, RGB. Pixels are counted from the upper left corner, x to the
right and y down; a box's right and bottom edge lie outside of it.
"""
