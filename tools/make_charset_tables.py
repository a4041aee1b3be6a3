#!/usr/bin/env python3
"""Writes src/core/detail/charset_tables.inc: the character sets of Japanese files as rows of 94 characters.

Run at development time only; the result is committed. Sources: the codecs of Python's standard library. JIS X 0208 rows
follow its ISO-2022-JP (JIS) column, rows it leaves free follow CP932 (NEC row 13, NEC-selected rows 89-92, IBM rows
115-119), JIS X 0212 follows EUC-JP code set 3 with the tilde at full width, so that no two-byte character ever becomes an
ASCII delimiter. U+FFFD marks a free cell. User-defined rows 95-114 are computed (U+E000 on) and not listed.

Usage: tools/make_charset_tables.py > src/core/detail/charset_tables.inc
"""

import unicodedata

FREE = "\ufffd"


def cp932_bytes(row, cell):
    lead = 0x81 + (row - 1) // 2
    if lead > 0x9F:
        lead += 0x40
    if row % 2:
        trail = 0x3F + cell
        if trail >= 0x7F:
            trail += 1
    else:
        trail = 0x9E + cell
    return bytes([lead, trail])


def one(raw, codec):
    try:
        text = raw.decode(codec)
    except UnicodeDecodeError:
        return FREE
    if text == "~":
        return "\uff5e"
    return text if len(text) == 1 and ord(text) >= 0x80 and ord(text) < 0x10000 else FREE


def jis_x_0208(row, cell):
    if row <= 94:
        char = one(bytes([0xA0 + row, 0xA0 + cell]), "euc_jp")
        if char != FREE:
            return char
    return one(cp932_bytes(row, cell), "cp932")


def literal(row):
    """Characters that Unicode normalisation would change are written as numbers, so that no editor can harm them."""
    plain = [c if unicodedata.normalize("NFC", c) == c else f"\\u{ord(c):04x}" for c in row]
    return 'u"' + "".join(plain) + '"'


def table(name, rows, cell_of):
    print(f"inline constexpr const char16_t* {name}[] = {{")
    for row in rows:
        cells = [cell_of(row, cell) for cell in range(1, 95)]
        print("    nullptr," if all(c == FREE for c in cells) else f"    {literal(cells)},", f" // {row}")
    print("};")


print("// Made by tools/make_charset_tables.py; do not edit. Rows of 94 cells, U+FFFD: free cell, nullptr: free row.")
table("kJisX0208Rows", [*range(1, 95), *range(115, 121)], jis_x_0208)
table("kJisX0212Rows", range(1, 95), lambda r, c: one(bytes([0x8F, 0xA0 + r, 0xA0 + c]), "euc_jp"))
