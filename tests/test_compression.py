"""Pages go compressed to whoever takes them so, not always of one length; files go as they are."""

from django.urls import reverse


def test_a_page_is_sent_compressed_and_its_length_tells_nothing(client_of):
    leader = client_of("leader")
    answers = [
        leader.get(reverse("criteria:dashboard"), headers={"accept-encoding": "gzip, br"})
        for _ in range(12)
    ]
    assert {answer["Content-Encoding"] for answer in answers} == {"gzip"}
    assert len({len(answer.content) for answer in answers}) > 1
    assert "Content-Encoding" not in leader.get(reverse("criteria:dashboard"))


def test_a_file_is_sent_as_it_is(client_of):
    answer = client_of("administrator").get(
        reverse("criteria:log-export"), headers={"accept-encoding": "gzip"}
    )
    assert "Content-Encoding" not in answer
