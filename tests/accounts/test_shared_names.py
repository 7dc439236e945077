"""A name that two people have is given with the user name, and one that is nobody else's alone."""

import pytest

from accounts.models import User
from criteria.actions.log import entry
from criteria.actions.users import save_user
from criteria.forms.filters import LogFilterForm
from criteria.models import Activity
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

NAME = "Nguyễn Văn Trùng"


def label(username):
    return str(User.objects.get(username=username))


def test_a_name_is_given_alone_until_somebody_shares_it():
    first = UserFactory(full_name=NAME, username="trung.a")
    assert str(first) == label("trung.a") == NAME
    second = UserFactory(full_name="NGUYỄN VĂN  TRÙNG", username="trung.b")
    assert label("trung.a") == f"{NAME} (trung.a)"
    assert str(second) == "NGUYỄN VĂN TRÙNG (trung.b)"
    second.full_name = "Trần Văn Khác"
    second.save()
    assert label("trung.a") == NAME
    assert label("trung.b") == "Trần Văn Khác"


@pytest.mark.parametrize(
    "typed",
    [
        "Nguye\u0302\u0303n Va\u0306n Tru\u0300ng",
        "Nguyễn Văn\u00a0Trùng",
        "Nguyễn\u200b Văn Trùng\u200e",
        "nguyễn văn trùng",
    ],
)
def test_names_that_look_the_same_are_the_same(typed):
    UserFactory(full_name=NAME, username="trung.a")
    UserFactory(full_name=typed, username="trung.b")
    assert label("trung.a").endswith("(trung.a)")
    assert label("trung.b").endswith("(trung.b)")


def test_accounts_that_are_no_longer_active_share_their_name_too(make_user):
    administrator = make_user("administrator")
    gone = UserFactory(full_name=NAME, username="trung.a", is_active=False)
    new = UserFactory.build(full_name=NAME, username="trung.b")
    save_user(new, acting_user=administrator)
    assert label("trung.b").endswith("(trung.b)")
    assert str(User.objects.get(pk=gone.pk)).endswith("(trung.a)")


def test_the_person_filter_costs_no_query_a_name(django_assert_num_queries):
    for n in range(12):
        user = UserFactory(full_name=NAME, username=f"trung.{n}")
        Activity.objects.append([entry(Activity.Verb.CHANGE, user, acting_user=user)])
    with django_assert_num_queries(2):
        form = LogFilterForm({}, log=Activity.objects.all())
        assert len(form.fields["person"].choices) == 14
