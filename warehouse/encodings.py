"""Bytes to characters: one pass over a file finds its hash and an encoding it keeps throughout."""

import codecs
import hashlib
import itertools
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer

__all__ = ["Scan", "scan"]

CHUNK = 4 << 20
# charset-normalizer tells alphabets apart well, but took "Ñandú" for Polish: it is asked only
# where most letters are beyond ASCII, and Latin pages are told apart below.
OTHER_ALPHABETS = ["cp1251", "cp1253", "cp1255", "cp1256", "shift_jis", "gb18030", "big5", "euc_kr"]
# What letters of Polish, Czech or Hungarian (cp1250) and of Turkish (cp1254) look like in cp1252.
CENTRAL_EUROPEAN_IN_CP1252 = frozenset("³¹¯¼½¾¥Ÿ¿£¶¨")
TURKISH_IN_CP1252 = frozenset("ÐÝÞðýþ")
# Lines that are not plain ASCII, looked at to tell one encoding from another.
TELLING_LINES = 2_000
TELLING_BYTES = 65_536


@dataclass(frozen=True)
class Scan:
    """What one pass over the bytes found; `errors` is what decoding does with a broken byte."""

    sha256: str
    encoding: str
    errors: str = "strict"
    n_nul: int = 0
    notes: tuple[str, ...] = ()


def scan(path: Path) -> Scan:
    """Read the whole of `path` once.

    Only a file that is valid UTF-8 to its end is UTF-8: the first accented letter may
    stand in the last line.
    """
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    valid, n_nul, start = True, 0, b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            start = start or chunk[:4]
            digest.update(chunk)
            n_nul += chunk.count(b"\0")
            # An ASCII chunk leaves nothing pending, so decoding it would say nothing new.
            if valid and not (chunk.isascii() and not decoder.getstate()[0]):
                valid = _goes_on(decoder, chunk)
    valid = valid and not decoder.getstate()[0]
    sha256 = digest.hexdigest()
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Scan(sha256, "utf-16", notes=("Read as UTF-16.",))
    # Western text in UTF-16 has a zero byte beside each letter.
    if b"\0" in start[:2] and start[:2] != b"\0\0":
        encoding = "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
        return Scan(sha256, encoding, notes=("Read as UTF-16.",))
    if start.startswith(codecs.BOM_UTF8):
        return Scan(sha256, "utf-8-sig", "strict" if valid else "replace", n_nul)
    if valid:
        return Scan(sha256, "utf-8", n_nul=n_nul)
    encoding, note = _other_encoding(path)
    return Scan(sha256, encoding, "replace", n_nul, (note,))


def _goes_on(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _other_encoding(path: Path) -> tuple[str, str]:
    """The encoding of a file that is not valid UTF-8 throughout, and a note on it."""
    with path.open("rb") as file:
        lines = list(itertools.islice((line for line in file if not line.isascii()), TELLING_LINES))
    n_valid = sum(_goes_on(codecs.getincrementaldecoder("utf-8")(), line) for line in lines)
    if n_valid >= 10 and n_valid >= 0.9 * len(lines):
        # A few broken bytes in a UTF-8 file: another encoding would garble all the rest.
        return "utf-8", "Read as UTF-8; bytes that are not valid UTF-8 are shown as �."
    sample = b"".join(lines)[:TELLING_BYTES]
    encoding = _latin_page(sample) or _alphabet(sample) or "cp1252"
    return encoding, f"Read as {encoding}, because it is not valid UTF-8."


def _alphabet(sample: bytes) -> str | None:
    best = charset_normalizer.from_bytes(sample, cp_isolation=OTHER_ALPHABETS).best()
    return best.encoding if best is not None else None


def _latin_page(sample: bytes) -> str | None:
    """Which Latin code page `sample` is in, or None where most letters are beyond ASCII."""
    text = sample.decode("cp1252", "replace")
    beyond = [
        (character, before.isalpha() or after.isalpha())
        for before, character, after in zip(" " + text, text, text[1:] + " ", strict=False)
        if not character.isascii()
    ]
    n_ascii_letters = sum(character.isascii() and character.isalpha() for character in text)
    if len(beyond) > n_ascii_letters:
        return None
    few = 0.1 * len(beyond)
    inside_words = [character for character, inside in beyond if inside]
    if sum(character in CENTRAL_EUROPEAN_IN_CP1252 for character in inside_words) > few:
        return "cp1250"
    if sum(character in TURKISH_IN_CP1252 for character in inside_words) > few:
        return "cp1254"
    return "cp1252"
