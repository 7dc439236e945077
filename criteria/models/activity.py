"""The log: append-only, each row sealed with the hash of the one before.

Triggers on both databases refuse UPDATE and DELETE, so nothing here is a real foreign key: a row
outlives what it speaks of, and names it in words.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connections, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

FIRST_HASH = "0" * 64
_WITH_USER_NAME = re.compile(r" \([\w.@+-]+\)$")
_LOCK = 0x6E64_7764  # any number of our own: the one lock that writers of the log queue for


class ActivityManager(models.Manager["Activity"]):
    def hold(self) -> None:
        """Queue for the log until the commit. An action that logs more than once asks first.

        SQLite has one writer at a time anyway.
        """
        connection = connections[self.db]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])

    def append(self, entries: Iterable["Activity"]) -> list["Activity"]:
        """Seal `entries` onto the chain and store them. Three queries, however many entries.

        Call it last in the transaction of what it records: from here to the commit every other
        writer of the log waits, and one that waited for a row lock meanwhile would deadlock.
        """
        with transaction.atomic(using=self.db, savepoint=False):
            self.hold()
            head = self.order_by("-seq").values_list("seq", "hash").first()
            seq, previous = head or (0, FIRST_HASH)
            sealed = []
            for entry in entries:
                seq += 1
                entry.seq, entry.previous_hash = seq, previous
                entry.hash = previous = entry.seal()
                sealed.append(entry)
            return self.bulk_create(sealed)


class Activity(models.Model):
    """Who did what, when, to what, from what to what, and why."""

    class Verb(models.TextChoices):
        SAVE_RESULT = "save_result", pgettext_lazy("activity", "Result saved")
        VERIFY_RESULT = "verify_result", pgettext_lazy("activity", "Result verified")
        ATTACH = "attach", pgettext_lazy("activity", "Evidence attached")
        DETACH = "detach", pgettext_lazy("activity", "Evidence taken off")
        SUPERSEDE = "supersede", pgettext_lazy("activity", "Evidence superseded")
        SUBMIT = "submit", pgettext_lazy("activity", "Sheet submitted")
        WITHDRAW = "withdraw", pgettext_lazy("activity", "Sheet withdrawn")
        BEGIN = "begin", pgettext_lazy("activity", "Verification begun")
        RETURN = "return", pgettext_lazy("activity", "Sheet returned")
        APPROVE = "approve", pgettext_lazy("activity", "Sheet approved")
        REOPEN = "reopen", pgettext_lazy("activity", "Sheet reopened")
        CANCEL_REOPENING = "cancel_reopening", pgettext_lazy("activity", "Reopening cancelled")
        OPEN_ROUND = "open_round", pgettext_lazy("activity", "Round opened")
        CLOSE_ROUND = "close_round", pgettext_lazy("activity", "Round closed")
        REOPEN_ROUND = "reopen_round", pgettext_lazy("activity", "Round reopened")
        EXTEND = "extend", pgettext_lazy("activity", "Extension given")
        LEAVE_ROUND = "leave_round", pgettext_lazy("activity", "No longer assessed in the round")
        JOIN_ROUND = "join_round", pgettext_lazy("activity", "Assessed in the round again")
        CARRY_OVER = "carry_over", pgettext_lazy("activity", "Officer carried over")
        CREATE = "create", pgettext_lazy("activity", "Record created")
        CHANGE = "change", pgettext_lazy("activity", "Record changed")
        DELETE = "delete", pgettext_lazy("activity", "Record deleted")
        CLONE_SET = "clone_set", pgettext_lazy("activity", "Criteria set cloned")
        PUBLISH_SET = "publish_set", pgettext_lazy("activity", "Criteria set published")
        RETIRE_SET = "retire_set", pgettext_lazy("activity", "Criteria set retired")
        LOAD = "load", pgettext_lazy("activity", "Reference data loaded")

    seq = models.PositiveBigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("time"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("person"),
    )
    actor_name = models.CharField(_("person"), max_length=310, blank=True)
    verb = models.CharField(_("what was done"), max_length=20, choices=Verb)
    object_type = models.CharField(_("kind of record"), max_length=60)
    object_id = models.PositiveBigIntegerField(_("record"), null=True)
    object_name = models.CharField(_("record"), max_length=500)
    ward = models.ForeignKey(
        "criteria.Ward",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("ward"),
    )
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(_("reason"), blank=True)
    previous_hash = models.CharField(_("previous hash"), max_length=64, editable=False)
    hash = models.CharField(_("hash"), max_length=64, unique=True, editable=False)

    objects = ActivityManager()

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log")
        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="activity_object"),
            models.Index(fields=["ward", "seq"], name="activity_ward"),
            models.Index(fields=["verb", "seq"], name="activity_verb"),
        ]
        permissions = [("view_own_activity", _("See the log of the own actions"))]

    def __str__(self) -> str:
        return f"{self.seq}. {self.get_verb_display()}: {self.object_name}"

    @property
    def who(self) -> str:
        """The person and nobody else; empty where the program itself acted.

        Entries of old name them without the user name, which is then read (ask for `actor`).
        """
        if self.actor_id is None or _WITH_USER_NAME.search(self.actor_name):
            return self.actor_name
        return f"{self.actor_name} ({self.actor.username})" if self.actor else self.actor_name

    def seal(self) -> str:
        """Return the SHA-256 of everything this row says, the previous row's hash included."""
        facts: dict[str, Any] = {
            field.attname: getattr(self, field.attname)
            for field in self._meta.concrete_fields
            if field.attname != "hash"
        }
        facts["at"] = self.at.astimezone(UTC).isoformat()
        text = json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
