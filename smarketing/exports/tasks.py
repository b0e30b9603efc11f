from celery import shared_task
from django.utils.timezone import now

from smarketing.exports import making


@shared_task(name="exports.make")
def make(pk: int) -> None:
    if making.make(pk, clock=now):
        make_all(making.waiting())


@shared_task(name="exports.sweep")
def sweep() -> None:
    make_all(making.tidy(now()))


def make_all(pks: list[int]) -> None:
    for pk in pks:
        make.delay(pk=pk)
