"""Korean particles after a value that was put in: which of two forms follows depends on how the value ends when read.

A text writes both, the form after a consonant first: ``{n}을(를)``, ``{name}이(가)``, ``{size}(으)로``.
"""

import re

PAIRS = {
    "을(를)": ("을", "를"), "이(가)": ("이", "가"), "은(는)": ("은", "는"), "과(와)": ("과", "와"),
    "(으)로": ("으로", "로"), "(이)라": ("이라", "라"), "(이)면": ("이면", "면"), "(이)고": ("이고", "고"),
    "이어야(여야)": ("이어야", "여야"),
}  # fmt: skip
FINALS = dict.fromkeys("036MNmn\N{COMBINING CIRCUMFLEX ACCENT}", "x")  # 영 삼 육 엠 엔 (엑스) 햇
FINALS |= dict.fromkeys("178LRlr", "ㄹ")  # 일 칠 팔 엘 알
CLOSING = r"[)\]}’”'\"*_`$]*"
PAIR = re.compile(
    rf"(?P<before>(?P<prior>(?:[A-Za-z](?=[A-Za-z]))?)(?P<last>[^\s)\]}}’”'\"*_`$]?){CLOSING})"
    rf"(?P<pair>{'|'.join(map(re.escape, PAIRS))})"
)
RIEUL = 8  # the place of ㄹ among the 28 ways a syllable ends, of which the first is none


def with_particles(sentence: str) -> str:
    """``sentence`` with one form of each pair in it."""
    return PAIR.sub(lambda found: found["before"] + _form(_end(**found.groupdict()), found["pair"]), sentence)


def _form(end: str, pair: str) -> str:
    after_consonant, after_vowel = PAIRS[pair]
    if pair == "(으)로" and end == "ㄹ":
        return after_vowel
    return after_consonant if end else after_vowel


def _end(prior: str, last: str, **_: str) -> str:
    """How the reading of the sign ``last`` ends: "" with a vowel, "ㄹ", or "x" with another consonant."""
    if "가" <= last <= "힣":
        place = (ord(last) - ord("가")) % 28
        return "ㄹ" if place == RIEUL else "x" * bool(place)
    if prior and last in "Rr":  # 알 is the letter; a word such as TypeError ends in 에러
        return ""
    return FINALS.get(last, "")
