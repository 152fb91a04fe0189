"""The policies that ship with Troth."""
