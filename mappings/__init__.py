"""FHIR R4 resources and terminologies, turned into the dated facts of `relapse.facts`."""
