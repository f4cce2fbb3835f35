"""The sentences of `hoptrace.tracing` and `hoptrace.model` on STIR/SHAKEN signatures, as patterns."""

from __future__ import annotations

from hoptrace.reports.wording.language import message

SIGNING_PHRASES = (
    # Whose signature it is.
    message("{carrier} recorded the same signature as {upper}."),
    message(
        "{carrier} recorded another signature than {upper} upstream of it: {who} signed the call anew, as many "
        "carriers do with what they pass on."
    ),
    message("It is signed under the code {code}, which is no OCN or SPC of the directory."),
    message(
        "The signature that {carrier} recorded is that of {signer}, which the trail has further down (hop {hop}): "
        "nobody passes on a signature that was made later. Alone it is no ground for a verdict."
    ),
    message("{begin}; this is where the trail ends."),
    message(
        "{begin}; the trail goes on to {last}. Carriers often sign what they take in, so a signer need not be the "
        "originator. Alone it is no ground for a verdict."
    ),
    message(
        "The call bore the signature of {signer} when {carrier} recorded it. {signer} is not on this trail, which "
        "stops short: it may have had the call before the carriers known here. A lead whom to ask, not a verdict."
    ),
    message("The signature that {carrier} recorded is that of {signer}, which is not on what all likely trails share."),
    message(
        "The signature that {carrier} recorded is that of {signer}, which is not on this trail. Some carriers let "
        "others sign for them. Alone it is no ground for a verdict."
    ),
    # Attestation and origid.
    message("{carrier} recorded attestation {grade} and {upper} {other} of one signature."),
    message(
        "The attestation rose from {before} ({upper}) to {grade} ({carrier}): who signs anew on the way knows less "
        "of the caller than who signed before."
    ),
    message(
        "{signer} attested A, that it knows its customer and the right to the calling number; but the trail says "
        "that it took the call from {above}, a carrier abroad, for which C would be right."
    ),
    message("{signer} attested C, that the call only came in there; the trail says so too: from {above}, abroad."),
    message(
        "{signer} attested A, that it knows its customer and the right to the calling number; the trail says that "
        "this customer is another carrier, {above}."
    ),
    message("{signer} attested A, that it knows its customer and the right to the calling number."),
    message("{carriers} recorded the same SHAKEN origid."),
    message("{carriers} recorded different SHAKEN origids, as is so where a call was signed anew."),
    message("{carriers} recorded different SHAKEN origids."),
    # The Identity header.
    message("The header has faults: {faults}"),
    message("{carrier} recorded the attestation {said}, its Identity header says {signed}."),
    message("{carrier} recorded the origid {said}, its Identity header says {signed}."),
    message("{carrier} recorded {said} as the signer, the verified certificate names {named}."),
    message(
        "It was signed {span} before the call reached {carrier}, clock offset applied; a header usually counts for "
        "{fresh} s. It may be of another call, used again."
    ),
    message(
        "It was signed {span} after the call reached {carrier}, clock offset applied; a header usually counts for "
        "{fresh} s. It may be of another call, used again."
    ),
    message("It was signed {span} before the call reached {carrier}, clock offset applied."),
    message("It was signed {span} after the call reached {carrier}, clock offset applied."),
    message("A div PASSporT says that the call for {number} was forwarded to {others} (RFC 8946)."),
    message("A div PASSporT says that the call for {number} was forwarded (RFC 8946)."),
    message(
        "It was signed for a call to {signed}, {carrier} recorded {written}: the number changed after the signing, "
        "or the header is of another call."
    ),
    message(
        "It was signed for a call from {signed}, {carrier} recorded {written}: the number changed after the signing, "
        "or the header is of another call."
    ),
    message("It was signed for the two numbers that {carrier} recorded."),
    # The signature itself.
    message("The signature is verified: made with {whose}."),
    message("The signature fits {whose}, whose chain leads to none of the trust anchors at hand that was valid then."),
    message("The signature fits {whose}, but no trust anchor was loaded, so that nothing says who made it."),
    message(
        "The signature fits {whose}, which was valid from {first} to {last} and not when it signed ({moment} UTC)."
    ),
    message("The signature is not 64 bytes long: it was cut, or made up."),
    message(
        "The certificate at {address} is not at hand, so the signature was not checked. Load it with: hoptrace "
        "certificates load"
    ),
    message(
        "The signature was not made with the key of the certificate from {address}: the header was changed or made up."
    ),
    message("It is no sound SHAKEN PASSporT. {faults}"),
    message("The Identity header cannot be read. {faults}"),
    message("The PASSporT says that {number} was diverted (RFC 8946); it vouches for no caller."),
    message("The PASSporT is in compact form, which carries no claims to check."),
    message("The PASSporT is of no extension and not for shaken."),
    message("The PASSporT is for {extension} and not for shaken."),
)

SIGNING_WORDS = (
    message("{signer} signed the call itself"),
    message("The signature that {carrier} recorded is that of {signer}, hop {hop} of this trail"),
    message("a carrier between them"),
    message("less than 1 s"),
    message("{number} s"),
    message("the certificate of {subject} (SPC {codes})"),
    # What is wrong with a PASSporT.
    message("The token is longer than {number} characters."),
    message("A PASSporT has three parts with dots between them; this has {number}."),
    message("The header is no JSON object in base64url."),
    message("The payload is no JSON object in base64url."),
    message("It is in compact form, which carries no claims; SHAKEN needs the full form."),
    message("Its alg is {said} and not ES256."),
    message("Its typ is {said} and not passport."),
    message("It names no certificate (x5u)."),
    message("Its signature is not 64 bytes in base64url, as ES256 makes them: cut, or made up."),
    message("It has no attest of A, B or C."),
    message("It has no origid."),
    message("It has no time of signing (iat)."),
    message("It names no calling number (orig)."),
    message("It names no called number (dest)."),
    message("The parameter {name} says {said}, the signed header {signed}."),
    message("the certificate of {subject} (which names no SPC)"),
)
"""Parts of sentences."""
