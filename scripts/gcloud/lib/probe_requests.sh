# Signing, sending and recording for the probes. Signed URLs, session URIs and tokens are kept in
# files of a private folder that curl reads: they stand on no command line and in no record.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

declare -ga OBJECTS=()
SESSIONS=0 ANSWERS=0
# What the next request is about.
PROBE="" STEP=""

# send CURL_ARGUMENT...: one request, recorded under PROBE and STEP; STATUS is its answer.
send() {
    : >"$WORK/headers"
    : >"$WORK/body"
    STATUS="$(curl --silent --show-error --max-time 60 --noproxy 127.0.0.1,localhost \
        --dump-header "$WORK/headers" --output "$WORK/body" --header 'Expect:' \
        --write-out '%{http_code} %{time_total}' "$@" 2>"$WORK/error")" \
        || fail "probe $PROBE, $STEP: no answer: $(curl_words)"
    SECONDS_TAKEN="${STATUS#* }"
    STATUS="${STATUS% *}"
    if [ "$STATUS" = 201 ]; then
        tr -d '\r' <"$WORK/headers" | sed -n 's/^[Ll]ocation: \(.*\)$/url = "\1"/p' >"$WORK/session"
    fi
    note "$SECONDS_TAKEN" "$STATUS"
}

# curl says what it could not reach, but not by which URL.
curl_words() {
    sed -E 's#https?://[^ ]+#(address)#g' "$WORK/error" | head -n 1
}

# note SECONDS STATUS: keep what was answered until the record is written.
note() {
    local answer
    ANSWERS=$((ANSWERS + 1))
    printf -v answer '%s/answers/%04d' "$WORK" "$ANSWERS"
    printf '%s\n' "$PROBE" "$STEP" "$2" "$1" >"$answer.asked"
    mv "$WORK/headers" "$answer.headers"
    mv "$WORK/body" "$answer.body"
    [ ! -f "$WORK/session" ] || cp "$WORK/session" "$answer.session"
}

# hash_of TEXT: its SHA-256 in hex.
hash_of() {
    printf '%s' "$1" | openssl dgst -sha256 -r | cut -d ' ' -f 1
}

# sign OBJECT SECONDS_FROM_NOW EXPIRES HEADER:VALUE...: V4, POST (docs "Signatures", "Canonical
# requests"); the URL goes to $WORK/url as curl reads it.
sign() {
    local object="$1" expires="$3" now stamp scope headers names query canonical
    printf -v now '%(%s)T' -1
    printf -v stamp '%(%Y%m%dT%H%M%SZ)T' "$((now + $2))"
    shift 3
    scope="${stamp%%T*}/auto/storage/goog4_request"
    headers="$(printf '%s\n' "host:${STORAGE_ENDPOINT#*://}" "$@" | LC_ALL=C sort)"
    names="$(printf '%s\n' "$headers" | cut -d : -f 1 | paste -s -d ';' -)"
    query="X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=${SIGNER/@/%40}%2F${scope//\//%2F}"
    query+="&X-Goog-Date=$stamp&X-Goog-Expires=$expires&X-Goog-SignedHeaders=${names//;/%3B}"
    canonical="POST"$'\n'"/$BUCKET/$object"$'\n'"$query"$'\n'"$headers"$'\n\n'"$names"$'\n'UNSIGNED-PAYLOAD
    sign_blob "GOOG4-RSA-SHA256"$'\n'"$stamp"$'\n'"$scope"$'\n'"$(hash_of "$canonical")"
    printf 'url = "%s/%s/%s?%s&X-Goog-Signature=%s"\n' \
        "$STORAGE_ENDPOINT" "$BUCKET" "$object" "$query" "$SIGNATURE" >"$WORK/url"
}

# sign_blob TEXT: the signature of the signer's account, in hex, into SIGNATURE.
sign_blob() {
    local seconds
    printf '{"payload": "%s"}' "$(printf '%s' "$1" | openssl base64 -A)" >"$WORK/payload"
    seconds="$(curl --silent --show-error --fail --max-time 30 --noproxy 127.0.0.1,localhost \
        --config "$WORK/token" --header 'Content-Type: application/json' --data "@$WORK/payload" \
        --output "$WORK/signed" --write-out '%{time_total}' \
        "$IAM_ENDPOINT/v1/projects/-/serviceAccounts/$SIGNER:signBlob" 2>"$WORK/error")" \
        || fail "signBlob as $SIGNER: $(curl_words); do you have roles/iam.serviceAccountTokenCreator on it?"
    SIGNATURE="$(sed -n 's/.*"signedBlob": *"\([^"]*\)".*/\1/p' "$WORK/signed" \
        | openssl base64 -d -A | od -An -v -tx1 | tr -d ' \n')"
    printf '%s\n' "$seconds" >>"$WORK/signing_seconds"
}

# open_session NAME SIGNED_HEADER:VALUE... [-- CURL_ARGUMENT...]: sign, POST, remember the session.
open_session() {
    local object="$RUN/$1" signed=(x-goog-resumable:start)
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        signed+=("$1")
        shift
    done
    [ $# -eq 0 ] || shift
    sign "$object" "${SIGN_OFFSET:-0}" "${SIGN_EXPIRES:-600}" "${signed[@]}"
    post_signed "$object" "${signed[@]}" -- "$@"
}

# The POST with the headers that were signed, but those that LEFT_OUT names, and further ones.
post_signed() {
    local object="$1" headers=(--header 'Content-Type:')
    shift
    while [ "$1" != -- ]; do
        [ "${1%%:*}" = "${LEFT_OUT:-}" ] || headers+=(--header "${1%%:*}: ${1#*:}")
        shift
    done
    shift
    rm -f "$WORK/session"
    send --config "$WORK/url" --request POST --data '' "${headers[@]}" "$@"
    [ "$STATUS" = 201 ] || return 0
    OBJECTS+=("$object")
    SESSIONS=$((SESSIONS + 1))
    cp "$WORK/session" "$WORK/session.$SESSIONS"
}

# put FILE CONTENT_RANGE [CURL_ARGUMENT...]: to the session; nothing where none was opened.
put() {
    [ -s "$WORK/session" ] || return 0
    local file="$1" range="$2"
    shift 2
    send --config "$WORK/session" --upload-file "$file" --header 'Content-Type:' \
        --header "Content-Range:${range:+ $range}" "$@"
}

# look NAME: what the bucket says of the object; nothing but its metadata is recorded.
look() {
    local name="$RUN/$1"
    send --config "$WORK/token" "$STORAGE_ENDPOINT/storage/v1/b/$BUCKET/o/${name//\//%2F}"
}

# Everything goes again: open sessions and objects.
clean_up() {
    local each left=0
    [ -d "${WORK:-}" ] || return 0
    for each in "$WORK"/session.*; do
        [ ! -f "$each" ] || quietly --config "$each" --request DELETE --header 'Content-Length: 0' || true
        rm -f "$each"
    done
    for each in "${OBJECTS[@]}"; do
        each="$STORAGE_ENDPOINT/storage/v1/b/$BUCKET/o/${each//\//%2F}"
        quietly --config "$WORK/token" --request DELETE "$each" || left=$((left + 1))
    done
    [ "$left" -eq 0 ] || echo "$TOOL: $left object(s) are left under gs://$BUCKET/$RUN/" >&2
    rm -rf "$WORK"
}

# quietly CURL_ARGUMENT...: true when it is done or was not there.
quietly() {
    local status
    status="$(curl --silent --max-time 60 --noproxy 127.0.0.1,localhost --output /dev/null \
        --write-out '%{http_code}' "$@")" || return 1
    case "$status" in 2* | 404 | 499) return 0 ;; *) return 1 ;; esac
}
