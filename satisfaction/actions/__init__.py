"""What may be done to answers, metrics and pulses: verbs, each one transaction."""
