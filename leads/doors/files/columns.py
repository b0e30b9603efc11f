"""PURE. Which column of a file is which of our fields."""

import re
from collections.abc import Mapping, Sequence

from leads.doors.files.choices import squeezed
from leads.doors.files.problems import Unreadable

FIELDS = {
    "leads": ("external_id", "created_at", "source", "tier", "email", "name", "company", "phone", "value"),
    "handoffs": ("external_id", "handed_at", "source", "tier", "rep"),
    "attempts": ("external_id", "attempted_at", "channel", "result", "rep", "note"),
    "outcomes": ("external_id", "outcome", "closed_at", "revenue", "reason"),
}
REQUIRED = {
    "leads": ("external_id", "created_at"),
    "handoffs": ("external_id", "handed_at"),
    "attempts": ("external_id", "attempted_at", "result"),
    "outcomes": ("external_id", "outcome", "closed_at"),
}
MOST_COLUMNS = 1000

_SOURCE = (
    "source leadsource origin originalsource originaltrafficsource originalsourcetype sourcename sourceid sourceidid "
    "leadsourcechannel sourcechannel utmsource leadquelle quelle originalquelle herkunft leadkilde kilde howmet "
    "platform"
)
_TIER = "tier leadtier rating leadrating grade leadgrade quality leadquality qualitat leadlabels bewertung niveau"
_REP = "owner rep salesrep repname assignedto assigneduser ownername agent salesperson verkaufer sælger bearbeiter"

# By kind and field, the best name first; compared as `squeezed`. Only a file of leads may call the lead just "id":
# in the others that is the number of the handoff, the call or the deal.
ALIASES: dict[str, dict[str, str]] = {
    "leads": {
        "external_id": (
            "externalid leadid mqlid externalleadid leadkey leadnr leadnumber leadno contactid recordid datensatzid "
            "postid donotmodifylead id leadnummer"
        ),
        "created_at": (
            "createdat created createddate datecreated createdon createdtime createdatetime creationdate creationtime "
            "createdate createtime leadcreated leadcreatedat leadcreationdate firstcontactdate firstcontactat wonat "
            "conversiontime submittedat submissiondate erstelltam erstellungsdatum erstelldatum anlagedatum angelegtam "
            "erfasstam oprettet oprettetden oprettelsesdato"
        ),
        "source": _SOURCE,
        "tier": _TIER,
        "email": "email emailaddress leademail emailfrom mail emailadresse emailadress workemail",
        "name": (
            "name fullname leadname contactname contactperson ansprechpartner kontakt kontaktperson navn leadtitle "
            "vollstandigername"
        ),
        "company": (
            "company companyname accountname organization organisation partnername unternehmen unternehmensname firma "
            "virksomhed"
        ),
        "phone": (
            "phone phonenumber leadphone businessphone telephone mobile mobilephone officephone telefon telefonnummer "
            "mobil mobilnummer"
        ),
        "value": (
            "value leadvalue amountrequested amount dealvalue opportunityamount expectedrevenue plannedrevenue "
            "estimatedvalue potential wert betrag værdi beløb"
        ),
    },
    "handoffs": {
        "external_id": (
            "externalid leadid mqlid externalleadid leadkey leadnr leadnumber contactid lead donotmodifylead"
        ),
        "handed_at": (
            "handedat handedoverat handedover handoverat handoffat handoffdate handoverdate handofftime assignedat "
            "assigneddate ownerassigneddate hubspotownerassigneddate assignedon routedat ubergebenam ubergabe "
            "ubergabedatum zugewiesenam overdragetden overdraget"
        ),
        "source": _SOURCE,
        "tier": _TIER,
        "rep": f"rep salesrep repname leadowner contactowner dealowner hubspotowner ownerid {_REP}",
    },
    "attempts": {
        "external_id": (
            "externalid leadid mqlid externalleadid leadkey leadnr leadnumber whoid contactid lead regarding "
            "donotmodifylead"
        ),
        "attempted_at": (
            "attemptedat attemptdate attempttime calledat calltime calldate callstart calldatetime completeddatetime "
            "createddate activitymarkedasdonetime markedasdonetime activitydate activitydatetime timestamp occurredat "
            "at datetime when contactedat createdat createdtime date versuchtam angerufenam anrufdatum zeitpunkt datum "
            "kontaktetden tidspunkt dato"
        ),
        "channel": "channel tasksubtype activitytype calltype type kanal art aktivitatstyp typ",
        "result": (
            "result callresult calldisposition calloutcome disposition outcome ergebnis anrufergebnis resultat udfald"
        ),
        "rep": f"rep salesrep repname agent caller calledby activityassignedtouser assignedtouser ownerid {_REP}",
        "note": "note notes callnotes comment comments description subject activitynote notiz bemerkung kommentar",
    },
    "outcomes": {
        "external_id": (
            "externalid leadid mqlid externalleadid leadkey leadnr leadnumber contactid lead originatinglead "
            "donotmodifylead associatedcontactids"
        ),
        "outcome": (
            "outcome verdict result status dealstatus stage stagename dealstage leadstatus ergebnis phase dealphase "
            "resultat"
        ),
        "closed_at": (
            "closedat closedon dealclosedon closedate closeddate dateclosed closingdate wondate wonat wontime "
            "dealwontime lostdate losttime deallosttime converteddate convertedat abschlussdatum abgeschlossenam "
            "geschlossenam lukket lukketden lukkedato"
        ),
        "revenue": (
            "revenue amount dealvalue dealamount declaredmonthlyrevenue opportunityamount actualvalue actualrevenue "
            "value umsatz betrag erlos omsætning beløb"
        ),
        "reason": ("reason lostreason deallostreason closedlostreason lossreason closereason grund verlustgrund arsag"),
    },
}
_CURRENCIES = re.compile(r"(?:eur|usd|gbp|dkk|sek|nok|chf|brl|pln)$")

Mapped = dict[str, tuple[int, ...]]


def labels(header: Sequence[str]) -> list[str]:
    """The names of the columns, each different: one without a name, or with an earlier one's, has its number in it."""
    found: list[str] = []
    for number, cell in enumerate(header, start=1):
        name = cell.strip().strip("\ufeff")[:200]
        found.append(name if name and name not in found else f"{name} #{number}".strip())
    return found


def recognised(kind: str, header: Sequence[str]) -> Mapped:
    """The columns whose names are known, by field. No column serves two fields; the first name of a kind wins."""
    names = [squeezed(cell) for cell in header]
    places: dict[str, int] = {}
    for known in (names, [_CURRENCIES.sub("", name) for name in names]):
        for index, name in enumerate(known):
            places.setdefault(name, index)
    places.pop("", None)
    found: Mapped = {}
    for field, aliases in ALIASES[kind].items():
        taken = {index for indexes in found.values() for index in indexes}
        free = [places[alias] for alias in aliases.split() if alias in places and places[alias] not in taken]
        if free:
            found[field] = (free[0],)
    return _with_whole_name(kind, places, found)


def _with_whole_name(kind: str, places: Mapping[str, int], found: Mapped) -> Mapped:
    """Most exports have first and last name in two columns."""
    if kind != "leads" or "name" in found:
        return found
    for pair in (("firstname", "lastname"), ("vorname", "nachname"), ("fornavn", "efternavn")):
        indexes = tuple(places[name] for name in pair if name in places)
        if indexes:
            return {**found, "name": indexes}
    return found


def known_columns(kind: str, header: Sequence[str], wanted: Mapping[str, Sequence[str]]) -> int:
    """How many fields a header serves: by this the delimiter is chosen."""
    named = {squeezed(cell) for cell in header}
    return len(recognised(kind, header)) + sum(squeezed(name) in named for names in wanted.values() for name in names)


def place(header: Sequence[str], name: str) -> int:
    """The index of the column of that name, to the letter or else by letters and digits only.

    Raises Unreadable where there is none, or where it could be two.
    """
    exact = [index for index, label in enumerate(header) if label == name]
    alike = exact or [index for index, label in enumerate(header) if squeezed(label) == squeezed(name) != ""]
    if not alike:
        raise Unreadable("no_column", name[:80])
    if len(alike) > 1:
        raise Unreadable("column_twice", name[:80])
    return alike[0]


def check_fields(kind: str, wanted: Mapping[str, object], constants: Mapping[str, object]) -> None:
    """Raises Unreadable for a field that rows of this kind do not have, or one given in two ways."""
    for field in (*wanted, *constants):
        if field not in FIELDS[kind]:
            raise Unreadable("no_field", field[:80])
        if field in wanted and field in constants:
            raise Unreadable("field_twice", field)


def mapped(
    kind: str, header: Sequence[str], wanted: Mapping[str, Sequence[str]], constants: Mapping[str, object]
) -> Mapped:
    """Field -> columns: those asked for, then the recognised ones that are free. No columns: left out on purpose."""
    asked = {field: tuple(place(header, name) for name in names) for field, names in wanted.items()}
    taken = {index for indexes in asked.values() for index in indexes}
    free = ["" if index in taken else label for index, label in enumerate(header)]
    found = {field: indexes for field, indexes in recognised(kind, free).items() if field not in constants}
    return {field: indexes for field, indexes in {**found, **asked}.items() if indexes}
