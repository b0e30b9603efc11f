"""PURE. What is known of a lead and told in files: each field declared once, for every door.

A new field of a lead is a line here, its words in `leads.doors.files.wording`, and its column in `leads.models`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Reads(StrEnum):
    """How the text of a field is read."""

    ID = "id"
    INSTANT = "instant"
    AMOUNT = "amount"
    CURRENCY = "currency"
    CHOICE = "choice"
    EMAIL = "email"
    PHONE = "phone"
    WORDS = "words"
    NOTE = "note"
    COUNT = "count"
    DAY = "day"
    FLAG = "flag"
    COUNTRY = "country"
    LANGUAGE = "language"


@dataclass(frozen=True)
class Field:
    """`aliases` are names of its column in other systems, the best first, compared as `choices.squeezed`.

    Without `is_required` a cell that cannot be read costs only itself. Without `is_kept` it only tells how to read
    another one. `has_span`: a bare date means the whole day, and what is told of it happened at the latest at its end.
    `is_of_files`: by it a file that has no id of the lead says which one is meant.
    """

    name: str
    reads: Reads
    aliases: str
    longest: int = 0
    is_required: bool = False
    is_kept: bool = True
    has_span: bool = False
    may_be_negative: bool = False
    is_of_files: bool = False


_LEAD_ID = "externalid leadid mqlid externalleadid leadkey leadnr leadnumber"
_SOURCE = (
    "source leadsource origin originalsource originaltrafficsource originalsourcetype sourcename sourceid sourceidid "
    "leadsourcechannel sourcechannel utmsource leadquelle quelle originalquelle herkunft leadkilde kilde howmet "
    "platform"
)
_TIER = "tier leadtier rating leadrating grade leadgrade quality leadquality qualitat leadlabels bewertung niveau"
_REP = "owner rep salesrep repname assignedto assigneduser ownername agent salesperson verkaufer sælger bearbeiter"
_CURRENCY = "currency currencycode currencyisocode currencyofvalue amountcurrency valuecurrency wahrung valuta"

SOURCE = Field("source", Reads.WORDS, _SOURCE, longest=100)
TIER = Field("tier", Reads.WORDS, _TIER, longest=60)


def _lead_id(aliases: str) -> Field:
    return Field("external_id", Reads.ID, f"{_LEAD_ID} {aliases}", longest=200, is_required=True)


def _own_id(name: str, aliases: str) -> Field:
    """The id of the handoff, the call or the deal. A column just called "id" is never taken for it unasked."""
    return Field(name, Reads.ID, aliases, longest=200)


FOUND_BY = (
    Field(
        "lead_email",
        Reads.EMAIL,
        "leademail email emailaddress associatedcontactemail contactemail emailfrom mail emailadresse emailadress "
        "workemail",
        longest=254,
        is_kept=False,
        is_of_files=True,
    ),
    Field(
        "lead_phone",
        Reads.PHONE,
        "leadphone phone phonenumber contactphone businessphone mobile mobilephone telephone telefon telefonnummer "
        "mobil mobilnummer",
        longest=60,
        is_kept=False,
        is_of_files=True,
    ),
)


# Only a file of leads may call the lead just "id": in the others that is the number of the handoff, call or deal.
LEAD = (
    _lead_id("leadno leadnummer donotmodifylead id recordid datensatzid postid contactid"),
    Field(
        "created_at",
        Reads.INSTANT,
        "createdat created createddate datecreated createdon createdtime createdatetime creationdate creationtime "
        "createdate createtime leadcreated leadcreatedat leadcreationdate firstcontactdate firstcontactat wonat "
        "conversiontime submittedat submissiondate erstelltam erstellungsdatum erstelldatum anlagedatum angelegtam "
        "erfasstam oprettet oprettetden oprettelsesdato besuchtam besuchsdatum visitedat visitdate date datum dato",
        is_required=True,
    ),
    SOURCE,
    TIER,
    Field(
        "email",
        Reads.EMAIL,
        "email emailaddress leademail emailfrom mail emailadresse emailadress workemail",
        longest=254,
    ),
    Field(
        "name",
        Reads.WORDS,
        "name fullname leadname contactname contactperson ansprechpartner kontakt kontaktperson navn leadtitle "
        "vollstandigername",
        longest=200,
    ),
    Field(
        "company",
        Reads.WORDS,
        "company companyname accountname organization organisation partnername unternehmen unternehmensname firma "
        "virksomhed",
        longest=200,
    ),
    Field(
        "phone",
        Reads.PHONE,
        "phone phonenumber leadphone businessphone telephone mobile mobilephone officephone telefon telefonnummer "
        "mobil mobilnummer mobiltelefon handy handynummer tel",
        longest=60,
    ),
    Field(
        "value",
        Reads.AMOUNT,
        "value leadvalue amountrequested amount dealvalue opportunityamount expectedrevenue plannedrevenue "
        "estimatedvalue potential wert betrag værdi beløb",
    ),
    Field("currency", Reads.CURRENCY, f"{_CURRENCY} leadcurrency opportunitycurrency", longest=3, is_kept=False),
    Field("job_title", Reads.WORDS, "jobtitle position jobrole jobposition funktion stilling", longest=150),
    Field(
        "company_size",
        Reads.COUNT,
        "companysize numberofemployees employees noofemployees employeecount numemployees headcount mitarbeiter "
        "mitarbeiterzahl anzahlmitarbeiter unternehmensgrosse antalansatte ansatte",
    ),
    Field("country", Reads.COUNTRY, "country countryregion leadcountry mailingcountry land", longest=100),
    Field("language", Reads.LANGUAGE, "language preferredlanguage sprache sprog", longest=60),
    Field(
        "campaign",
        Reads.WORDS,
        "campaign campaignname utmcampaign leadcampaign kampagne kampagnenname kampagnenavn",
        longest=100,
    ),
    Field("score", Reads.COUNT, "leadscore score hubspotscore scoring punktzahl"),
    Field("active_on", Reads.DAY, "lastactivitydate lastactivity lastactive activeon letzteaktivitat sidsteaktivitet"),
    Field("consent", Reads.FLAG, "consent optin marketingconsent emailoptin einwilligung samtykke"),
    Field(
        "question",
        Reads.NOTE,
        "question inquiry enquiry anfrage frage foresporgsel sporgsmal remark remarks note notes comment comments "
        "bemerkung bemerkungen anmerkung notiz notizen gesprachsnotiz kommentar bemaerkning bemærkning bemærkninger",
        longest=5_000,
    ),
)
HANDOFF = (
    _lead_id("contactid lead donotmodifylead"),
    Field(
        "handed_at",
        Reads.INSTANT,
        "handedat handedoverat handedover handoverat handoffat handoffdate handoverdate handofftime assignedat "
        "assigneddate ownerassigneddate hubspotownerassigneddate assignedon routedat ubergebenam ubergabe "
        "ubergabedatum zugewiesenam overdragetden overdraget",
        is_required=True,
    ),
    SOURCE,
    TIER,
    Field(
        "rep",
        Reads.WORDS,
        f"rep salesrep repname leadowner contactowner dealowner hubspotowner ownerid {_REP}",
        longest=150,
    ),
    _own_id("handoff_id", "handoffid handoverid assignmentid ubergabeid overdragelsesid"),
    Field(
        "accepted_at",
        Reads.INSTANT,
        "acceptedat accepteddate acceptedon acceptancedate angenommenam akzeptiertam accepteretden accepteret",
        has_span=True,
    ),
    Field(
        "returned_at",
        Reads.INSTANT,
        "returnedat returneddate returnedon returndate rejectedat rejecteddate disqualifiedat zuruckgegebenam "
        "zuruckam returneretden returneret",
        has_span=True,
    ),
    Field(
        "return_reason",
        Reads.CHOICE,
        "returnreason rejectionreason rejectedreason disqualificationreason ruckgabegrund returarsag",
    ),
    Field("return_note", Reads.NOTE, "returnnote returncomment rejectionnote ruckgabenotiz returnote", longest=20_000),
    Field(
        "outside_reason",
        Reads.NOTE,
        "outsidereason reasonforhandover exceptionreason ausnahmegrund grundderubergabe undtagelsesgrund",
        longest=2_000,
    ),
    *FOUND_BY,
)
ATTEMPT = (
    _lead_id("whoid contactid lead regarding donotmodifylead"),
    Field(
        "attempted_at",
        Reads.INSTANT,
        "attemptedat attemptdate attempttime calledat calltime calldate callstart callstarttime calldatetime "
        "completeddatetime createddate activitymarkedasdonetime markedasdonetime activitydate activitydatetime "
        "timestamp occurredat at datetime when contactedat createdat createdtime date versuchtam angerufenam "
        "anrufdatum zeitpunkt datum kontaktetden tidspunkt dato",
        is_required=True,
        has_span=True,
    ),
    Field("channel", Reads.CHOICE, "channel tasksubtype activitytype type kanal art aktivitatstyp typ"),
    Field(
        "result",
        Reads.CHOICE,
        "result callresult calldisposition calloutcome meetingoutcome disposition outcome ergebnis anrufergebnis "
        "resultat udfald",
        is_required=True,
    ),
    Field(
        "rep",
        Reads.WORDS,
        f"rep salesrep repname agent caller calledby callowner activityassignedtouser assignedtouser ownerid {_REP}",
        longest=150,
    ),
    Field(
        "note",
        Reads.NOTE,
        "note notes callnotes comment comments description subject activitynote notiz bemerkung kommentar",
        longest=20_000,
    ),
    _own_id("attempt_id", "attemptid callid activityid taskid eventid engagementid anrufid aktivitatsid opkaldsid"),
    Field("direction", Reads.CHOICE, "direction calldirection calltype richtung anrufrichtung retning"),
    *FOUND_BY,
)
DEAL = (
    _lead_id("contactid lead originatinglead donotmodifylead associatedcontactids"),
    Field(
        "outcome",
        Reads.CHOICE,
        "outcome verdict result status dealstatus stage stagename dealstage leadstatus ergebnis phase dealphase "
        "resultat",
        is_required=True,
    ),
    Field(
        "closed_at",
        Reads.INSTANT,
        "closedat closedon dealclosedon closedate closeddate dateclosed closingdate wondate wonat wontime dealwontime "
        "lostdate losttime deallosttime converteddate convertedat abschlussdatum abgeschlossenam geschlossenam lukket "
        "lukketden lukkedato",
        is_required=True,
        has_span=True,
    ),
    Field(
        "revenue",
        Reads.AMOUNT,
        "revenue amount dealvalue dealamount declaredmonthlyrevenue opportunityamount actualvalue actualrevenue value "
        "umsatz betrag erlos omsætning beløb",
        may_be_negative=True,  # a refund
    ),
    Field(
        "reason",
        Reads.WORDS,
        "reason lostreason deallostreason closedlostreason lossreason closereason grund verlustgrund arsag",
        longest=200,
    ),
    _own_id("deal_id", "dealid deal opportunityid dealrecordid recordid dealsid geschaftsid"),
    Field("currency", Reads.CURRENCY, f"{_CURRENCY} dealcurrency dealcurrencyofvalue opportunitycurrency", longest=3),
    *FOUND_BY,
)
_LEAD = {field.name: field for field in LEAD}
_PERSON = ("email", "phone", "name", "company", "job_title", "country", "language")
# A lead that asks, known or not: by its id, else by who it is.
INQUIRY = (
    Field("external_id", Reads.ID, f"{_LEAD_ID} contactid lead", longest=200),
    Field(
        "asked_at",
        Reads.INSTANT,
        "askedat asked inquiredat inquirydate enquirydate submittedat submissiondate submissiontime receivedat "
        "timestamp created createdat createddate createddatetime anfragedatum angefragtam eingegangenam henvendtden "
        "modtaget datum dato date",
        is_required=True,
    ),
    SOURCE,
    _LEAD["campaign"],
    _LEAD["question"],
    *(_LEAD[name] for name in _PERSON),
    _own_id("inquiry_id", "inquiryid enquiryid submissionid ticketid caseid anfrageid henvendelsesid"),
)
KINDS: dict[str, tuple[Field, ...]] = {
    "leads": LEAD,
    "handoffs": HANDOFF,
    "attempts": ATTEMPT,
    "outcomes": DEAL,
    "inquiries": INQUIRY,
}
# Without an id one of these says who it is: in a file at least one of them has a column, in a row one a value.
IDENTITY: dict[str, tuple[str, ...]] = {
    "leads": ("external_id", "email", "phone", "company"),
    **dict.fromkeys(("handoffs", "attempts", "outcomes"), ("external_id", "lead_email", "lead_phone")),
    "inquiries": ("external_id", "email", "phone", "company", "name"),
}
LEAD_FIELDS = tuple(field.name for field in LEAD if field.is_kept)


def fields_that(kind: str, *ways: Reads) -> frozenset[str]:
    """The names of the fields of a kind of rows that are read in one of these ways."""
    return frozenset(field.name for field in KINDS[kind] if field.reads in ways)
