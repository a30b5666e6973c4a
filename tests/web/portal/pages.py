"""Reading pages as a person does: their text, and the forms on them."""

import html
import re

import httpx

TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.DOTALL)
FORM = re.compile(r'<form[^>]*method="post"[^>]*action="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')


def text_of(response: httpx.Response) -> str:
    """The page's words, with single spaces."""
    return " ".join(html.unescape(TAGS.sub(" ", response.text)).split())


def forms_of(response: httpx.Response, action: str) -> list[dict[str, str]]:
    """The hidden fields of every form that posts to this address."""
    return [
        {html.unescape(name): html.unescape(value) for name, value in HIDDEN.findall(body)}
        for where, body in FORM.findall(response.text)
        if html.unescape(where) == action
    ]
