"""What the first page's numbers cost in SQL, beside the leanest statements that give the same."""

from collections import Counter
from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench.clock import milliseconds
from criteria.overviews.city import City, read_city
from criteria.readiness.rounds import read_rounds
from criteria.sheets.current import Current

AT_MOST = 1.3

ROUNDS = """
SELECT r.id, r.starts_on, r.ends_on, r.status, r.criteria_set_id,
       (SELECT COUNT(*) FROM criteria_criterion c WHERE c.criteria_set_id = r.criteria_set_id)
FROM criteria_round r WHERE r.status <> 'planned' ORDER BY r.ends_on DESC
"""
TARGETS = "SELECT due_on, percent FROM criteria_roadmaptarget ORDER BY due_on"
LIVES = """
SELECT valid_from, valid_to, COUNT(*) FROM criteria_ward WHERE kind = 'ward'
GROUP BY valid_from, valid_to
"""
READY = """
SELECT a.round_id, w.valid_from, w.valid_to, COUNT(*)
FROM criteria_assessment a JOIN criteria_ward w ON w.id = a.ward_id
WHERE a.state = 'approved' AND a.n_pending = 0 AND a.n_not_met = 0 AND a.n_met > 0
  AND w.kind = 'ward'
GROUP BY a.round_id, w.valid_from, w.valid_to
"""
DECISIONS = """
SELECT d.ward_id, w.valid_from, w.valid_to, d.decided_on, d.revoked_on
FROM criteria_recognition d JOIN criteria_ward w ON w.id = d.ward_id WHERE w.kind = 'ward'
"""
WARDS = """
SELECT w.id, w.code, w.name, w.valid_from, w.valid_to, a.n_met, a.n_not_met, a.n_not_applicable,
       a.n_pending
FROM criteria_ward w
LEFT JOIN criteria_assessment a
  ON a.ward_id = w.id AND a.round_id = {round} AND a.state = 'approved'
WHERE w.kind = 'ward' AND w.valid_from <= '{on}' AND (w.valid_to IS NULL OR w.valid_to > '{on}')
ORDER BY w.sort_key, w.valid_from
"""
TOLD = """
SELECT a.ward_id, r.self_verdict, r.verified_verdict, c.id, c.number, c.code, c.name, c.name_en
FROM criteria_result r
JOIN criteria_assessment a ON a.id = r.assessment_id
JOIN criteria_criterion c ON c.id = r.criterion_id
WHERE a.id IN (SELECT id FROM criteria_assessment WHERE round_id = {round} AND state = 'approved')
  AND c.criteria_set_id = {criteria_set}
  AND (r.verified_verdict IN ('not_met', 'not_applicable')
       OR (r.verified_verdict <> 'pending' AND r.verified_verdict <> r.self_verdict))
ORDER BY c.number
"""
WAYS = """
SELECT r.is_agreed_in_bulk, COUNT(*)
FROM criteria_result r
JOIN criteria_criterion c ON c.id = r.criterion_id AND c.criteria_set_id = {criteria_set}
JOIN criteria_assessment a ON a.id = r.assessment_id
JOIN criteria_ward w ON w.id = a.ward_id
WHERE a.id IN (SELECT id FROM criteria_assessment WHERE round_id = {round} AND state = 'approved')
  AND w.kind = 'ward' AND w.valid_from <= '{on}' AND (w.valid_to IS NULL OR w.valid_to > '{on}')
  AND r.verified_verdict = r.self_verdict AND r.verified_verdict <> 'pending'
GROUP BY r.is_agreed_in_bulk
"""
CURRENT = """
SELECT COUNT(*), COUNT(a.id),
       COUNT(CASE WHEN a.state = 'approved' THEN 1 END),
       COUNT(CASE WHEN a.state = 'approved' AND a.n_pending = 0 AND a.n_not_met = 0 AND a.n_met > 0
                  THEN 1 END),
       COUNT(CASE WHEN a.id IN (
         SELECT r.assessment_id FROM criteria_result r
         JOIN criteria_criterion c ON c.id = r.criterion_id AND c.criteria_set_id = {criteria_set}
         WHERE r.self_verdict IN ('met', 'not_applicable') AND r.assessment_id IN (
           SELECT id FROM criteria_assessment WHERE round_id = {round} AND state <> 'approved')
         GROUP BY r.assessment_id
         HAVING COUNT(*) = {n_criteria} AND COUNT(CASE WHEN r.self_verdict = 'met' THEN 1 END) > 0)
       THEN 1 END)
FROM criteria_ward w LEFT JOIN criteria_assessment a ON a.ward_id = w.id AND a.round_id = {round}
WHERE w.kind = 'ward' AND w.valid_from <= '{on}' AND (w.valid_to IS NULL OR w.valid_to > '{on}')
"""
LATE = """
SELECT w.id, w.code, w.name, w.valid_from, w.valid_to, a.state, a.returned_at, e.submit_by
FROM criteria_ward w
LEFT JOIN criteria_assessment a ON a.ward_id = w.id AND a.round_id = {round}
LEFT JOIN criteria_extension e ON e.ward_id = w.id AND e.round_id = {round}
WHERE w.kind = 'ward' AND w.valid_from <= '{on}' AND (w.valid_to IS NULL OR w.valid_to > '{on}')
  AND (a.state IN ('submitted', 'verifying') AND '{today}' > '{verify_by}'
       OR (a.id IS NULL OR a.state IN ('draft', 'returned')) AND '{today}' > '{submit_by}'
          AND (e.submit_by IS NULL OR e.submit_by < '{today}')
          AND (a.returned_at IS NULL OR '{today}' > '{verify_by}'))
ORDER BY w.sort_key, w.valid_from
"""


def sql_costs(on: date, n_runs: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds that the page's statements take, and the leanest, run by turns."""
    with CaptureQueriesContext(connection) as captured:
        rounds = read_rounds()
        city = read_city(on, rounds, is_today=True)
    ours = [query["sql"] for query in captured]
    round, current = rounds.standing(on), rounds.opened[0]
    of_day = {"on": on, "round": round.pk, "criteria_set": round.criteria_set_id}
    of_open = {
        "on": current.ends_on,
        "round": current.pk,
        "criteria_set": current.criteria_set_id,
        "n_criteria": current.n_criteria,
        "today": on,
        "submit_by": current.submit_by,
        "verify_by": current.verify_by,
    }
    lean = [ROUNDS, TARGETS, LIVES, READY, DECISIONS]
    lean += [WARDS.format(**of_day), TOLD.format(**of_day)]
    lean += [WAYS.format(**of_day)]
    lean += [CURRENT.format(**of_open), LATE.format(**of_open)]
    _compare(city, [_rows(statement) for statement in lean])
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(n_runs):
        for statements, times in zip((ours, lean), spent, strict=True):
            started = milliseconds()
            for statement in statements:
                _rows(statement)
            times.append(milliseconds() - started)
    return spent


def _rows(statement: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def _compare(city: City, rows: list[list[tuple]]) -> None:
    """Fail where the lean statements do not give the numbers of the page."""
    _rounds, _targets, _lives, _ready, _decisions, wards, told, ways, (counts,), late = rows
    tallies = [row[5:] for row in wards]
    ready = sum(t[0] is not None and t[1] == t[3] == 0 and t[0] > 0 for t in tallies)
    unmet = Counter(row[4] for row in told if row[2] == "not_met")
    differing = sum(row[1] != row[2] != "pending" for row in told)
    said = {
        "in scope": (len(wards), city.roadmap.today.in_scope),
        "ready": (ready, city.roadmap.today.ready),
        "unmet": (dict(unmet), {c.criterion.number: c.n_unmet for c in city.unmet}),
        "differing": (differing, city.agreement.n_differing),
        "agreed": (dict(ways), city.ways),
        "open round": (counts, _counts(city.under_way[0])),
        "late": (len(late), city.under_way[0].n_late),
    }
    for name, (lean, ours) in said.items():
        if lean != ours:
            raise RuntimeError(f"{name}: {lean} by the lean statements, {ours} on the page")


def _counts(current: Current) -> tuple[int, ...]:
    n_complete = current.n_ready_as_assessed - current.n_ready
    return (
        current.n_wards,
        current.n_begun,
        current.n_approved,
        current.n_ready,
        n_complete,
    )
