"""From calls that went wrong to a better model: what was misunderstood is collected, labeled,
learned, compared and published."""
