#!/usr/bin/env bash
# One upload by curl alone: the RPCs with buf curl, the bytes with curl.
#
#   make run                    # in another terminal
#   scripts/smoke_upload.sh
#
# The service is that of .local/stack.json (or of CATALOG_STACK_FILE), or CATALOG_GRPC=host:port;
# the user is CATALOG_USER_ID, otherwise somebody new. CATALOG_SMOKE_SECONDS (30) is how long the
# upload may take to complete once its bytes are stored. Signed URL and session URI are secrets:
# they stay in a private folder and never stand on a command line.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export PATH="$root/.venv/bin:$PATH"
stack_file="${CATALOG_STACK_FILE:-$root/.local/stack.json}"
patience="${CATALOG_SMOKE_SECONDS:-30}"
chunk=$((2 * 262144))
total=$((2 * chunk + 1001))

umask 077
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

fail() {
    printf 'smoke: %s\n' "$*" >&2
    exit 1
}

# json FILE KEY...: the member of a JSON object that the keys lead to; empty where there is none.
json() {
    python3 - "$@" <<'PYTHON'
import json, sys

value = json.load(open(sys.argv[1]))
for key in sys.argv[2:]:
    value = value.get(key, "")
print(value)
PYTHON
}

# rpc SERVICE/METHOD REQUEST: the answer goes to $work/answer.
rpc() {
    buf curl --timeout 20s --protocol grpc --header "user_id: $user_id" --data "$2" \
        "http://$grpc/video.v1.$1" >"$work/answer" 2>"$work/error" \
        || fail "$1 was refused: $(tr -s '[:space:]' ' ' <"$work/error")"
}

# http CONFIG [ARGUMENT...]: send what the curl config file says; print the status of the answer
# and keep its headers.
http() {
    curl --silent --show-error --max-time 60 --noproxy 127.0.0.1,localhost \
        --dump-header "$work/headers" --output /dev/null --write-out '%{http_code}' \
        --header 'Expect:' --config "$@" || fail "the storage does not answer"
}

# header NAME: its value in the last answer.
header() {
    tr -d '\r' <"$work/headers" | awk -F ': ' -v name="$1" 'tolower($1) == name { print $2 }'
}

expect() {
    [ "$2" = "$3" ] || fail "$1: expected $3, got ${2:-nothing}"
}

# put FIRST LENGTH: send that part of the film to the session; print the status.
put() {
    tail -c "+$(($1 + 1))" "$work/film.mp4" | head -c "$2" >"$work/part"
    http "$work/session" --upload-file "$work/part" \
        --header "Content-Range: bytes $1-$(($1 + $2 - 1))/$total"
}

# await WANTED SERVICE/METHOD REQUEST KEY...: ask again until the answer says so.
await() {
    local wanted="$1" method="$2" request="$3" deadline=$((SECONDS + patience)) found
    shift 3
    while true; do
        rpc "$method" "$request"
        found="$(json "$work/answer" "$@")"
        [ "$found" != "$wanted" ] || return 0
        [ "$SECONDS" -lt "$deadline" ] || fail "$method still says $found after $patience s"
        sleep 0.2
    done
}

for program in buf curl python3; do
    command -v "$program" >/dev/null || fail "$program is not installed (make setup brings buf)"
done
grpc="${CATALOG_GRPC:-}"
if [ -z "$grpc" ]; then
    [ -f "$stack_file" ] || fail "no local stack: start one with make run, or set CATALOG_GRPC"
    grpc="$(json "$stack_file" grpc)"
fi
user_id="${CATALOG_USER_ID:-$(python3 -c 'import uuid; print(uuid.uuid4())')}"

head -c "$total" /dev/urandom >"$work/film.mp4"
md5="$(python3 -c 'import hashlib, sys; print(hashlib.md5(sys.stdin.buffer.read()).hexdigest())' \
    <"$work/film.mp4")"

rpc VideoService/CreateVideo '{"title": "Smoke test"}'
video_id="$(json "$work/answer" video videoId)"
echo "CreateVideo            $video_id"

rpc UploadService/InitResumableUpload "{
    \"filename\": \"film.mp4\", \"sizeBytes\": $total, \"contentType\": \"video/mp4\",
    \"contentMd5Hex\": \"$md5\", \"videoId\": \"$video_id\"}"
upload_id="$(json "$work/answer" uploadId)"
echo "InitResumableUpload    $upload_id"

# The session is opened with exactly the method and the headers of the answer.
python3 - "$work/answer" >"$work/start" <<'PYTHON'
import json, sys

answer = json.load(open(sys.argv[1]))
print("url =", json.dumps(answer["resumableInitUrl"]))
print("request =", json.dumps(answer["resumableInitMethod"]))
print('data = ""')
for name, value in answer["resumableInitHeaders"].items():
    print("header =", json.dumps(f"{name}: {value}"))
PYTHON
expect "session start" "$(http "$work/start")" 201
printf 'url = "%s"\n' "$(header location)" >"$work/session"
echo "session start          201"

expect "chunk 1" "$(put 0 "$chunk")" 308
expect "Range after chunk 1" "$(header range)" "bytes=0-$((chunk - 1))"
echo "chunk 1                308 $(header range)"

: >"$work/nothing"
status="$(http "$work/session" --upload-file "$work/nothing" --header "Content-Range: bytes */$total")"
expect "status query" "$status" 308
expect "Range of the status query" "$(header range)" "bytes=0-$((chunk - 1))"
echo "status query           308 $(header range)"

expect "chunk 2" "$(put "$chunk" "$chunk")" 308
expect "Range after chunk 2" "$(header range)" "bytes=0-$((2 * chunk - 1))"
echo "chunk 2                308 $(header range)"

expect "chunk 3" "$(put $((2 * chunk)) $((total - 2 * chunk)))" 200
echo "chunk 3                200"

await completed UploadService/GetUpload "{\"uploadId\": \"$upload_id\"}" status
expect "MD5 of the upload" "$(json "$work/answer" md5HashHex)" "$md5"
expect "size of the upload" "$(json "$work/answer" sizeBytes)" "$total"
expect "video of the upload" "$(json "$work/answer" videoId)" "$video_id"
echo "GetUpload              completed"

await processing VideoService/GetVideo "{\"videoId\": \"$video_id\"}" video status
expect "upload of the video" "$(json "$work/answer" video uploadId)" "$upload_id"
echo "GetVideo               processing"
