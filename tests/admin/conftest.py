import pytest
from django.test import Client

from accounts.models import User
from tests.factories import UserFactory


@pytest.fixture
def administrator(make_user) -> User:
    return make_user("administrator")


@pytest.fixture
def office(client_of, administrator) -> Client:
    """An administrator's browser."""
    return client_of(administrator)


@pytest.fixture
def superuser(db) -> User:
    return UserFactory(is_superuser=True)
