"""A window reserved for a case. The Booking and its one status gate."""
