"""Which network addresses may be connected to, once a host name has been resolved.

The allow-list names servers; what a name resolves to is decided by whoever answers the DNS query.
So the address itself is judged as well:

    never        unspecified, link-local (where clouds keep their metadata services), multicast,
                 reserved, tunnels that disguise another address
    as listed    an address that the base of the server spells out: the site has listed it
    loopback     for the name localhost
    public       always
    private      where it lies in a network that the site has listed
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_NEVER: tuple[Network, ...] = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        # metadata services that stand outside the link-local range
        "100.100.100.200/32",
        "168.63.129.16/32",
        "fd00:ec2::/32",
        "fd20:ce::254/128",
        "::/128",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
        # local NAT64, Teredo and 6to4 carry an IPv4 address that cannot be told for certain
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)
_CARRIES_IPV4: tuple[ipaddress.IPv6Network, ...] = (
    ipaddress.IPv6Network("::ffff:0:0/96"),
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("::/96"),
)
"""IPv4-mapped, NAT64 and the outdated IPv4-compatible form: judged as what they carry."""


def may_connect(host: str, address: str, private: Collection[Network] = ()) -> bool:
    """Whether ``address``, to which ``host`` resolved, may be connected to.

    ``host`` is that of a server which may be contacted (`service.network.addresses.may_contact`).
    """
    found = _plain(ipaddress.ip_address(address))
    if any(found in network for network in _NEVER):
        return False
    if _literal(host) is not None:
        return True
    if host == "localhost":
        return found.is_loopback
    return found.is_global or any(found in network for network in private)


def never_reachable(host: str) -> bool:
    """Whether ``host`` spells out an address that is never connected to; False for a name."""
    literal = _literal(host)
    return literal is not None and not may_connect(host, str(literal))


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None


def _plain(address: Address) -> Address:
    """The address that is meant, out of its disguise as an IPv6 address."""
    if isinstance(address, ipaddress.IPv6Address) and int(address) > 1:
        for network in _CARRIES_IPV4:
            if address in network:
                return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
