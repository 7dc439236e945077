"""The workflow once more, written out by hand: the tests hold `criteria.workflow` to it."""

STATES = ["draft", "submitted", "verifying", "returned", "approved"]
# A sheet that was approved and reopened: a later revision of it goes through these once more.
AGAIN = [f"{state} again" for state in STATES[:-1]]
SITUATIONS = [*STATES, *AGAIN]

# Of each step: from which state to which. From any other it is refused.
_FIRST = {
    "submit": {"draft": "submitted", "returned": "submitted"},
    "withdraw": {"submitted": "draft"},
    "begin": {"submitted": "verifying"},
    "return": {"verifying": "returned"},
    "approve": {"verifying": "approved"},
    "reopen": {"approved": "returned"},
}
ARROWS = {
    step: {
        situation: leads[state]
        for situation in SITUATIONS
        if (state := situation.removesuffix(" again")) in leads
    }
    for step, leads in _FIRST.items()
}
ARROWS["cancel_reopening"] = dict.fromkeys(AGAIN, "cancelled")
# Who takes it. “own” works for the ward, “other” for another one; “both” is a city officer and a
# verifier, who has entered nothing on the sheet.
HANDS = {
    "submit": {"own", "city", "both"},
    "withdraw": {"own", "city", "both"},
    "begin": {"verifier", "both"},
    "return": {"verifier", "both"},
    "approve": {"verifier", "both"},
    "reopen": {"administrator"},
    "cancel_reopening": {"administrator"},
}
ACTORS = ["own", "other", "city", "verifier", "both", "leader", "administrator"]
NEEDS_REASON = {"return", "reopen", "cancel_reopening"}
NEEDS_TIME = {"submit", "withdraw"}  # only until the unit's deadline
# Whose name, and which day and hour, the sheet bears in a state; of a return always the last one.
STAMPS = {
    "draft": set(),
    "submitted": {"submitted"},
    "verifying": {"submitted", "verifying"},
    "returned": set(),
    "approved": {"submitted", "verifying", "approved"},
    "cancelled": {"cancelled"},
}
STAMPED_BY = {
    "submit": "submitted",
    "begin": "verifying",
    "return": "returned",
    "approve": "approved",
    "reopen": "returned",
    "cancel_reopening": "cancelled",
}
