"""What whoever knows the city or the person tries first is no password; Unicode's form is."""

import unicodedata

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import UserFactory, WardFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    for name in ("Lộc Hạ", "Trường Thi"):
        WardFactory(name=name)
    return UserFactory(username="ca.truongthi", full_name="Nguyễn Thị Hạnh")


@pytest.mark.parametrize(
    "password",
    [
        "namdinh2026",
        "NamDinh@2026xanh",
        "nam dinh que toi",
        "Nam-Định-quê-hương",
        "n4md1nh-que-huong",
        "xanhlanamdinhtoi",
        "congannhandan-1",
        "matkhau2026",
        "Matkhau@12345",
        "xanhlam20262025",
        "aaaaaaaaaaaaaa",
        "ababababababab",
        "0912345678901",
        "nguyenthihanh1",
        "Hanh-xinh-dep-lam",
        "thihanh-cua-toi",
        "hanhnguyen!!abc",
        "loc-ha-cua-toi-99",
        "LocHa@xanhlam",
        "truong thi cua toi",
        "truongthi-quehuong",
        "password123456",
        "quantrivien2026",
        "p@ssw0rd-cua-toi",
        "Admin-he-thong-1",
    ],
)
def test_what_is_easily_guessed_is_refused(person, password):
    with pytest.raises(ValidationError):
        validate_password(password, person)


@pytest.mark.parametrize(
    "password",
    [
        "Đường-làng-2026",
        "mot-chuoi-khac-1",
        "con mèo leo cây cau",
        "vT7#pk!uW2qz",
        "rau muống 88 xào",
    ],
)
def test_what_is_not_is_taken(person, password):
    validate_password(password, person)


def test_forms_say_what_is_asked(client_of):
    page = client_of("leader").get(reverse("password_change")).content.decode()
    assert "tên phường, xã" in page
    assert "Không dùng họ tên" in page


def test_an_administrator_gives_no_weak_one_either(client_of):
    office = client_of("administrator")
    weak = {"password1": "namdinh2026xyz", "password2": "namdinh2026xyz"}
    answer = office.post(
        reverse("admin:accounts_user_add"), {"username": "x", "full_name": "X Y", **weak}
    )
    assert answer.status_code == 200
    assert not User.objects.filter(username="x").exists()


# --- one name, one password, however they are typed -----------------------------------------------

PASSWORD = "Đường làng ngõ xóm"
FORMS = ["NFC", "NFD", "NFKC", "NFKD"]


def sign_in(username, password):
    data = {"username": username, "password": password}
    return Client().post(reverse("login"), data).status_code


@pytest.mark.parametrize("chosen", FORMS)
@pytest.mark.parametrize("typed", FORMS)
def test_a_password_is_the_same_in_every_form_of_unicode(chosen, typed):
    user = UserFactory(username="canbo")
    user.set_password(unicodedata.normalize(chosen, PASSWORD))
    user.save()
    assert sign_in("canbo", unicodedata.normalize(typed, PASSWORD)) == 302
    assert sign_in("canbo", PASSWORD.lower()) == 200


def test_a_password_of_old_is_known_as_it_was_typed_then():
    decomposed = unicodedata.normalize("NFD", PASSWORD)
    UserFactory(username="canbo", password=make_password(decomposed))
    assert sign_in("canbo", decomposed) == 302


@pytest.mark.parametrize(
    "typed",
    ["Hạnh.Lộc", "hạnh.lộc", "HẠNH.LỘC", "ha\u0323nh.lo\u0323\u0302c", "hanh.loc", " hạnh.lộc "],
)
def test_a_name_signs_in_however_it_is_typed(typed):
    user = UserFactory(username="hạnh.lộc")
    user.set_password(PASSWORD)
    user.save()
    assert sign_in(typed, PASSWORD) == 302
    assert sign_in("hanh.lo", PASSWORD) == 200


def test_of_two_that_fit_the_one_written_so_signs_in():
    """Accounts of old: no new one may be called so."""
    for name, password in (("hà", "mot-mat-khau-dai"), ("hạ", "hai-mat-khau-dai")):
        user = UserFactory(username=name)
        user.set_password(password)
        user.save()
    assert authenticate(username="hạ", password="hai-mat-khau-dai").username == "hạ"
    assert authenticate(username="ha", password="hai-mat-khau-dai") is None


@pytest.mark.parametrize("name", ["Hanh.Loc", "hạnh.lộc", "HẠNH.LỘC", "ha\u0323nh.lo\u0323\u0302c"])
def test_no_second_account_is_called_the_same(client_of, name):
    UserFactory(username="hạnh.lộc")
    chosen = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    answer = client_of("administrator").post(
        reverse("admin:accounts_user_add"), {"username": name, "full_name": "B", **chosen}
    )
    assert answer.status_code == 200
    assert "username" in answer.context["adminform"].form.errors


def test_the_languages_cookie_is_for_encrypted_lines_alone(client, settings):
    settings.LANGUAGE_COOKIE_SECURE = True
    answer = client.post(reverse("set_language"), {"language": "en"})
    cookie = answer.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
