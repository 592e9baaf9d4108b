"""Formulas as MathML, which browsers draw by themselves: made when the site is built."""

import html
import re
from typing import Any

from latex2mathml.converter import convert

_FORMULA = re.compile(
    r'<(?P<tag>span|div) class="arithmatex">\\(?P<kind>[\[(])(?P<latex>.*?)\\[\])]</(?P=tag)>', re.S
)


def on_page_content(content: str, **_: Any) -> str:
    """The page with MathML in place of each formula in TeX."""
    return _FORMULA.sub(lambda match: _mathml(match["latex"], match["kind"] == "["), content)


def _mathml(latex: str, block: bool) -> str:
    made = convert(html.unescape(latex).strip(), display="block" if block else "inline")
    return f'<div class="formula">{made}</div>' if block else made
