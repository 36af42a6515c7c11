"""The language in which `tests.relapse.patients` tells of patients and answers."""
