"""Values, texts, numbers and bytes that nobody means to send."""

# Values that JSON can say

VALUES: tuple[object, ...] = (
    *(None, True, False, {}, [], [None], [[]], [{}], {"a": 1}, ["a", 1, None, {}]),
    *(0, -0.0, 1, -1, 1.5, 2.005, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 10**30, 10**400),
    *(1e308, -1e308, 5e-324),
    *("", " ", "x", "1", "1.5", "-1", "true", "null", "NaN", "Infinity", "1e400", "0x10", "1_000", "\u0661"),
    *("9" * 5_000, "1" * 20_000 + "x"),
    *("UNHEARD_OF", "back", "1.999999999", "1.101.1", "../../etc/passwd", "*", "a*" * 50, "%00%s{}", "<b>&amp;'\""),
    *("\x00", "a\x00b", "\x1b[2J\r\n\t\x7f", "\u202e\ufeff\ufffe", "\U0001f600" * 20, "x" * 5_000),
    *("2026-06-06", "2026-13-45T99:99:99Z", "0000-00-00", "9999-12-31T23:59:59.999-23:59"),
)

# Bytes that are not JSON, or nested deeper than anybody means to

DEEP = 10_000

NOT_JSON = {
    "empty": b"",
    "blank": b" \r\n\t",
    "truncated": b'{"marketId":"1.101","instructions":[{"selectionId":1',
    "truncated in a text": b'{"marketId":"1.1',
    "truncated in an escape": b'{"marketId":"\\u00',
    "a brace": b"{",
    "a bracket": b"[",
    "a comma too many": b'{"marketId":"1.101",}',
    "NaN": b'{"marketId":NaN}',
    "Infinity": b'{"marketId":Infinity}',
    "-Infinity": b'{"marketId":-Infinity}',
    "a number without bounds": b'{"maxResults":1e}',
    "zeros in front": b'{"maxResults":007}',
    "deep arrays": b"[" * DEEP + b"]" * DEEP,
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "deep in a field": b'{"filter":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep and truncated": b'{"marketId":[' + b"[" * DEEP,
    "control characters": b'{"marketId":"a\x01\x1fb"}',
    "a NUL byte": b'{"marketId":"1.101\x00"}',
    "NUL bytes": b"\x00" * 100,
    "half a surrogate pair": b'{"marketId":"\\ud800"}',
    "the other half": b'{"marketId":"\\udc00x"}',
    "invalid UTF-8": b'{"marketId":"\xff\xfe"}',
    "an overlong encoding": b'{"marketId":"\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"marketId":"\xed\xa0\x80"}',
    "UTF-16": '{"marketId":"1.101"}'.encode("utf-16"),
    "another language": b"<?xml version='1.0'?><a/>",
    "a form": b"username=alice&password=wrong",
    "quoted with apostrophes": b"{'marketId':'1.101'}",
    "any bytes": bytes(range(256)),
}

IN_A_TEXT = ("invalid UTF-8", "an overlong encoding", "a surrogate in UTF-8")
"""Those of `NOT_JSON` that only a reader of the text in question would notice."""

HUGE_NUMBERS = {
    "beyond all doubles": b'{"%b":1e400}',
    "minus beyond all doubles": b'{"%b":-1e400}',
    "a great exponent": b'{"%b":1e99999999999999999999}',
    "a tiny one": b'{"%b":1e-99999999999999999999}',
    "a long integer": b'{"%b":' + b"9" * 100_000 + b"}",
    "a long fraction": b'{"%b":0.' + b"9" * 100_000 + b"}",
    "a long integer in a text": b'{"%b":"' + b"9" * 100_000 + b'"}',
    "digits and a letter": b'{"%b":"' + b"9" * 100_000 + b'x"}',
}

# Forms that log nobody in

FORMS = {
    "empty": b"",
    "no form": b"\x00\xff\xfe{",
    "control characters": b"username=alice%00&password=a%0d%0a",
    "invalid UTF-8": b"username=%ff%fe&password=%ed%a0%80",
    "wrong escapes": b"username=%&password=%zz",
    "a name only": b"username=alice",
    "a wrong password": b"username=alice&password=wrong",
    "nobody": b"username=nobody&password=secret",
    "the field twice": b"username=alice&username=nobody&password=secret",
    "only separators": b"&=" * 1_000,
    "long": b"username=" + b"a" * 500_000 + b"&password=" + b"a" * 500_000,
    "a bad address": b"username=alice&password=wrong&url=http://[::1&redirectMethod=%0a",
    "another address": b"username=alice&password=wrong&url=javascript:alert(1)",
    "JSON": b'{"username":"alice","password":"secret"}',
}
