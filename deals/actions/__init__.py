"""What is done with registrations: one verb, one transaction, each step in the history."""
