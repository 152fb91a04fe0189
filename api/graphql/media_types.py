"""The media types of answers, and which of them a client wants most."""

JSON = "application/json"
RESPONSE_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"


def media_type(accept: str) -> str | None:
    """The type to answer in: the one wanted most, JSON where nothing is said; None where none is wanted.

    >>> media_type("application/graphql-response+json; charset=utf-8, application/json;q=0.9")
    'application/graphql-response+json'
    >>> media_type("*/*"), media_type("text/event-stream"), media_type("text/html")
    ('application/json', 'text/event-stream', None)
    """
    ranks = dict(_ranked(each) for each in (accept if accept.strip() else "*/*").lower().split(","))
    wanted = {
        EVENT_STREAM: ranks.get(EVENT_STREAM, 0),
        RESPONSE_JSON: ranks.get(RESPONSE_JSON, 0),
        JSON: next((ranks[name] for name in (JSON, "application/*", "*/*") if name in ranks), 0),
    }
    # Of those that are wanted alike the first stands.
    best = max(wanted, key=lambda name: wanted[name])
    return best if wanted[best] else None


def _ranked(wanted: str) -> tuple[str, int]:
    """A media type and how much it is wanted, in thousandths: HTTP gives at most three decimals."""
    name, *parameters = (part.strip() for part in wanted.split(";"))
    quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
    whole, _, decimals = quality.partition(".")
    digits = f"{whole}{decimals:0<3.3}"
    return name, int(digits) if digits.isascii() and digits.isdecimal() else 0
