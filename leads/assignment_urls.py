from django.urls import URLPattern, path

from leads.pages.assignment import absence_page, desk_page, fairness_page, rule_page

urlpatterns: list[URLPattern] = [
    path("", desk_page.desks, name="desks"),
    path("rules/<int:pk>/", rule_page.rule, name="rule"),
    path("rules/<int:pk>/switch/", rule_page.switch_rule, name="switch_rule"),
    path("rules/<int:pk>/move/", rule_page.move_rule, name="move_rule"),
    path("rules/<int:pk>/delete/", rule_page.delete_rule, name="delete_rule"),
    path("<slug:slug>/", desk_page.desk, name="desk"),
    path("<slug:slug>/new/", rule_page.new_rule, name="new_rule"),
    path("<slug:slug>/give/", desk_page.give_waiting, name="give_waiting"),
    path("<slug:slug>/fairness/", fairness_page.fairness, name="fairness"),
    path("<slug:slug>/fairness/names/", fairness_page.name_reps, name="name_reps"),
    path("<slug:slug>/reps/<int:pk>/", desk_page.seat, name="seat"),
]
absence_urls: list[URLPattern] = [
    path("", absence_page.absences, name="absences"),
    path("today/", absence_page.off_today, name="off_today"),
    path("calendar/", absence_page.from_calendar, name="absences_from_calendar"),
    path("<int:pk>/delete/", absence_page.delete, name="delete_absence"),
]
