from django.urls import URLPattern, path

from leads.pages.exceptions import exceptions_page

app_name = "exceptions"
urlpatterns: list[URLPattern] = [
    path("<slug:slug>/exceptions/", exceptions_page.exceptions, name="exceptions"),
    path("<slug:slug>/exceptions/<int:pk>/settle/", exceptions_page.settle, name="settle"),
    path("<slug:slug>/exceptions/<int:pk>/foreseen/", exceptions_page.foreseen, name="foreseen"),
    path("<slug:slug>/exceptions/measure/", exceptions_page.measure, name="measure"),
]
