"""PURE. What the agreements of the invented company say in words."""

DACH_WORDS = r'''
[scope]
region = "DACH"
business_unit = "Industry"

[texts]
summary = """
Marketing DACH hands over the leads of each month as targeted below, checked, with a telephone number or an e-mail \
address. Sales DACH accepts or returns each within three quarters of an hour, calls within one hour of working time \
and tries up to six times.

Both sides look at the same figures every day, talk once a week and look at the whole agreement once a quarter. What \
is missed is not a matter of blame: within a week both name the cause, a measure, an owner and a date.

Leads of tier A go before all others. A lead that asks for a time is called at that time. Whoever cannot keep a \
promise because of something nobody could know says so on the same day; both leads decide whether it counts."""
when_missed = """
After a missed month the lead of that side explains the cause in the next weekly meeting.
After two in a row management joins, and the plan of the quarter is looked at.
After three in a row targets and promises are agreed again."""
when_beaten = """\
The side that beats its goal three months in a row chooses where next quarter's joint budget of 5,000 EUR goes."""
cancellation = """\
Either side may cancel to the end of a quarter, in writing, with four weeks' notice. Handoffs already made are \
still followed up as promised."""
dispute = """\
The two team leads talk first. Without a solution within two working days management decides, after hearing \
both."""
unexpected = """\
Outages, storms and waves of illness: the side that is hit says so the same day. Both agree on an exception; the \
clocks pause in it."""

[goals]
marketing = "45 % of the revenue of DACH from marketing leads, at a cost per lead that stays below 90 EUR."
sales = "Every lead called while it still remembers us, and nine of a hundred leads won."

[needs]
marketing = "A reason for every return, and the outcome of every lead within the month."
sales = "Leads with a working telephone number, the question they asked, and the campaign they came from."

[[definitions]]
term = "Qualified lead"
meaning = """\
A company with at least 20 employees in Germany, Austria or Switzerland that has asked for something within 30 \
days."""

[[definitions]]
term = "Tier A"
meaning = "A decision maker who has asked for an offer or a demonstration."

[[contacts]]
name = "Clara Winter"
role = "Leads marketing"
side = "marketing"
email = "clara@nordwind.example"
telephone = "+49 30 5550 110"
deputy = "Jonas Keller"

[[contacts]]
name = "Petra Hoffmann"
role = "Leads sales"
side = "sales"
email = "petra@nordwind.example"
telephone = "+49 30 5550 210"
deputy = "Lukas Brandt"

[[contacts]]
name = "Ingrid Sommer"
role = "Management"
email = "ingrid@nordwind.example"

[[responsibilities]]
what = "Check leads and hand them over with a brief"
who = "Jonas Keller"
side = "marketing"
until = "within two hours of working time"

[[responsibilities]]
what = "Go through returns and put the data right"
who = "Jonas Keller"
side = "marketing"
until = "every Tuesday"

[[responsibilities]]
what = "Give open leads of absent reps to others"
who = "Petra Hoffmann"
side = "sales"
until = "09:30 every day"

[[responsibilities]]
what = "Send the figures of the month to management"
who = "Clara Winter"
until = "by the 5th working day"

[[escalation]]
level = "Rep"
side = "sales"
person = "the rep who holds the lead"
after_working_days = 0

[[escalation]]
level = "Team leads"
person = "Clara Winter and Petra Hoffmann"
deputy = "Jonas Keller, Lukas Brandt"
after_working_days = 1

[[escalation]]
level = "Management"
person = "Ingrid Sommer"
after_working_days = 3

[judging]
working_day = 5

[[consequences]]
name = "Missed month"
follows = "warning"
text = "The lead of that side explains the cause in the next weekly meeting."

[[consequences]]
name = "Two missed within half a year"
months = 2
within_months = 6
follows = "compensation"
amount = 500
text = "Into the joint budget of the other side."

[[consequences]]
name = "Month kept"
when = "kept"
follows = "reward"
text = "The other side brings the cake."

[review]
every_months = 3
agenda = "Figures of the quarter, open points, assumptions, tiers, exceptions of the next quarter."
'''

NORDICS_WORDS = r'''
[scope]
region = "Northern Europe"
product_line = "Sensors"

[friction]
due_day = 10
by = "Sales Nordics"
holds = "What customers struggle with, how many of them, and an example."

[texts]
summary = """\
Marketing Nordics hands over the leads agreed for each month; Sales Nordics calls within two hours of working \
time and tries up to five times."""
when_missed = "The two leads meet within a week and write down the cause and what they change."

[[contacts]]
name = "Freja Holm"
side = "marketing"
email = "freja@nordwind.example"

[[contacts]]
name = "Mads Lindgren"
side = "sales"
email = "mads@nordwind.example"

[[contacts]]
name = "Astrid Vinter"
role = "Service desk"
side = "service"
email = "astrid@nordwind.example"

[review]
every_months = 6
'''

AGENCY_WORDS = r'''
[scope]
kind = "customer"
region = "DACH"
product_line = "Spare parts"

[texts]
summary = """\
The agency hands over the leads agreed for each month; Sales DACH, its customer, calls within four hours of working \
time and tries up to four times, so that the result can be measured."""
cancellation = "Either party may cancel in writing with one month's notice to the end of a month."

[[consequences]]
name = "Leads missing in a month"
side = "marketing"
follows = "credit"
monthly_fee = 4800
share_of_fee = 0.1
text = "Deducted from the next invoice."

[[contacts]]
name = "Marie Lorenz"
side = "marketing"
email = "marie@leuchtfeuer.example"

[[contacts]]
name = "Petra Hoffmann"
side = "sales"
email = "petra@nordwind.example"
'''
