"""Tokens of every kind of wrong, and of every kind of right, each with what becomes of it."""

import hashlib
import hmac
import json
import string
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.unit.adapters.pubsub.tokens import (
    ABSENT,
    AUDIENCE,
    EMAIL,
    NOW,
    base64url,
    claims,
    encoded,
    header,
    issuer_pair,
    signed,
    token,
)

Outcome = Literal["accepted", "unauthenticated", "forbidden"]

OLD_AUDIENCE = "https://old.example.com/_/gcs/callback"
PAIR = issuer_pair()
BASE64URL = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
STRANGER = issuer_pair("f" * 40)
GOOD = token()
HEAD, BODY, SIGNATURE = GOOD.split(".")


@dataclass(frozen=True)
class Case:
    """One Authorization header and its fate."""

    name: str
    authorization: str | None = field(repr=False)
    outcome: Outcome


def bearer(name: str, text: str, outcome: Outcome = "unauthenticated") -> Case:
    return Case(name, f"Bearer {text}", outcome)


def with_claims(name: str, outcome: Outcome = "unauthenticated", **changes: Any) -> Case:
    return bearer(name, token(**changes), outcome)


def with_header(name: str, outcome: Outcome = "unauthenticated", **changes: Any) -> Case:
    return bearer(name, signed(PAIR, header(PAIR, **changes), claims()), outcome)


def unsigned(alg: str, signature: str) -> str:
    return f"{encoded(header(PAIR, alg=alg))}.{encoded(claims())}.{signature}"


def hmac_signed(secret: str, alg: str = "HS256") -> str:
    text = f"{encoded(header(PAIR, alg=alg))}.{encoded(claims())}"
    return f"{text}.{base64url(hmac.digest(secret.encode(), text.encode(), hashlib.sha256))}"


def swapped(text: str) -> str:
    at = len(text) // 2
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def respelt(text: str) -> str:
    """The same 256 bytes with other spare bits in the last character of their base64url."""
    return text[:-1] + BASE64URL[BASE64URL.index(text[-1]) + 1]


ACCEPTED = [
    bearer("as Pub/Sub sends it", GOOD, "accepted"),
    Case("scheme in lower case", f"bearer {GOOD}", "accepted"),
    Case("scheme in upper case", f"BEARER {GOOD}", "accepted"),
    Case("two spaces after the scheme", f"Bearer  {GOOD}", "accepted"),
    with_claims("issuer without https", "accepted", iss="accounts.google.com"),
    with_claims("audience of before the rotation", "accepted", aud=OLD_AUDIENCE),
    with_claims("almost an hour old", "accepted", iat=NOW - 3590, exp=NOW + 10),
    with_claims("expired within the skew", "accepted", iat=NOW - 3629, exp=NOW - 29),
    with_claims("early within the skew", "accepted", iat=NOW + 29, exp=NOW + 3629),
    with_claims("nbf in the past", "accepted", nbf=NOW - 600),
    with_claims("nbf within the skew", "accepted", nbf=NOW + 29),
    with_claims("times with fractions", "accepted", iat=NOW - 0.5, exp=NOW + 3599.5),
    with_claims("lives a whole day", "accepted", iat=NOW, exp=NOW + 86_400),
    with_claims("a claim we do not know", "accepted", google={"compute_engine": {"zone": "x"}}),
    with_claims("no azp and no sub", "accepted", azp=ABSENT, sub=ABSENT),
    with_header("no typ", "accepted", typ=ABSENT),
    with_header("typ in lower case", "accepted", typ="jwt"),
    with_header("a header member we do not know", "accepted", x="y"),
]

NO_BEARER = [
    Case("no header", None, "unauthenticated"),
    Case("an empty header", "", "unauthenticated"),
    Case("the scheme alone", "Bearer", "unauthenticated"),
    Case("the scheme and a space", "Bearer ", "unauthenticated"),
    Case("the token alone", GOOD, "unauthenticated"),
    Case("another scheme", f"Basic {GOOD}", "unauthenticated"),
    Case("a longer scheme", f"BearerX {GOOD}", "unauthenticated"),
    Case("a tab after the scheme", f"Bearer\t{GOOD}", "unauthenticated"),
    Case("a leading space", f" Bearer {GOOD}", "unauthenticated"),
    Case("two tokens", f"Bearer {GOOD} {GOOD}", "unauthenticated"),
    Case("two headers joined by a comma", f"Bearer {GOOD}, Bearer {GOOD}", "unauthenticated"),
    Case("a line feed behind", f"Bearer {GOOD}\n", "unauthenticated"),
    Case("a NUL behind", f"Bearer {GOOD}\0", "unauthenticated"),
    Case("letters beyond ASCII", f"Bearer {GOOD}é", "unauthenticated"),
]

SHAPE = [
    bearer("64 KiB of one segment", "A" * 65_536),
    bearer("64 KiB of good token and padding claims", token(padding="x" * 65_536)),
    bearer("over 8 KiB, otherwise good", token(padding="x" * 8192)),
    bearer("two segments", f"{HEAD}.{BODY}"),
    bearer("no signature", f"{HEAD}.{BODY}."),
    bearer("four segments", f"{GOOD}.{SIGNATURE}"),
    bearer("empty header", f".{BODY}.{SIGNATURE}"),
    bearer("dots only", ".."),
    bearer("padded base64", f"{HEAD}.{BODY}.{SIGNATURE}=="),
    bearer("standard base64", f"{HEAD}.{BODY}.{SIGNATURE[:-2]}+/"),
    bearer("a segment of impossible length", f"{HEAD}A.{BODY}.{SIGNATURE}"),
    bearer("header that is not JSON", signed(PAIR, "{", claims())),
    bearer("header that is a list", signed(PAIR, ["RS256"], claims())),
    bearer("header that is not UTF-8", signed(PAIR, b'{"alg":"\xff"}', claims())),
    bearer("header of 1,500 open brackets", signed(PAIR, "[" * 1500, claims())),
    bearer("claims that are not JSON", signed(PAIR, header(PAIR), "{")),
    bearer("claims that are a list", signed(PAIR, header(PAIR), [claims()])),
    bearer("claims that are text", signed(PAIR, header(PAIR), '"claims"')),
    bearer("claims of 2,000 open brackets", signed(PAIR, header(PAIR), "[" * 2000)),
    bearer("no claims at all", signed(PAIR, header(PAIR), {})),
    bearer(
        "the same claim twice",
        signed(PAIR, header(PAIR), json.dumps(claims())[:-1] + f',"aud":"{AUDIENCE}"}}'),
    ),
    bearer(
        "the same header member twice",
        signed(PAIR, f'{{"alg":"none","alg":"RS256","kid":"{PAIR.kid}"}}', claims()),
    ),
]

HEADERS = [
    *(bearer(f"alg {alg}, no signature", unsigned(alg, "")) for alg in ("none", "None", "NONE")),
    *(
        with_header(f"alg {alg!r} over a right signature", alg=alg)
        for alg in ("none", "nOnE", "rs256", "RS384", "RS512", "PS256", "ES256", "HS256", "", 256)
    ),
    with_header("alg null", alg=None),
    with_header("no alg", alg=ABSENT),
    with_header("alg in a list", alg=["RS256"]),
    bearer("HS256 with the certificate as secret", hmac_signed(PAIR.certificate)),
    bearer("HS256 with the public key as secret", hmac_signed(PAIR.public_pem)),
    bearer("RS256 by name, HMAC by nature", hmac_signed(PAIR.public_pem, "RS256")),
    with_header("crit", crit=["exp"]),
    with_header("an empty crit", crit=[]),
    with_header("b64", b64=True),
    with_header("an embedded jwk", jwk={"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
    with_header("a jku", jku="https://attacker.example/certs"),
    with_header("an x5u", x5u="https://attacker.example/cert"),
    with_header("an x5c", x5c=["MIIB"]),
    with_header("no kid", kid=ABSENT),
    with_header("an empty kid", kid=""),
    with_header("kid null", kid=None),
    with_header("kid a number", kid=7),
    with_header("kid a list", kid=[PAIR.kid]),
    with_header("unknown kid", kid="0" * 40),
    with_header("kid in upper case", kid=PAIR.kid.upper()),
    with_header("kid with lone surrogates", kid="\ud800"),
    with_header("typ of an access token", typ="at+jwt"),
    with_header("typ a number", typ=1),
]

SIGNATURES = [
    bearer("a changed signature", f"{HEAD}.{BODY}.{swapped(SIGNATURE)}"),
    bearer("a changed claim", f"{HEAD}.{swapped(BODY)}.{SIGNATURE}"),
    bearer("the signature in another spelling", f"{HEAD}.{BODY}.{respelt(SIGNATURE)}"),
    bearer("half a signature", f"{HEAD}.{BODY}.{SIGNATURE[:171]}"),
    bearer("the signature of another token", f"{HEAD}.{BODY}.{token(sub='1').split('.')[2]}"),
    bearer("signed by a stranger", signed(STRANGER, header(PAIR), claims())),
    bearer("signed by a stranger under their own kid", token(STRANGER)),
    bearer("a stranger's, for another audience", signed(STRANGER, header(PAIR), claims(aud="x"))),
    bearer("claims of ours under a good header", f"{HEAD}.{encoded(claims(aud='x'))}.{SIGNATURE}"),
]

TIMES = [
    with_claims("expired", iat=NOW - 3631, exp=NOW - 31),
    with_claims("expired a year ago", iat=NOW - 31_539_600, exp=NOW - 31_536_000),
    with_claims("issued in the future", iat=NOW + 31, exp=NOW + 3631),
    with_claims("not before later", nbf=NOW + 31),
    with_claims("lives longer than a day", iat=NOW, exp=NOW + 86_401),
    with_claims("expires before it was issued", iat=NOW, exp=NOW - 10),
    with_claims("expires as it is issued", iat=NOW, exp=NOW),
    with_claims("milliseconds", iat=NOW * 1000, exp=(NOW + 3600) * 1000),
    *(
        bearer(f"{claim} {value!r}", signed(PAIR, header(PAIR), claims(**{claim: value})))
        for claim in ("exp", "iat", "nbf")
        for value in (str(NOW), None, True, [NOW], {"t": NOW})
    ),
    with_claims("no exp", exp=ABSENT),
    with_claims("no iat", iat=ABSENT),
    *(
        bearer(
            f"exp {number}",
            signed(
                PAIR,
                header(PAIR),
                json.dumps(claims(exp=0)).replace('"exp": 0', f'"exp": {number}'),
            ),
        )
        for number in ("NaN", "Infinity", "1e400", "9" * 400, "9" * 5000)
    ),
]

ISSUER = [
    with_claims("no issuer", iss=ABSENT),
    with_claims("another issuer", iss="https://accounts.example.com"),
    with_claims("issuer with a slash", iss="https://accounts.google.com/"),
    with_claims("issuer over http", iss="http://accounts.google.com"),
    with_claims("issuer in upper case", iss="HTTPS://ACCOUNTS.GOOGLE.COM"),
    with_claims("issuer in a list", iss=["https://accounts.google.com"]),
    with_claims("issuer null", iss=None),
]

FORBIDDEN = [
    with_claims("no audience", "forbidden", aud=ABSENT),
    with_claims("another audience", "forbidden", aud="https://other.example.com/_/gcs/callback"),
    with_claims("audience with a slash", "forbidden", aud=f"{AUDIENCE}/"),
    with_claims("audience in upper case", "forbidden", aud=AUDIENCE.upper()),
    with_claims("the start of the audience", "forbidden", aud=AUDIENCE[:-1]),
    with_claims("audience in a list", "forbidden", aud=[AUDIENCE]),
    with_claims("audience in an object", "forbidden", aud={AUDIENCE: True}),
    with_claims("audience null", "forbidden", aud=None),
    with_claims("audience empty", "forbidden", aud=""),
    with_claims("no email", "forbidden", email=ABSENT),
    with_claims("another account", "forbidden", email="push@attacker.iam.gserviceaccount.com"),
    with_claims("email in upper case", "forbidden", email=EMAIL.upper()),
    with_claims("email with a space", "forbidden", email=f"{EMAIL} "),
    with_claims("email in a list", "forbidden", email=[EMAIL]),
    with_claims("email null", "forbidden", email=None),
    with_claims("email with lone surrogates", "forbidden", email="\ud800"),
    with_claims("no email_verified", "forbidden", email_verified=ABSENT),
    *(
        with_claims(f"email_verified {value!r}", "forbidden", email_verified=value)
        for value in (False, None, "true", "True", 1, 1.0, [True])
    ),
]

CASES = [*ACCEPTED, *NO_BEARER, *SHAPE, *HEADERS, *SIGNATURES, *TIMES, *ISSUER, *FORBIDDEN]
