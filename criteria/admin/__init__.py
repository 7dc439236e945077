"""Where administrators keep the records; the business of a round is on the site's own pages."""

from criteria.admin import (
    assessments,
    catalogue,
    criteria,
    evidence,
    log,
    norms,
    roadmap,
    rounds,
    users,
    wards,
)

__all__ = [
    "assessments",
    "catalogue",
    "criteria",
    "evidence",
    "log",
    "norms",
    "roadmap",
    "rounds",
    "users",
    "wards",
]
