"""What a tap does on LINE: sends our action string back, calls a desk, opens a page. None where LINE could not."""

import re
import unicodedata
from typing import Any
from urllib.parse import quote

from bot.replies import Button
from connectors.line.counting import cleaned, is_blank, shorten_graphemes, shorten_utf16, utf16_length
from connectors.line.limit_strings import LONGEST_ACTION_URI, is_sendable_uri
from connectors.line.limits import LONGEST_DATA, LONGEST_SAID

LONGEST_QUICK_LABEL = 20  # grapheme clusters
LONGEST_FLEX_LABEL = 40  # grapheme clusters
_UNITS_PER_CLUSTER = 8  # keeps a label of endless combining marks out of the size limits; 👨‍👩‍👧‍👦 has 11 units
_RESERVED = "-._~:/?@!$&'()*+,;=%#"  # RFC 3986; % because addresses may be encoded already
_HYPHENS = re.compile("[\u2010-\u2015\u2212\u30fc\uff70]")
_TELEPHONE = re.compile(r"(?<![0-9])\+?[0-9](?:[-() ]{0,2}[0-9]){2,14}(?![-() ]{0,2}[0-9])")

Json = dict[str, Any]


def words(text: str, most: int) -> str:
    """A text fit to be shown, within `most` UTF-16 units; empty where nothing could be seen."""
    shown = shorten_utf16(cleaned(text).strip(), most)
    return "" if is_blank(shown) else shown


def label(text: str, most: int) -> str:
    """A text fit for a button, on one line and within `most` grapheme clusters; empty where nothing could be seen."""
    line = " ".join(words(text, LONGEST_SAID).split())
    return words(shorten_graphemes(line, most), most * _UNITS_PER_CLUSTER)


def postback(button: Button, shown: str, most: int = LONGEST_QUICK_LABEL) -> Json | None:
    """Sends the button's action string as it is and says its words in the chat; `shown` stands on the button.

    None where the action cannot be sent as it is (LINE reference, "Postback action": data up to 300 UTF-16 units)
    or nothing would stand on the button.
    """
    data, face, said = button.action, label(shown, most), words(button.label, LONGEST_SAID)
    if not face or is_blank(data) or data != cleaned(data) or utf16_length(data) > LONGEST_DATA:
        return None
    return {"type": "postback", "label": face, "data": data, "displayText": said or face}


def call(tel: str, shown: str) -> Json | None:
    """Calls the first telephone number found in `tel`, in whatever width and punctuation it was written."""
    plain = _HYPHENS.sub("-", unicodedata.normalize("NFKC", tel))
    found, face = _TELEPHONE.search(plain), label(shown, LONGEST_FLEX_LABEL)
    if found is None or not face:
        return None
    return {"type": "uri", "label": face, "uri": "tel:" + re.sub(r"[^+0-9]", "", found[0])}


def open_page(url: str, shown: str) -> Json | None:
    """Opens a web page in LINE's browser; other schemes are left out."""
    address = web_address(url)
    return {"type": "uri", "label": label(shown, LONGEST_FLEX_LABEL), "uri": address} if address else None


def web_address(url: str) -> str:
    """A web address as LINE takes it, percent-encoded in UTF-8; empty where it is none or too long."""
    if has_other_scheme(url):
        return ""
    encoded = quote(cleaned(url).strip(), safe=_RESERVED)
    return encoded if len(encoded) <= LONGEST_ACTION_URI and is_sendable_uri(encoded) else ""


def has_other_scheme(url: str) -> bool:
    """Whether a string is anything but an http or https address."""
    return not url.strip().lower().startswith(("https://", "http://"))
