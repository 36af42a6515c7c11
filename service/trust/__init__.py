"""Who calls: trusted clients, their keys, their tokens, and the gate in front of the CDS endpoints.

    clients.py  the trust file: which clients a site trusts, checked at the start
    jwk.py      a JSON Web Key Set, reduced to the keys that may verify a token
    keys.py     the keys of one client, kept and refreshed
    jws.py      a token taken apart, without believing any of it
    claims.py   what a token must claim
    tokens.py   the whole check, from the Authorization header to a `Caller`
    gate.py     the step before each request

The standard fixes the form of a token (CDS Hooks 2.0.1, "Trusting CDS Clients") and little else;
lifetime, clock difference and the use of ``jti`` are policies of this service (C-217, C-218).
"""
