"""What people do with their notices: mark them as read, choose the daily e-mail, be sent one."""

from datetime import date

from django.db import transaction
from django.db.models import Q

from accounts.models import User
from criteria.actions.log import entry
from criteria.actions.users import save_user
from criteria.models import Activity, Inbox


def mark_notices_read(up_to: int, *, acting_user: User) -> None:
    """Mark the person's notices up to an entry of the log as read.

    It leaves no entry in the log itself: it changes nothing that anybody else can see.
    """
    newest = Activity.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
    inbox, _created = Inbox.objects.get_or_create(user=acting_user)
    seen = min(up_to, newest)  # what is yet to be written cannot have been read
    Inbox.objects.filter(pk=inbox.pk, seen_seq__lt=seen).update(seen_seq=seen)


@transaction.atomic
def choose_digest(*, wanted: bool, email: str, acting_user: User) -> None:
    """Store whether the person wants the daily e-mail, and where. The caller has validated it."""
    Activity.objects.hold()
    person = User.objects.select_for_update().get(pk=acting_user.pk)
    if person.email != email:
        person.email = email
        save_user(person, acting_user=acting_user)
    inbox, _created = Inbox.objects.get_or_create(user=acting_user)
    if inbox.wants_digest == wanted:
        return
    inbox.wants_digest = wanted
    inbox.save(update_fields=["wants_digest"])
    row = entry(
        Activity.Verb.CHANGE,
        inbox,
        acting_user=acting_user,
        before={"wants_digest": not wanted},
        after={"wants_digest": wanted},
    )
    Activity.objects.append([row])


def claim_digest(inbox: Inbox, on: date) -> bool:
    """Take a person's e-mail of the day on; False where somebody else has, or it is sent.

    One conditional UPDATE, so that of two runs at once one sends. A machine's own book-keeping:
    nobody acts, and the log has no entry of it.
    """
    open_to_claim = Inbox.objects.filter(pk=inbox.pk, wants_digest=True).filter(
        Q(digest_on=None) | Q(digest_on__lt=on)
    )
    return bool(open_to_claim.update(digest_on=on))


def give_digest_back(inbox: Inbox, on: date) -> None:
    """Let a later run send what this one could not. `inbox` is as it was before the claim."""
    Inbox.objects.filter(pk=inbox.pk, digest_on=on).update(digest_on=inbox.digest_on)
