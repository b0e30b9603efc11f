"""PURE. Words of other systems for the channel, the result and the outcome, in the languages they export."""

import re
import unicodedata

from leads.doors.files.problems import Unreadable

CHANNELS = {
    "phone": "call telephone phonecall outboundcall inboundcall anruf telefon telefonat opkald telefonopkald",
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
        "truffet kontaktet besvaret"
    ),
    "wrong_contact": (
        "wrongnumber wrongcontact baddata bouncedemail bounced invalid invalidnumber wrongperson falschenummer "
        "falschekontaktdaten forkertnummer"
    ),
}
VERDICTS = {
    "won": "closedwon win successful converted customer activated gewonnen abgeschlossenundgewonnen vundet",
    "lost": (
        "closedlost loss unsuccessful declined cancelled canceled disqualified verloren abgeschlossenundverloren tabt"
    ),
}


def squeezed(text: str) -> str:
    """Letters and digits only, without case and accents: how names of columns and choices are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]", "", "".join(char for char in plain if not unicodedata.combining(char)))


def _table(words: dict[str, str]) -> dict[str, str]:
    return {squeezed(word): value for value, known in words.items() for word in (value, *known.split())}


_TABLES = {"channel": _table(CHANNELS), "result": _table(RESULTS), "outcome": _table(VERDICTS)}


def choice(field: str, text: str) -> str:
    """Our word for theirs; raises Unreadable for one that is not known."""
    found = _TABLES[field].get(squeezed(text))
    if found is None:
        raise Unreadable("no_choice", text[:80])
    return found
