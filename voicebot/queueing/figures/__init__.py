"""What calls and queues came to: folds over the facts of calls."""
