"""What beat goes by: the schedule of the database, each tick sent once, however many beats there are."""

import logging
from typing import Any

from django.core.cache import cache
from django_celery_beat.schedulers import DatabaseScheduler

logger = logging.getLogger(__name__)
PART_OF_INTERVAL = 0.8  # so long nobody else may tick; the own next tick comes later than that


class OneTick(DatabaseScheduler):  # type: ignore[misc]
    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        try:
            seconds = entry.schedule.run_every.total_seconds()
            if cache.add(f"beat-tick-{entry.model.pk}", True, timeout=seconds * PART_OF_INTERVAL):
                self.apply_async(entry, producer=producer, advance=False)
            else:
                logger.warning("Another beat has sent %s just now: one beat is enough.", entry.name)
        except Exception as error:  # the broker or the database is away; the next tick tries again
            logger.error("%s could not be sent: %s", entry.name, str(error).strip().splitlines()[0])
