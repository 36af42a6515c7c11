"""The edge: HTTP, the command line, the client of the FHIR server, settings and logs."""
