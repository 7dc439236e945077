"""The workflow once more, written out by hand: the tests hold `criteria.workflow` to it."""

# Of each step: from which state to which. From any other it is refused.
ARROWS = {
    "submit": {"draft": "submitted", "returned": "submitted"},
    "withdraw": {"submitted": "draft"},
    "begin": {"submitted": "verifying"},
    "return": {"verifying": "returned"},
    "approve": {"verifying": "approved"},
    "reopen": {"approved": "returned"},
}
# Who takes it. “own” works for the ward, “other” for another one; “both” is a city officer and a
# verifier, who has entered nothing on the sheet.
HANDS = {
    "submit": {"own", "city", "both"},
    "withdraw": {"own", "city", "both"},
    "begin": {"verifier", "both"},
    "return": {"verifier", "both"},
    "approve": {"verifier", "both"},
    "reopen": {"administrator"},
}
ACTORS = ["own", "other", "city", "verifier", "both", "leader", "administrator"]
NEEDS_REASON = {"return", "reopen"}
NEEDS_TIME = {"submit", "withdraw"}  # only until the unit's deadline
STATES = ["draft", "submitted", "verifying", "returned", "approved"]
# Whose name, and which day and hour, the sheet bears in a state; of a return always the last one.
STAMPS = {
    "draft": set(),
    "submitted": {"submitted"},
    "verifying": {"submitted", "verifying"},
    "returned": set(),
    "approved": {"submitted", "verifying", "approved"},
}
STAMPED_BY = {
    "submit": "submitted",
    "begin": "verifying",
    "return": "returned",
    "approve": "approved",
    "reopen": "returned",
}
