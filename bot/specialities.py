"""What experts know about, and which topics of the knowledge each field covers. Pure."""

from types import MappingProxyType

GENERAL = "sonota"

SPECIALITIES = MappingProxyType(
    {
        "sogyo": "創業",
        "zeimu": "税務・会計",
        "homu": "法務",
        "romu": "労務・人材",
        "it": "IT・DX",
        "kaigai": "海外展開",
        "shokei": "事業承継",
        "saisei": "経営改善・再生",
        "shikin": "資金繰り",
        "hanro": "販路開拓",
        GENERAL: "経営全般",
    }
)

_OF_TOPIC = MappingProxyType(
    {
        "sogyo": "sogyo",
        "zeimu": "zeimu",
        "homu": "homu",
        "chizai": "homu",
        "jinzai": "romu",
        "kenshu": "romu",
        "it": "it",
        "kaigai": "kaigai",
        "shokei": "shokei",
        "kasseika": "saisei",
        "shikin": "shikin",
        "kyosai-safety": "shikin",
        "hojokin": "shikin",
        "hanro": "hanro",
    }
)


def speciality_of(topic: str) -> str:
    """The field whose experts know about a topic of the knowledge."""
    return _OF_TOPIC.get(topic, GENERAL)
