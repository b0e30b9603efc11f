"""PURE. The people of the invented company, and those of another house who work with it."""

from dataclasses import dataclass

PASSWORD = "smarketing-demo"


@dataclass(frozen=True)
class Person:
    name: str
    email: str
    does: str
    team: str = ""  # "*" for every team of the own house
    role: str = "member"
    is_administrator: bool = False
    language: str = ""


def _person(name: str, does: str, team: str = "", *, house: str = "nordwind", **more: object) -> Person:
    email = f"{name.split(maxsplit=1)[0].lower()}@{house}.example"
    return Person(name=name, email=email, does=does, team=team, **more)  # type: ignore[arg-type]


ADMINISTRATOR, INVITED_TO, ORIGIN = "Nils Berger", "Sales DACH", "http://127.0.0.1:8000/"
WHO_LEFT, WHO_COMES = _person("Sven Ritter", "sales rep"), _person("Nora Neumann", "sales rep")
PEOPLE = (
    _person("Clara Winter", "marketing manager, leads the team", "Marketing DACH", role="lead"),
    _person("Jonas Keller", "marketing manager", "Marketing DACH"),
    _person("Petra Hoffmann", "sales team lead (German)", "Sales DACH", role="lead", language="de"),
    _person("Lukas Brandt", "sales rep", "Sales DACH"),
    _person("Aylin Demir", "sales rep", "Sales DACH"),
    _person("Tobias Schuster", "sales rep", "Sales DACH"),
    _person("Freja Holm", "marketing manager, leads the team", "Marketing Nordics", role="lead"),
    _person("Mads Lindgren", "sales team lead (Danish)", "Sales Nordics", role="lead", language="da"),
    _person("Sofie Dahl", "sales rep", "Sales Nordics"),
    _person("Emil Krogh", "sales rep", "Sales Nordics"),
    _person("Astrid Vinter", "service, leads the team", "Service Nordics", role="lead"),
    _person(
        "Marie Lorenz",
        "of the agency Leuchtfeuer: sees the agreement with it and nothing else",
        "Agentur Leuchtfeuer",
        role="lead",
        house="leuchtfeuer",
    ),
    _person("Ingrid Sommer", "leadership", "*", role="leadership"),
    _person("Nils Berger", "administrator", is_administrator=True),
)
SHOWN_FIRST = ("Clara Winter", "Lukas Brandt", "Petra Hoffmann", "Ingrid Sommer", "Marie Lorenz", "Nils Berger")
OUTSIDE = ("Agentur Leuchtfeuer", "Leuchtfeuer GmbH")  # its team and the house it is of
