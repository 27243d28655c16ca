# The probes: a name, a question, and what is sent to find out.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

TYPE=content-type:video/mp4
NEW=x-goog-if-generation-match:0

# for_each_probe DO: DO NAME QUESTION for every probe.
for_each_probe() {
    "$1" plain_upload "what an upload as Catalog signs it is answered, to its end and after it"
    "$1" existing_object "does generation-match 0 over an object fail at the POST or at the last PUT; 403 or 412"
    "$1" upload_content_type "does the XML API take the type from x-upload-content-type"
    "$1" length_range "is x-goog-content-length-range checked at the POST, at the PUT, or not at all"
    "$1" content_md5 "does Content-MD5 on a PUT cover the request or the object"
    "$1" wrong_hash "what is answered when X-Goog-Hash of the last PUT is wrong"
    "$1" body_and_range "what happens to a body longer than its Content-Range"
    "$1" changed_total "what is answered when TOTAL differs between chunks"
    "$1" odd_chunk "how much is kept of a chunk that is no multiple of 256 KiB"
    "$1" chunk_ahead "what is answered to a chunk that starts behind what is kept"
    "$1" unsigned_header "the text for an x-goog header that is sent but not signed"
    "$1" missing_header "the text for a header that is signed but not sent"
    "$1" clock "how far in the future X-Goog-Date may be, and the text for an expired URL"
    "$1" cancelled "what a cancelled XML session answers to DELETE, status query and PUT"
    "$1" unknown_session "the text for a session that does not exist"
    "$1" signing "how long signBlob takes"
}

tell_probe() {
    printf '  %-20s %s\n' "$1" "$2"
}

run_probe() {
    local before="$ANSWERS"
    PROBE="$1"
    rm -f "$WORK/session"
    "probe_$1"
    printf '%-20s %d answer(s)\n' "$1" "$((ANSWERS - before))" >&2
}

# at STEP COMMAND...: the command, under this step's name.
at() {
    STEP="$1"
    shift
    "$@"
}

probe_plain_upload() {
    at post open_session plain "$TYPE" "$NEW" x-upload-content-type:video/mp4 x-goog-meta-probe:1
    at status_at_zero put "$WORK/nothing" 'bytes */263144'
    at first_chunk put "$WORK/quantum" 'bytes 0-262143/263144'
    at last_chunk put "$WORK/thousand" 'bytes 262144-263143/263144'
    at status_at_end put "$WORK/nothing" 'bytes */263144'
    at put_again put "$WORK/thousand" 'bytes 262144-263143/263144'
    at object look plain
}

probe_existing_object() {
    at post open_session plain "$TYPE" "$NEW"
    at put put "$WORK/thousand" 'bytes 0-999/1000'
    at object look plain
}

probe_upload_content_type() {
    at post open_session typed "$NEW" x-upload-content-type:video/webm
    at put put "$WORK/thousand" 'bytes 0-999/1000'
    at object look typed
}

probe_length_range() {
    at post open_session ranged "$TYPE" "$NEW" x-goog-content-length-range:0,10
    at put put "$WORK/thousand" 'bytes 0-999/1000'
    at object look ranged
}

probe_content_md5() {
    local part whole
    part="$(openssl dgst -md5 -binary "$WORK/quantum" | openssl base64 -A)"
    whole="$(openssl dgst -md5 -binary "$WORK/whole" | openssl base64 -A)"
    at post open_session summed "$TYPE" "$NEW"
    at first_chunk put "$WORK/quantum" 'bytes 0-262143/263144' --header "Content-MD5: $part"
    at last_chunk_whole put "$WORK/thousand" 'bytes 262144-263143/263144' --header "Content-MD5: $whole"
    at object look summed
}

probe_wrong_hash() {
    at post open_session hashed "$TYPE" "$NEW"
    at put put "$WORK/thousand" 'bytes 0-999/1000' --header 'X-Goog-Hash: md5=AAAAAAAAAAAAAAAAAAAAAA=='
    at status put "$WORK/nothing" 'bytes */1000'
}

probe_body_and_range() {
    at post open_session long "$TYPE" "$NEW"
    at put put "$WORK/thousand" 'bytes 0-499/1000'
    at status put "$WORK/nothing" 'bytes */1000'
}

probe_changed_total() {
    at post open_session totals "$TYPE" "$NEW"
    at first_chunk put "$WORK/quantum" 'bytes 0-262143/263144'
    at other_total put "$WORK/thousand" 'bytes 262144-263143/999999'
    at status put "$WORK/nothing" 'bytes */*'
}

probe_odd_chunk() {
    at post open_session odd "$TYPE" "$NEW"
    at put put "$WORK/whole" 'bytes 0-263143/*'
    at status put "$WORK/nothing" 'bytes */*'
}

probe_chunk_ahead() {
    at post open_session ahead "$TYPE" "$NEW"
    at put put "$WORK/quantum" 'bytes 262144-524287/*'
}

probe_unsigned_header() {
    at post open_session unsigned "$TYPE" "$NEW" -- --header 'x-goog-meta-unsigned: 1'
}

probe_missing_header() {
    LEFT_OUT=content-type
    at post open_session missing "$TYPE" "$NEW"
    LEFT_OUT=""
}

probe_clock() {
    local seconds
    for seconds in 60 600 840 960; do
        SIGN_OFFSET="$seconds"
        at "future_$seconds" open_session "clock$seconds" "$TYPE" "$NEW"
    done
    SIGN_OFFSET=-3600 SIGN_EXPIRES=60
    at expired open_session expired "$TYPE" "$NEW"
    SIGN_OFFSET=0 SIGN_EXPIRES=600
}

probe_cancelled() {
    at post open_session cancelled "$TYPE" "$NEW"
    [ -s "$WORK/session" ] || return 0
    at delete send --config "$WORK/session" --request DELETE --header 'Content-Length: 0'
    at status put "$WORK/nothing" 'bytes */1000'
    at put put "$WORK/thousand" 'bytes 0-999/1000'
    at delete_again send --config "$WORK/session" --request DELETE --header 'Content-Length: 0'
}

# The id of a real session with its end changed: of the right form, and nobody's.
probe_unknown_session() {
    at post open_session unknown "$TYPE" "$NEW"
    [ -s "$WORK/session" ] || return 0
    sed -i.real 's/upload_id=\(.*\)......"/upload_id=\1xxxxxx"/' "$WORK/session"
    rm -f "$WORK/session.real"
    at status put "$WORK/nothing" 'bytes */1000'
    at put put "$WORK/thousand" 'bytes 0-999/1000'
}

probe_signing() {
    sort -n "$WORK/signing_seconds" | awk '{ all[NR] = $1 } END {
        printf "{\"probe\": \"signing\", \"step\": \"signBlob\", \"count\": %d, ", NR
        printf "\"median_seconds\": %s, \"most_seconds\": %s}\n", all[int((NR + 1) / 2)], all[NR] }' >"$WORK/signing"
}
