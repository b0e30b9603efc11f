"""PURE. The invented company of the demonstration: its agreements, what they sell and to whom."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from textwrap import dedent
from typing import Any

from agreements.promises.promise import Promise, SpeedPromise
from leads.demonstration.agreed_words import AGENCY_WORDS, DACH_WORDS, NORDICS_WORDS


@dataclass(frozen=True)
class Market:
    """What makes one agreement's story. Rates are fractions; `a_day` leads by weekday, Monday first."""

    slug: str
    toml: str
    words: str  # the clauses of the agreement that nothing is measured by
    reps: dict[str, float]  # name -> how long the rep takes, as a factor
    a_day: tuple[int, ...]
    waiting_minutes: tuple[int, ...]  # working time since the handoffs that wait at this moment
    surnames: tuple[str, ...]
    first_names: tuple[str, ...]
    places: dict[str, str]  # name -> the country in which it lies
    abroad: str  # where a few come from, of whom the agreement does not speak
    languages: dict[str, tuple[str, ...]]  # spoken in each of the countries
    campaigns: tuple[str, ...]
    questions: tuple[str, ...]
    dialling_code: str
    deal: int
    lead_to_customer: float
    monthly_quota: int | None = None
    monthly_target: int | None = None
    fairs: dict[tuple[int, int], str] = field(default_factory=dict)  # (month, first day) -> a fair of three days
    months_told: int = 13


DACH = Market(
    slug="dach",
    toml=dedent("""\
        slug = "dach"
        name = "DACH: marketing and sales"
        time_zone = "Europe/Berlin"
        currency = "EUR"
        marketing_team = "Marketing DACH"
        sales_team = "Sales DACH"
        effective_on = {effective_on}
        pacing = "working"

        [calendar]
        holidays = {{ country = "DE", subdivision = "BE" }}

        [calendar.week]
        mon = [["09:00", "12:30"], ["13:30", "17:30"]]
        tue = [["09:00", "12:30"], ["13:30", "17:30"]]
        wed = [["09:00", "12:30"], ["13:30", "17:30"]]
        thu = [["09:00", "12:30"], ["13:30", "17:30"]]
        fri = [["09:00", "12:30"], ["13:30", "16:00"]]

        [calendar.overrides]
        {christmas_eve} = [["09:00", "12:00"]]

        [[tiers]]
        name = "A"
        points = 100

        [[tiers]]
        name = "B"
        points = 40

        [[tiers]]
        name = "C"
        points = 10

        [[promises]]
        measure = "speed"
        within_minutes = 60
        share = 0.86

        [[promises]]
        measure = "speed"
        tier = "A"
        within_minutes = 30
        share = 0.7

        [[promises]]
        measure = "depth"
        attempts = 6
        within_working_days = 15

        [[promises]]
        measure = "acceptance"
        within_minutes = 45
        share = 0.9

        [[promises]]
        measure = "meetings"
        per_month = 30

        [[promises]]
        measure = "handover"
        within_minutes = 120
        share = 0.9

        [[promises]]
        measure = "brief"
        share = 0.8

        [[criteria]]
        fact = "email_or_phone"

        [[criteria]]
        fact = "company_size"
        rule = "at_least"
        value = 20

        [[criteria]]
        fact = "country"
        rule = "one_of"
        value = ["Deutschland", "Österreich", "Schweiz"]

        [[brief]]
        fact = "question"

        [[brief]]
        fact = "campaign"

        [[brief]]
        fact = "consent"

        [capacity]
        reps = 4
        absence_days = 35
        time_share = 0.35
        minutes_per_attempt = 9
        minutes_per_conversation = 15
        connection_rate = 0.25

        [assumptions]
        marketing_share = 0.45
        average_deal = 9000
        lead_to_customer = 0.09
        cycle_days = 38

        [[assumptions.tiers]]
        tier = "A"
        share = 0.4
        average_deal = 16000
        lead_to_customer = 0.13

        [[assumptions.tiers]]
        tier = "B"
        share = 0.45

        [[assumptions.tiers]]
        tier = "C"
        share = 0.15
        average_deal = 5000
        lead_to_customer = 0.063
    """),
    words=DACH_WORDS,
    reps={"Lukas Brandt": 0.8, "Aylin Demir": 0.7, "Petra Hoffmann": 1.0, "Tobias Schuster": 2.4},
    a_day=(13, 12, 12, 11, 8, 2, 2),
    waiting_minutes=(310, 205, 140, 95, 70, 56, 52, 50, 47, 24, 18, 14, 9, 6, 3, 1),
    surnames=(
        "Albrecht",
        "Bauer",
        "Busch",
        "Engel",
        "Fuchs",
        "Graf",
        "Hartmann",
        "Jung",
        "Kaiser",
        "Krüger",
        "Lorenz",
        "Maurer",
        "Nowak",
        "Otto",
        "Pohl",
        "Richter",
        "Sauer",
        "Schäfer",
        "Stein",
        "Vogel",
        "Weiß",
        "Ziegler",
    ),
    first_names=(
        "Anna",
        "Bernd",
        "Carla",
        "David",
        "Elif",
        "Frank",
        "Greta",
        "Henrik",
        "Ines",
        "Jan",
        "Katrin",
        "Leon",
        "Maria",
        "Nico",
        "Olga",
        "Paul",
        "Rana",
        "Sven",
        "Tanja",
        "Uwe",
        "Vera",
        "Yusuf",
    ),
    places={
        "Köln": "DE",
        "Graz": "AT",
        "Zürich": "CH",
        "Leipzig": "DE",
        "Bremen": "DE",
        "Linz": "AT",
        "Ulm": "DE",
        "Basel": "CH",
        "Kiel": "DE",
        "Mainz": "DE",
    },
    abroad="LI",
    languages={"CH": ("de", "de", "fr")},
    campaigns=("Herbst", "Messe", "Newsletter"),
    questions=("Was kostet das?", "Bitte eine Vorführung.", "Wie lange dauert die Lieferung?"),
    dialling_code="+49 30",
    deal=9000,
    lead_to_customer=0.09,
    monthly_quota=345_000,
    fairs={(3, 10): "Trade fair", (9, 22): "Trade fair", (11, 17): "Trade fair"},
)

NORDICS = Market(
    slug="nordics",
    toml=dedent("""\
        slug = "nordics"
        name = "Nordics: marketing and sales"
        time_zone = "Europe/Copenhagen"
        currency = "DKK"
        marketing_team = "Marketing Nordics"
        sales_team = "Sales Nordics"
        service_team = "Service Nordics"
        effective_on = {effective_on}
        pacing = "calendar"

        [calendar]
        holidays = {{ country = "DK" }}

        [calendar.week]
        mon = [["08:00", "16:00"]]
        tue = [["08:00", "16:00"]]
        wed = [["08:00", "16:00"]]
        thu = [["08:00", "16:00"]]
        fri = [["08:00", "14:00"]]

        [[promises]]
        measure = "speed"
        within_minutes = 120
        share = 0.8

        [[promises]]
        measure = "depth"
        attempts = 5
        within_working_days = 10

        [[criteria]]
        fact = "country"
        rule = "one_of"
        value = ["Danmark", "Norge", "Sverige"]

        [[criteria]]
        fact = "company_size"
        rule = "at_least"
        value = 10

        [capacity]
        reps = 3
        hours_a_week = 37
        absence_share = 0.12
        time_share = 0.4
        minutes_per_attempt = 8
        minutes_per_conversation = 12
        connection_rate = 0.3
    """),
    words=NORDICS_WORDS,
    reps={"Mads Lindgren": 1.0, "Sofie Dahl": 0.7, "Emil Krogh": 1.3},
    a_day=(6, 6, 5, 5, 4, 1, 1),
    waiting_minutes=(290, 180, 130, 112, 98, 94, 40, 22, 11, 4),
    surnames=(
        "Andersen",
        "Bech",
        "Christensen",
        "Dam",
        "Eriksen",
        "Friis",
        "Gade",
        "Hansen",
        "Iversen",
        "Juhl",
        "Kjær",
        "Lund",
        "Møller",
        "Nygaard",
        "Olesen",
        "Poulsen",
        "Ravn",
        "Skov",
        "Thomsen",
        "Winther",
    ),
    first_names=(
        "Anders",
        "Birgit",
        "Camilla",
        "Daniel",
        "Ellen",
        "Frederik",
        "Gitte",
        "Henning",
        "Ida",
        "Jesper",
        "Karen",
        "Lars",
        "Mette",
        "Niels",
        "Oline",
        "Per",
        "Rikke",
        "Søren",
        "Trine",
        "Viggo",
    ),
    places={
        "Aarhus": "DK",
        "Odense": "DK",
        "Malmö": "SE",
        "Aalborg": "DK",
        "Esbjerg": "DK",
        "Lund": "SE",
        "Oslo": "NO",
        "Roskilde": "DK",
    },
    abroad="FI",
    languages={"DK": ("da",), "SE": ("sv",), "NO": ("nb",), "FI": ("fi", "sv")},
    campaigns=("Efterår", "Messe", "Nyhedsbrev"),
    questions=("Hvad koster det?", "Vi vil gerne se det vist.", "Hvor lang er leveringstiden?"),
    dialling_code="+45 33",
    deal=52_000,
    lead_to_customer=0.08,
    monthly_target=120,
    fairs={(5, 6): "Trade fair", (10, 7): "Trade fair"},
)
AGENCY = replace(
    DACH,  # it hands over to the same sales team
    slug="agency",
    toml=dedent("""\
        slug = "agency"
        name = "Leads from the agency"
        time_zone = "Europe/Berlin"
        currency = "EUR"
        marketing_team = "Agentur Leuchtfeuer"
        sales_team = "Sales DACH"
        effective_on = {effective_on}

        [calendar]
        holidays = {{ country = "DE", subdivision = "BE" }}

        [calendar.week]
        mon = [["09:00", "17:30"]]
        tue = [["09:00", "17:30"]]
        wed = [["09:00", "17:30"]]
        thu = [["09:00", "17:30"]]
        fri = [["09:00", "16:00"]]

        [[promises]]
        measure = "speed"
        within_minutes = 240
        share = 0.8

        [[promises]]
        measure = "depth"
        attempts = 4
        within_working_days = 10
    """),
    words=AGENCY_WORDS,
    reps={"Lukas Brandt": 0.8, "Aylin Demir": 0.7},
    a_day=(2, 2, 2, 1, 1, 0, 0),
    waiting_minutes=(260, 215, 90, 20),
    monthly_quota=None,
    monthly_target=36,
    fairs={},
    months_told=4,
)
MARKETS = (DACH, NORDICS, AGENCY)


@dataclass(frozen=True)
class Signed:
    """What the two leads of one market have amended, some months ago, and what waits for marketing's signature."""

    market: Market
    marketing: str
    sales: str
    months_ago: int
    amended: dict[str, Any]
    proposed: dict[tuple[str, str], Promise]


SIGNED = Signed(
    DACH,
    marketing="Clara Winter",
    sales="Petra Hoffmann",
    months_ago=5,
    amended={"warn_share": Decimal("0.7"), "return_within_working_days": 8},
    proposed={("speed", "A"): SpeedPromise(within_minutes=Decimal(45), share=Decimal("0.95"), tier="A")},
)

TRADES = ("Logistik", "Metall", "Medien", "Energie", "Technik", "Bau", "Druck", "Food", "Textil", "Labor")
SOURCES = {"Website": 30, "Paid search": 22, "Webinar": 16, "Newsletter": 12, "Referral": 10, "Partner": 7, "": 3}
TIERS = {"A": 2, "B": 5, "C": 4}


def agreement_toml(market: Market, months: list[date]) -> str:
    """The agreement as a file, with a quota or a target for each of the months (first days)."""
    first = months[0]
    text = market.toml.format(effective_on=first.isoformat(), christmas_eve=f"{first.year}-12-24")
    return text + market.words + "".join(_month(market, month) for month in months)


def _month(market: Market, month: date) -> str:
    growth = 1 + (month.month - 1) * 0.01
    if market.monthly_quota:
        quota = round(market.monthly_quota * growth, -3)
        parts = f"{{ Germany = {quota * 0.6:.0f}, Austria = {quota * 0.25:.0f}, Switzerland = {quota * 0.15:.0f} }}"
        return f'\n[[quotas]]\nmonth = "{month:%Y-%m}"\nparts = {parts}\n'
    return f'\n[[targets]]\nmonth = "{month:%Y-%m}"\nleads = {round((market.monthly_target or 0) * growth)}\n'
