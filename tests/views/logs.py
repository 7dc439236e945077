"""Entries of the log, and how its page and its file are read."""

import csv
from io import StringIO

from django.urls import reverse
from django.utils import timezone

from criteria.actions.log import entry
from criteria.models import Activity

LOG, EXPORT = reverse("criteria:log"), reverse("criteria:log-export")


def log(record, *, by=None, verb=Activity.Verb.CHANGE, at=None, **fields):
    made = entry(verb, record, acting_user=by, **fields)
    made.at = at or timezone.now()
    Activity.objects.append([made])
    return made


def log_many(n, record, **fields):
    return Activity.objects.append(
        entry(Activity.Verb.CHANGE, record, acting_user=None, after={"code": str(i)}, **fields)
        for i in range(n)
    )


def shown(client, **query):
    """The numbers of the entries on the page, as they stand there."""
    response = client.get(LOG, query)
    assert response.status_code == 200
    return [row.entry.seq for row in response.context["told"]]


def lines(client, **query):
    """The rows of the file, its headings first."""
    response = client.get(EXPORT, query)
    assert response.status_code == 200
    content = b"".join(response.streaming_content).decode()
    assert content.startswith("\ufeff")
    return list(csv.reader(StringIO(content[1:], newline=""), delimiter=";"))


def numbers(*entries):
    return [each.seq for each in entries]
