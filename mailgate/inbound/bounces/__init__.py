"""Who did not get our mail, for good or for now. `reading` reads a report; the others know one thing each."""
