"""All functions that see input from outside, with hostile inputs for each."""

from tests.costs import subjects_core, subjects_http
from tests.costs.growth import Subject

SUBJECTS: list[Subject] = [*subjects_core.SUBJECTS, *subjects_http.SUBJECTS]
