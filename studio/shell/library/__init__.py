"""The Library place: a grid that is as quick at a million items as at a thousand."""
