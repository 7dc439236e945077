"""The province many times over, until it has as many units as the country. On PostgreSQL alone."""

from django.db import connection

N_NATION = 3321
_APART = 10_000_000  # between the keys of one copy and the next: more than a province has rows

_WARDS = """
INSERT INTO criteria_ward (id, code, name, search_name, sort_key, kind, valid_from, valid_to,
                           population, area_km2, source)
SELECT id + {apart}, '{copy}' || code, name || ' / {copy}', search_name || ' / {copy}',
       sort_key || '{copy}', kind, valid_from, valid_to, population, area_km2, source
FROM criteria_ward WHERE id < {least} ORDER BY id LIMIT {limit}
"""
_SHEETS = """
INSERT INTO criteria_assessment
  (id, ward_id, round_id, state, version, n_met, n_not_met, n_not_applicable, n_pending,
   submitted_by_id, submitted_at, verifying_by_id, verifying_at, returned_by_id, returned_at,
   return_reason, approved_by_id, approved_at)
SELECT a.id + {apart}, a.ward_id + {apart}, a.round_id, a.state, a.version, a.n_met, a.n_not_met,
       a.n_not_applicable, a.n_pending, a.submitted_by_id, a.submitted_at, a.verifying_by_id,
       a.verifying_at, a.returned_by_id, a.returned_at, a.return_reason, a.approved_by_id,
       a.approved_at
FROM criteria_assessment a JOIN criteria_ward w ON w.id = a.ward_id + {apart}
WHERE a.id < {least}
"""
_RESULTS = """
INSERT INTO criteria_result
  (id, assessment_id, criterion_id, self_verdict, verified_verdict, explanation, finding, version,
   entered_by_id, entered_at, verified_by_id, verified_at, return_note)
SELECT r.id + {apart}, r.assessment_id + {apart}, r.criterion_id, r.self_verdict,
       r.verified_verdict, r.explanation, r.finding, r.version, r.entered_by_id, r.entered_at,
       r.verified_by_id, r.verified_at, r.return_note
FROM criteria_result r JOIN criteria_assessment a ON a.id = r.assessment_id + {apart}
WHERE r.id < {least}
"""
_VALUES = """
INSERT INTO criteria_requirementvalue
  (id, result_id, requirement_id, self_value, self_judgement, verified_value, verified_judgement,
   threshold_applied)
SELECT v.id + {apart}, v.result_id + {apart}, v.requirement_id, v.self_value, v.self_judgement,
       v.verified_value, v.verified_judgement, v.threshold_applied
FROM criteria_requirementvalue v JOIN criteria_result r ON r.id = v.result_id + {apart}
WHERE v.id < {least}
"""
_RECOGNITIONS = """
INSERT INTO criteria_recognition
  (id, ward_id, year, decision_number, decided_on, issued_by, revoked_on, revoked_reason)
SELECT d.id + {apart}, d.ward_id + {apart}, d.year, d.decision_number, d.decided_on, d.issued_by,
       d.revoked_on, d.revoked_reason
FROM criteria_recognition d JOIN criteria_ward w ON w.id = d.ward_id + {apart}
WHERE d.id < {least}
"""


def multiply(n_wards: int) -> None:
    """Copy the province's wards, with all that is judged of them, until there are so many.

    Documents and the log stay the province's own: no page over all wards reads them.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM criteria_ward")
        n_province = cursor.fetchone()[0]
        for copy in range(1, -(-n_wards // n_province)):
            limit = min(n_province, n_wards - copy * n_province)
            of_copy = {"copy": copy, "apart": copy * _APART, "least": _APART, "limit": limit}
            for statement in (_WARDS, _SHEETS, _RESULTS, _VALUES, _RECOGNITIONS):
                cursor.execute(statement.format(**of_copy))
        cursor.execute("ANALYZE")
