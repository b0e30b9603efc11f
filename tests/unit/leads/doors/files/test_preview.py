import io

from leads.doors.files.preview import MOST_WORDS, foreign_words
from leads.doors.files.reading.recognition import Asked, recognise


def test_as_many_foreign_words_are_asked_about_as_a_person_can_answer():
    lines = "".join(f"7,2026-01-05 09:00,way {number},no answer\n" for number in range(MOST_WORDS + 20))
    file = io.BytesIO(f"lead_id,at,channel,result\n{lines}".encode())
    plan = recognise(file, "attempts", Asked(), time_zone="Europe/Berlin", currency="EUR").required()
    assert len(foreign_words(file, plan, {})) == MOST_WORDS == 40
