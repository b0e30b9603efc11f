from django.urls import URLPattern, URLResolver, include, path

app_name = "leads"
urlpatterns: list[URLPattern | URLResolver] = [path("imports/", include("leads.import_urls"))]
