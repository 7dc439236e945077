"""Accounts, roles, own wards, and nobody above their station."""

from datetime import date

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from criteria.actions.records import save_record
from criteria.models import Activity, Membership
from tests.admin.forms import add_row, errors, save, shown
from tests.factories import MembershipFactory, UserFactory, WardFactory

LIST = reverse("admin:accounts_user_changelist")
ADD = reverse("admin:accounts_user_add")
PASSWORD = "Đường-làng-2026"


def page_of(user):
    return reverse("admin:accounts_user_change", args=[user.pk])


def password_page(user):
    return reverse("admin:auth_user_password_change", args=[user.pk])


def role(name):
    return Group.objects.get(name=name)


def test_an_account_is_made_with_its_role(office, administrator):
    answer = save(
        office,
        ADD,
        username="ca.truongthi",
        full_name="Trần Thị Đào",
        password1=PASSWORD,
        password2=PASSWORD,
        groups=[role("Ward officer").pk],
    )
    made = User.objects.get(username="ca.truongthi")
    assert answer.url == page_of(made)
    assert made.check_password(PASSWORD)
    assert list(made.groups.all()) == [role("Ward officer")]
    created, given = Activity.objects.order_by("seq")
    assert (created.verb, created.actor) == ("create", administrator)
    assert given.after == {"roles": ["Ward officer"]}


def test_the_log_never_holds_a_password(office):
    user = UserFactory()
    user.set_password(PASSWORD)
    user.save()
    save(office, ADD, username="a", full_name="A", password1=PASSWORD, password2=PASSWORD)
    save(office, page_of(user), full_name="B")
    change = {"password1": "Một-chuỗi-khác-1", "password2": "Một-chuỗi-khác-1"}
    page = office.get(password_page(user))
    office.post(password_page(user), {**shown(page), **change, "usable_password": "true"})
    stored = dict(User.objects.values_list("username", "password"))
    for entry in Activity.objects.all():
        text = f"{entry.before} {entry.after}"
        assert not any(password and password in text for password in stored.values())
        assert "md5$" not in text


def test_a_new_password_is_logged(office, administrator):
    user = UserFactory()
    change = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    refused = office.post(password_page(user), {**change, "password2": "x"})
    assert refused.status_code == 200
    assert not Activity.objects.exists()
    assert office.post(password_page(user), change).status_code == 302
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    entry = Activity.objects.get()
    assert (entry.verb, entry.object_id, entry.actor) == ("change", user.pk, administrator)
    assert entry.after == {"password": "***"}


def test_roles_are_changed_and_logged(office):
    user = UserFactory(role="City officer")
    save(office, page_of(user), groups=[role("Verifier").pk])
    assert list(user.groups.all()) == [role("Verifier")]
    entry = Activity.objects.get()
    assert entry.before == {"roles": ["City officer"]}
    assert entry.after == {"roles": ["Verifier"]}


def test_own_wards_are_given_and_taken_and_logged(office):
    user, ward = UserFactory(role="Ward officer"), WardFactory()
    values = shown(office.get(page_of(user)))
    row = add_row(values, "memberships", ward=ward.pk)
    assert office.post(page_of(user), {**values, **row}).status_code == 302
    assert user.memberships.get().ward == ward
    save(office, page_of(user), **{"memberships-0-DELETE": "on"})
    assert not user.memberships.exists()
    logged = Activity.objects.order_by("seq").values_list("verb", "object_type", "ward")
    assert list(logged) == [
        ("create", "criteria.membership", ward.pk),
        ("delete", "criteria.membership", ward.pk),
    ]


def test_a_ward_is_given_once(office):
    membership = MembershipFactory()
    values = shown(office.get(page_of(membership.user)))
    row = add_row(values, "memberships", ward=membership.ward_id)
    refused = office.post(page_of(membership.user), {**values, **row})
    assert refused.status_code == 200
    assert Membership.objects.count() == 1


def test_an_account_is_made_inactive(office):
    user = UserFactory()
    values = shown(office.get(page_of(user)))
    del values["is_active"]
    assert office.post(page_of(user), values).status_code == 302
    user.refresh_from_db()
    assert not user.is_active


@pytest.mark.parametrize("words", ["tran duc", "Đức", "ĐỨC trần", "phuong1"])
def test_people_are_found_without_diacritics(office, words):
    wanted = UserFactory(full_name="Trần Văn Đức", username="phuong1")
    UserFactory(full_name="Trần Thị Đào")
    assert list(office.get(LIST, {"q": words}).context["cl"].result_list) == [wanted]


def test_people_are_listed_with_their_roles_and_wards_and_filtered_by_role(office):
    membership = MembershipFactory(user=UserFactory(role="Ward officer"))
    UserFactory(role="Leader")
    page = office.get(LIST, {"role": role("Ward officer").pk})
    assert list(page.context["cl"].result_list) == [membership.user]
    text = page.content.decode()
    assert str(membership.ward) in text
    assert gettext("Ward officer") in text
    assert len(office.get(LIST, {"role": "x"}).context["cl"].result_list) == 3


def test_roles_are_named_in_the_reader_s_language(office):
    named = gettext("Verifier")
    form = office.get(page_of(UserFactory())).context["adminform"].form
    assert named in [label for _value, label in form.fields["groups"].choices]
    roles = reverse("admin:auth_group_changelist")
    assert named in office.get(roles).content.decode()


# --- nobody above their station -------------------------------------------------------------------


def test_an_administrator_makes_no_superuser(office, administrator):
    user = UserFactory()
    for target in (user, administrator):
        save(office, page_of(target), is_superuser="on")
        target.refresh_from_db()
        assert not target.is_superuser
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    save(office, ADD, username="b", full_name="B", is_superuser="on", **passwords)
    assert not User.objects.get(username="b").is_superuser


def test_an_administrator_gives_no_single_permission(office):
    user = UserFactory()
    everything = [permission.pk for permission in Permission.objects.all()]
    assert "user_permissions" not in shown(office.get(page_of(user)))
    save(office, page_of(user), user_permissions=everything)
    assert not user.user_permissions.exists()


def test_an_administrator_does_not_touch_a_superuser(office, superuser):
    before = User.objects.values().get(pk=superuser.pk)
    page = office.get(page_of(superuser))
    assert page.status_code == 200
    assert password_page(superuser) not in page.content.decode()
    taken = {"username": "x", "full_name": "x", "is_active": ""}
    assert office.post(page_of(superuser), taken).status_code == 403
    assert office.get(password_page(superuser)).status_code == 403
    change = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    assert office.post(password_page(superuser), change).status_code == 403
    assert User.objects.values().get(pk=superuser.pk) == before


def test_a_superuser_makes_another(client_of, superuser):
    user = UserFactory()
    save(client_of(superuser), page_of(user), is_superuser="on")
    user.refresh_from_db()
    assert user.is_superuser


@pytest.mark.parametrize("who", ["administrator", "superuser"])
def test_nobody_changes_their_own_access(request, client_of, who):
    user = request.getfixturevalue(who)
    before = (list(user.groups.all()), user.is_superuser)
    client = client_of(user)
    page = client.get(page_of(user))
    taken = {"groups": [role("Verifier").pk], "full_name": "Tên mới"}
    assert client.post(page_of(user), {**shown(page), **taken}).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert user.full_name == "Tên mới"
    assert user.is_active
    assert user.is_staff
    assert (list(user.groups.all()), user.is_superuser) == before


def test_what_a_role_may_do_is_not_changed_here(office):
    verifier = role("Verifier")
    url = reverse("admin:auth_group_change", args=[verifier.pk])
    UserFactory(role="Verifier", full_name="Lê Thị Hoa")
    assert "Lê Thị Hoa" in office.get(url).content.decode()
    before = set(verifier.permissions.all())
    assert office.post(url, {"name": "x", "permissions": []}).status_code == 403
    assert set(role("Verifier").permissions.all()) == before


def test_an_unknown_account_has_no_password_page(office):
    assert office.get(password_page(User(pk=0))).status_code == 404


def test_a_name_taken_in_other_letters_is_refused(office):
    UserFactory(username="phuong1")
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    refused = save(office, ADD, username="Phuong1", full_name="B", **passwords)
    assert refused.status_code == 200
    assert len(errors(refused)) == 1


# --- what the pages show --------------------------------------------------------------------------


def test_the_role_alone_lets_into_the_administration(client_of, office):
    passwords = {"password1": PASSWORD, "password2": PASSWORD}
    groups = [role("Administrator").pk]
    save(office, ADD, username="qt", full_name="Quản Trị", groups=groups, **passwords)
    made = User.objects.get(username="qt")
    User.objects.update(must_change_password=False)
    made = User.objects.get(pk=made.pk)
    assert made.is_staff
    client = client_of(made)
    assert client.get(LIST).status_code == 200
    assert reverse("admin:index") in client.get(reverse("criteria:dashboard")).content.decode()
    made.groups.clear()
    assert client.get(LIST).status_code == 302


@pytest.mark.parametrize("name", ["Ward officer", "City officer", "Verifier", "Leader"])
def test_no_other_role_enters_the_administration(client_of, name):
    client = client_of(UserFactory(role=name))
    answer = client.get(LIST, follow=True)
    assert answer.status_code == 403
    assert reverse("admin:index") not in client.get(reverse("criteria:dashboard")).content.decode()


def test_a_users_page_tells_nothing_of_the_password_but_whether_there_is_one(office):
    user = UserFactory()
    user.set_password(PASSWORD)
    user.save()
    algorithm, _salt, digest = user.password.split("$")[:3]
    page = office.get(page_of(user)).content.decode()
    assert "../password/" in page
    assert not any(part in page for part in (algorithm, digest[:6]))


def test_an_officers_wards_say_from_when(office, administrator):
    old = WardFactory(name="Lộc Hạ", code="13001", valid_to=date(2024, 9, 1))
    new = WardFactory(name="Lộc Hạ", code="13001", valid_from=date(2024, 9, 1))
    user = UserFactory(role="Ward officer")
    for ward in (old, new):
        save_record(Membership(user=user, ward=ward), acting_user=administrator)
    row = office.get(LIST, {"q": user.username}).content.decode()
    page = office.get(page_of(user)).content.decode()
    for text in (row, page):
        assert "từ 01/01/2023 đến trước 01/09/2024" in text
        assert "từ 01/09/2024" in text
    assert page.count("20/11/2026") >= 2  # since when the officer works for each
