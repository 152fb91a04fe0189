"""The command `troth`, one module for each verb."""
