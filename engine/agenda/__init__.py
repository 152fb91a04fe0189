"""What is due next, for people's calendars."""
