"""Support clocks over the public log of a car maker's service desk."""
