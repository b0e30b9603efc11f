from django.urls import URLPattern, path

from leads.pages import differing, imports, rep_names

urlpatterns: list[URLPattern] = [
    path("", imports.imports, name="imports"),
    path("new/", imports.new, name="import_new"),
    path("<int:pk>/", imports.detail, name="import"),
    path("<int:pk>/reading/", imports.reading, name="import_reading"),
    path("<int:pk>/start/", imports.start, name="import_start"),
    path("<int:pk>/progress/", imports.progress, name="import_progress"),
    path("<int:pk>/retry/", imports.retry, name="import_retry"),
    path("<int:pk>/take-over/", differing.take, name="import_take_over"),
    path("<int:pk>/delete/", imports.delete, name="import_delete"),
    path("<int:pk>/rejects.csv", imports.rejects, name="import_rejects"),
    path("<int:pk>/differing.csv", differing.download, name="import_differing"),
    path("reps/", rep_names.rep_names, name="import_reps"),
    path("reps/<slug:slug>/match/", rep_names.match, name="match_rep"),
    path("reps/<slug:slug>/unmatch/", rep_names.unmatch, name="unmatch_rep"),
]
