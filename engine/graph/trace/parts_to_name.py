"""Names of nodes out of parts that may hold anything, so that no two things share one (S7.4)."""


def name_of(*parts: str) -> str:
    """The parts with slashes between them; a slash or a percent sign within one is written as in an address.

    >>> name_of("sla.restore", "shop/eu", "100%")
    'sla.restore/shop%2Feu/100%25'
    """
    return "/".join(part.replace("%", "%25").replace("/", "%2F") for part in parts)


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a name, as they were.

    >>> parts_of("sla.restore/shop%2Feu/100%25")
    ('sla.restore', 'shop/eu', '100%')
    """
    return tuple(part.replace("%2F", "/").replace("%25", "%") for part in name.split("/"))


def shown(name: str) -> str:
    """A name as people read it.

    >>> shown("sla.restore/shop%2Feu/i-1")
    'sla.restore, shop/eu, i-1'
    """
    return ", ".join(parts_of(name))
