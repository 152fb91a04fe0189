"""The engine of Troth: what was promised and what happened in, what follows and why out."""

from zoneinfo import reset_tzpath

# Two machines must judge alike: zones come from the package `tzdata`, whatever the system has.
reset_tzpath(to=())
