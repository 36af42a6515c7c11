"""The client's FHIR server: what prefetch left out is fetched here."""
