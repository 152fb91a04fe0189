"""Characters that XML cannot hold."""

import re

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def allowed_in_xml(text: str) -> str:
    """The text, with the replacement character for what no XML file can hold.

    >>> allowed_in_xml("a\\x00b")
    'a\ufffdb'
    """
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
