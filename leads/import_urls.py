from django.urls import URLPattern, path

from leads.pages.imports import differing, import_page, rep_names, undo_page

urlpatterns: list[URLPattern] = [
    path("", import_page.imports, name="imports"),
    path("new/", import_page.new, name="import_new"),
    path("<int:pk>/", import_page.detail, name="import"),
    path("<int:pk>/reading/", import_page.reading, name="import_reading"),
    path("<int:pk>/start/", import_page.start, name="import_start"),
    path("<int:pk>/progress/", import_page.progress, name="import_progress"),
    path("<int:pk>/retry/", import_page.retry, name="import_retry"),
    path("<int:pk>/forget/", import_page.forget, name="import_forget"),
    path("<int:pk>/undo/", undo_page.undo_import, name="import_undo"),
    path("<int:pk>/take-over/", differing.take, name="import_take_over"),
    path("<int:pk>/delete/", import_page.delete, name="import_delete"),
    path("<int:pk>/rejects.csv", import_page.rejects, name="import_rejects"),
    path("<int:pk>/differing.csv", differing.download, name="import_differing"),
    path("reps/", rep_names.rep_names, name="import_reps"),
    path("reps/<slug:slug>/match/", rep_names.match, name="match_rep"),
    path("reps/<slug:slug>/unmatch/", rep_names.unmatch, name="unmatch_rep"),
]
