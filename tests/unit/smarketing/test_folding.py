"""One spelling for all that people mean alike; and the database folds as we do."""

import pytest
from django.db import connection

from smarketing.server.folding import found, needles


def stands(question: str, **fields: str) -> bool:
    values = [
        fields.get(name, "") for name in ("name", "company", "email", "phone", "external_id", "question", "notes")
    ]
    return all(piece in found(*values) for piece in needles(question))


@pytest.mark.parametrize("kept", ["Jörg Müller", "JOERG MUELLER", "Jorg Muller", "Jo\u0308rg Mu\u0308ller"])
@pytest.mark.parametrize("question", ["müller", "Mueller jörg", "MULLER jo", "m\u00fc", "j", "Mu\u0308ller", "uell"])
def test_umlauts_case_form_and_order_do_not_matter(kept, question):
    assert stands(question, name=kept)
    assert not stands(f"{question} Anna", name=kept)


@pytest.mark.parametrize("kept", ["+49 (0)170 123 45-67", "0049 170/1234567", "0170 1234567", "01701234567"])
@pytest.mark.parametrize(
    "question", ["+49 170 1234567", "0170/123 4567", "(0170) 1234567", "1701234567", "0170", "mia 0170 123"]
)
def test_a_telephone_number_is_found_in_any_spelling(kept, question):
    assert stands(question, name="Mia", phone=kept)
    assert not stands("0170 1234568", phone=kept)


def test_a_short_word_is_the_beginning_of_one():
    assert stands("s 54", company="Studio 54")
    assert not stands("tu", company="Studio 54")
    assert stands("straße", notes="wohnt in der STRASSE")
    assert stands("søren ærø århus", name="Soren", company="Aeroe Aarhus")
    assert stands("\u202eשלום", name="שלום")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        ("Jörg  Müller\u00a0x", "STRASSE & Söhne GmbH\n", "Joe@EXAMPLE.org", "+49 (0)170 123-45", "X-1", "", ""),
        (
            "Ada",
            "",
            "",
            "",
            "",
            "Was?",
            "Quer\t\u200fÆrø Łódź œuvre Þór ΣΟΦΟΣ Ирина O\u2019Neil – Cafe\u0301 ﬁ 王 😀 %_\\",
        ),
    ],
)
def test_the_database_folds_alike(fields):
    with connection.cursor() as cursor:
        cursor.execute("SELECT smarketing_found(%s, %s, %s, %s, %s, %s, %s)", fields)
        assert cursor.fetchone()[0] == found(*fields)
