"""Counters behind the limits that must hold under parallel calls."""

from django.db import models


class Attempt(models.Model):
    """How often something was tried by one subject in one window of time."""

    subject = models.CharField(max_length=200)
    window_started_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "window_started_at"], name="one_counter_per_window"
            ),
        ]
        indexes = [models.Index(fields=["window_started_at"])]

    def __str__(self) -> str:
        return f"{self.subject}: {self.count}"
