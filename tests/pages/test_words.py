"""The agreement, its promises and the measured values are kept apart in words, one click away."""

import pytest


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Agreement (SLA)", "Promise (SLO)", "Delivered (SLI)")),
        ("de", ("Vereinbarung (SLA)", "Zusage (SLO)", "Geliefert (SLI)")),
        ("da", ("Aftale (SLA)", "Løfte (SLO)", "Leveret (SLI)")),
    ],
)
def test_the_glossary_is_reached_from_agreement_and_scorecard_in_three_languages(
    north, signed_in, leader, language, said
):
    leader.language = language
    leader.save()
    client = signed_in(leader)
    for url in ("/agreements/north/", "/reports/north/scorecard/"):
        assert 'href="/words/"' in client.get(url).text
    page = client.get("/words/").text
    assert all(word in page for word in said)
