"""The steps of the night and the month. The database is the hand-over; stages never import one another."""
