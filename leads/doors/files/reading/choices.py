"""PURE. Words of other systems for channel, result, outcome, direction and return, in the languages they export."""

import re
import unicodedata
from collections.abc import Mapping

from smarketing.lib.file_problems import Unreadable
from smarketing.lib.words import key

CHANNELS = {
    "phone": (
        "call telephone phonecall outboundcall inboundcall outgoingcall incomingcall anruf ausgehenderanruf "
        "eingehenderanruf telefon telefonat opkald telefonopkald"
    ),
    "email": "mail emailsent outgoingemail incomingemail epost listemail emailmessage",
    "meeting": "appointment visit demo event videocall termin treffen besprechung mode besuch",
    "message": "sms text chat whatsapp linkedin linkedinmessage nachricht besked messaging communication post letter",
    "automated": (
        "automatic auto automatedmessage automatedemail sequence autoreply marketingemail automatisch automatisk"
    ),
    "other": "task todo note deadline sonstiges andere aufgabe andet opgave",
}
RESULTS = {
    "no_answer": (
        "noanswer notreached unreachable unanswered notanswered noresponse missed missedcall busy attempted "
        "attemptedtocontact failed nocontact nichterreicht nichtangenommen keineantwort besetzt ikketruffet intetsvar "
        "optaget"
    ),
    "voicemail": "leftvoicemail leftmessage leftlivemessage mailbox nachrichthinterlassen lagtbesked telefonsvarer",
    "sent": "emailsent delivered outgoing gesendet versendet verschickt sendt",
    "connected": (
        "reached contacted answered spoke connectedcall contactmade completedcall erreicht verbunden gesprochen "
        "truffet kontaktet besvaret completed held stattgefunden afholdt"
    ),
    "wrong_contact": (
        "wrongnumber wrongcontact baddata bouncedemail bounced invalid invalidnumber wrongperson falschenummer "
        "falschekontaktdaten forkertnummer"
    ),
}
LONGEST = 1000
VERDICTS = {
    "won": "closedwon win successful converted customer activated gewonnen abgeschlossenundgewonnen vundet",
    "lost": (
        "closedlost loss unsuccessful declined cancelled canceled disqualified verloren abgeschlossenundverloren tabt"
    ),
}
OPEN = "open"  # a deal that is neither won nor lost yet: counted, and not kept
VERDICTS_AND_OPEN = VERDICTS | {
    OPEN: (
        "new opened inprogress working pending prospecting prospect qualification qualifying qualified "
        "needsanalysis valueproposition iddecisionmakers identifydecisionmakers perceptionanalysis discovery proposal "
        "proposalmade proposalsent proposalpricequote pricequote proposalsubmission quote quotesent negotiation "
        "negotiationreview negotiationsstarted negotiating appointmentscheduled qualifiedtobuy presentationscheduled "
        "decisionmakerboughtin contractsent contactmade demoscheduled contacted attemptedtocontact onhold nurturing "
        "stalled evaluation verbalcommitment commit develop propose qualify leadin "
        "offen neu aktiv inbearbeitung laufend inverhandlung verhandlung verhandlungen verhandlunguberprufung angebot "
        "angebotgesendet angebotabgegeben angeboterstellt qualifizierung qualifiziert bedarfsanalyse wiedervorlage "
        "terminvereinbart prasentationgeplant vertraggesendet pausiert "
        "aben abent ny igang igangvaerende igangværende forhandling iforhandling tilbud tilbudsendt kvalificering "
        "kvalificeret modeaftalt kontraktsendt afventer"
    ),
}
DIRECTIONS = {
    "outbound": (
        "out outgoing outboundcall outgoingcall outgoingemail emailsent sent dialed dialled ausgehend ausgehenderanruf "
        "abgehend udgaende udgaendeopkald"
    ),
    "inbound": (
        "in incoming inboundcall incomingcall incomingemail emailreceived received eingehend eingehenderanruf "
        "ankommend indgaende indgaendeopkald missed missedinbound"
    ),
}
RETURN_REASONS = {
    "wrong_data": (
        "wrongcontactdata wrongcontact wrongnumber baddata invaliddata invalidcontact bounced "
        "falschekontaktdaten falschedaten falschenummer forkertedata forkertekontaktdata forkertnummer"
    ),
    "below_quality": (
        "belowtheagreedquality lowquality notqualified unqualified badfit nofit poorfit junk junklead spam "
        "unterdervereinbartenqualitat zugeringequalitat nichtqualifiziert unqualifiziert ikkekvalificeret"
    ),
    "duplicate": "duplicatelead double dublette duplikat doppelt dublet",
    "not_reached": (
        "couldnotbereached notreached unreachable nocontact noresponse noanswer nichterreicht ikketruffet intetsvar"
    ),
    "bad_timing": (
        "nottherighttime badtime wrongtime timing notnow nurture nichtderrichtigezeitpunkt falscherzeitpunkt "
        "forkerttidspunkt"
    ),
}

FLAGS = {
    "yes": "true 1 ja x given granted optedin erteilt j y t wahr sand",
    "no": "false 0 nein nej none denied n f falsch falsk",
}

DEFAULT_REASONS = dict.fromkeys(RETURN_REASONS, "")  # key -> label; an agreement may have others


def squeezed(text: str) -> str:
    """Letters and digits only, without case and accents: how names of columns and choices are compared.

    Nothing of a text that is longer than any of those.
    """
    if len(text) > LONGEST:
        return ""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]", "", "".join(char for char in plain if not unicodedata.combining(char)))


def compared(word: str) -> str:
    """How words are compared that may be signs only, such as a tick."""
    return squeezed(word) or key(word)


def _table(words: dict[str, str]) -> dict[str, str]:
    return {squeezed(word): value for value, known in words.items() for word in (value, *known.split())}


_TABLES = {
    "channel": _table(CHANNELS),
    "result": _table(RESULTS),
    "outcome": _table(VERDICTS_AND_OPEN),
    "direction": _table(DIRECTIONS),
    "return_reason": _table(RETURN_REASONS),
    "flag": _table(FLAGS),
}


def choice(field: str, text: str, reasons: Mapping[str, str] | None = None) -> str:
    """Our word for theirs; raises Unreadable for one that is not known. `reasons`: of returns, as `words_for`."""
    table = _TABLES[field] if reasons is None else reasons
    found = table.get(squeezed(text))
    if found is None:
        raise Unreadable("no_choice", text[:80])
    return found


def words_for(reasons: Mapping[str, str]) -> dict[str, str]:
    """The words for an agreement's reasons of returns, by key and label; a default key has those of many systems."""
    known = {key: f"{squeezed(label)} {RETURN_REASONS.get(key, '')}" for key, label in reasons.items()}
    return _table(known)


def direction_in(text: str) -> str:
    """Who called whom, where the word of a channel tells it: "Inbound call". Nothing where it does not."""
    return _TABLES["direction"].get(squeezed(text), "")


Words = Mapping[str, Mapping[str, str]]


def own_words(words: Words, field: str) -> dict[str, str]:
    """A field's foreign words, as they are compared, and what is to be read in their place."""
    return {compared(foreign): ours for foreign, ours in words.get(field, {}).items()}
