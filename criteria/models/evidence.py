"""The documents behind the results: one serves many criteria and rounds."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from criteria.models.days import DayOfPaper
from criteria.models.results import Result
from criteria.models.wards import Ward
from namdinh_wards.text import LONGEST_SOUGHT, fold


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def current(self) -> Self:
        """Documents that no later one has taken the place of."""
        return self.filter(superseded_by=None)

    def search(self, text: str) -> Self:
        """Documents whose title, number or issuer has every word of `text`, diacritics aside."""
        text, matching = fold(text), self
        if len(text) > LONGEST_SOUGHT:
            return self.none()
        for word in text.split():
            matching = matching.filter(search_text__contains=word)
        return matching


class Evidence(models.Model):
    """A document of a ward: with its file, or only a reference to where it is kept.

    `file` is its name in the storage "evidence", one of our own; `kind` is the file's kind by its
    content (`pdf`, `docx`, …), `size` in bytes, `sha256` of the content; all empty for a reference.
    `file_name` is what the person's file was called, cleaned: for people's eyes and the download's
    name, never for the disk.
    """

    ward = models.ForeignKey(
        Ward, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("ward")
    )
    title = models.CharField(_("title"), max_length=300)
    number = models.CharField(
        _("number and symbol"), max_length=100, blank=True, help_text=_("For example 54/KH-UBND.")
    )
    issued_on = DayOfPaper(_("date of issue"), null=True, blank=True)
    issued_by = models.CharField(_("issuing body"), max_length=200, blank=True)
    search_text = models.CharField(max_length=700, editable=False)
    file = models.CharField(_("file"), max_length=100, blank=True, editable=False)
    file_name = models.CharField(_("file name"), max_length=200, blank=True)
    kind = models.CharField(_("kind of file"), max_length=10, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("added by"),
    )
    added_at = models.DateTimeField(_("added at"))
    superseded_by = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supersedes",
        verbose_name=_("superseded by"),
    )
    results = models.ManyToManyField(
        Result, through="EvidenceUse", related_name="evidence", verbose_name=_("results")
    )

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["-added_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["ward", "sha256"],
                condition=~Q(sha256=""),
                name="evidence_file_once_per_ward",
                violation_error_message=_("The ward already has this file."),
            ),
            models.CheckConstraint(
                condition=Q(file="", file_name="", kind="", size=None, sha256="")
                | ~Q(file="") & ~Q(file_name="") & ~Q(kind="") & ~Q(sha256="") & Q(size__gt=0),
                name="evidence_file_is_described",
                violation_error_message=_("A file has its name, kind, size and checksum."),
            ),
            models.CheckConstraint(
                condition=~Q(file="") | ~Q(number="") & ~Q(issued_by=""),
                name="evidence_reference_can_be_found",
                violation_error_message=_(
                    "Without a file, give the number and the issuing body, so that the document "
                    "can be found."
                ),
            ),
            models.CheckConstraint(
                condition=Q(superseded_by=None) | ~Q(superseded_by=models.F("pk")),
                name="evidence_superseded_by_another",
                violation_error_message=_("A document cannot supersede itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})" if self.number else self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.search_text = fold(f"{self.title} {self.number} {self.issued_by}")[:700]
        super().save(*args, **kwargs)  # type: ignore[arg-type]


class EvidenceUseQuerySet(models.QuerySet["EvidenceUse"]):
    def attached(self) -> Self:
        """Keep those that hold: a document that was taken off keeps its row."""
        return self.filter(detached_at=None)


class EvidenceUse(models.Model):
    """A document attached to a result; taken off again it stays, with who did it and when."""

    evidence = models.ForeignKey(
        Evidence, on_delete=models.PROTECT, related_name="uses", verbose_name=_("evidence")
    )
    result = models.ForeignKey(
        Result, on_delete=models.PROTECT, related_name="evidence_uses", verbose_name=_("result")
    )
    attached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("attached by"),
    )
    attached_at = models.DateTimeField(_("attached at"))
    detached_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("taken off by"),
    )
    detached_at = models.DateTimeField(_("taken off at"), null=True, blank=True)

    objects = EvidenceUseQuerySet.as_manager()

    class Meta:
        verbose_name = _("use of evidence")
        verbose_name_plural = _("uses of evidence")
        ordering = ["result", "attached_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["evidence", "result"],
                condition=Q(detached_at=None),
                name="evidence_attached_once",
                violation_error_message=_("The document is already attached here."),
            ),
            models.CheckConstraint(
                condition=Q(detached_by=None, detached_at=None)
                | Q(detached_by__isnull=False, detached_at__isnull=False),
                name="evidence_detached_says_by_whom",
                violation_error_message=_("A document that was taken off says by whom."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.result_id}/{self.evidence_id}"
