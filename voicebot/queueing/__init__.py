"""Who waits, who is free, who gets whom. Pure: time is passed in."""
