"""Text that a database compares as `fold` would write it."""

import unicodedata

import pytest
from django.contrib.auth.models import Group
from django.db.models import F
from hypothesis import given
from hypothesis import strategies as st

from namdinh_wards.text import fold

pytestmark = pytest.mark.django_db
LETTERS = (
    "aăâbcdđeêfghijklmnoôơpqrstuưvwxyzáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
)
FORMS = ["NFC", "NFD", "NFKC", "NFKD"]
words = st.text(LETTERS + LETTERS.upper() + "0123456789/-().%_", min_size=1, max_size=12)


def named(name):
    """Store a text; return the query of the record that holds it."""
    group, _is_new = Group.objects.update_or_create(pk=999, defaults={"name": name})
    return Group.objects.filter(pk=group.pk)


@given(words, st.sampled_from(FORMS))
def test_the_database_folds_as_we_do(word, form):
    (folded,) = named(unicodedata.normalize(form, word)).values_list(F("name__folded"), flat=True)
    assert folded == fold(word)


@given(words, words, st.sampled_from(FORMS))
def test_a_word_is_in_a_text_however_both_are_typed(word, rest, form):
    group = named(unicodedata.normalize(form, f"{rest}{word}{rest}"))
    assert group.filter(name__folded__contains=fold(word)).exists()
