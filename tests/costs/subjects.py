"""All functions that see input from outside, with hostile inputs for each."""

from tests.costs import subjects_adapters, subjects_core, subjects_http, subjects_json, subjects_patterns
from tests.costs import subjects_recurrence as recurrence
from tests.costs.growth import Subject

SUBJECTS: list[Subject] = [
    *subjects_core.SUBJECTS,
    *subjects_http.SUBJECTS,
    *subjects_json.SUBJECTS,
    *subjects_adapters.SUBJECTS,
    *subjects_patterns.SUBJECTS,
    *recurrence.SUBJECTS,
]
