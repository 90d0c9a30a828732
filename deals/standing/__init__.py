"""What registrations rest on: agreements, the rules of engagement, the teams that review."""
