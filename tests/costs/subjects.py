"""All functions that see input from outside, with hostile inputs for each."""

from tests.costs import subjects_http
from tests.costs.growth import Subject

SUBJECTS: list[Subject] = [*subjects_http.SUBJECTS]
