"""Names of services as the language allows them."""

import re
from unicodedata import normalize


def snake_case(name: str) -> str:
    """The name as the language allows it.

    >>> snake_case("Web-Shop 2 (old)"), snake_case("2nd"), snake_case("長い")
    ('web_shop_2_old', 'service_2nd', 'service')
    """
    plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    joined = "_".join(re.findall(r"[a-z0-9]+", plain))[:100] or "service"
    return joined if joined[0].isalpha() else f"service_{joined}"
