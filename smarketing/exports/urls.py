from django.urls import path

from smarketing.exports import pages

app_name = "exports"
urlpatterns = [
    path("<int:pk>/", pages.detail, name="detail"),
    path("<int:pk>/progress/", pages.progress, name="progress"),
]
