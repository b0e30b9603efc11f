from django.urls import path

from smarketing.roof.people import invitation_pages, list_page, person_page, team_page

app_name = "people"
urlpatterns = [
    path("", list_page.people_list, name="list"),
    path("invite/", invitation_pages.invite, name="invite"),
    path("invitations/<int:pk>/again/", invitation_pages.send_again, name="send_again"),
    path("invitations/<int:pk>/withdraw/", invitation_pages.withdraw, name="withdraw"),
    path("join/<str:token>/", invitation_pages.join, name="join"),
    path("teams/new/", list_page.new_team, name="new_team"),
    path("teams/<int:pk>/", team_page.team, name="team"),
    path("teams/<int:pk>/merge/", team_page.merge_team, name="merge_team"),
    path("<int:pk>/", person_page.detail, name="detail"),
    path("<int:pk>/edit/", person_page.edit, name="edit"),
    path("<int:pk>/role/", person_page.role, name="role"),
    path("<int:pk>/take-out/", person_page.take_out, name="take_out"),
    path("<int:pk>/administrator/", person_page.administrator, name="administrator"),
    path("<int:pk>/leave/", person_page.leave, name="leave"),
    path("<int:pk>/come-back/", person_page.come_back, name="come_back"),
]
