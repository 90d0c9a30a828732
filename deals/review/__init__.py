"""The vendor's side of registrations: the queue, the list, one registration with its decision."""
