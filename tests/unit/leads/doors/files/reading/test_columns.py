from leads.doors.files.reading.columns import labels


def test_columns_without_a_name_or_with_an_earlier_one_have_their_number_in_it():
    assert labels(["", "Name", "Name", " ", "\ufeffOther"]) == ["#1", "Name", "Name #3", "#4", "Other"]


def test_a_name_of_any_length_is_kept_to_two_hundred_characters():
    assert labels(["x" * 300]) == ["x" * 200]
