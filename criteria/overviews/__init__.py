"""What a page, a report or a feed shows: one file each, none knows another."""
