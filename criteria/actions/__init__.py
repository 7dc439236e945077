"""Every write: a verb, a keyword-only `acting_user`, its log row in the same transaction."""
