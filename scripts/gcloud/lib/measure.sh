# --check measures: how long from an upload to its callback, and what waits in Pub/Sub.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

declare -ga CURL_OPTIONS=(--silent --show-error --fail --max-time 30 --noproxy "127.0.0.1,localhost")
MONITORING="${CATALOG_SETUP_MONITORING:-https://monitoring.googleapis.com}"

measure_all() {
    local good=0
    measure_backlog || good=1
    measure_callback || good=1
    return "$good"
}

# The newest value of a metric of both subscriptions: lines of name and value. The token goes to
# curl by its standard input: a command line can be read by everybody on the machine.
newest() {
    local filter ids
    ids="one_of(\"$PUSH_SUBSCRIPTION\",\"$DEAD_LETTER_SUBSCRIPTION\")"
    filter="metric.type=\"pubsub.googleapis.com/subscription/$1\" AND resource.labels.subscription_id=$ids"
    printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" \
        | curl "${CURL_OPTIONS[@]}" --config - --get \
            --data-urlencode "filter=$filter" \
            --data-urlencode "interval.startTime=$(python3 -I -S "$LIB/times.py" ago 900)" \
            --data-urlencode "interval.endTime=$(python3 -I -S "$LIB/times.py" ago 0)" \
            "$MONITORING/v3/projects/$PROJECT/timeSeries" 2>"$WORK/error" >"$WORK/series.json" \
        || { echo "WRONG  backlog: Cloud Monitoring does not answer: $(last_words "$WORK/error")"; return 1; }
    python3 -I -S "$LIB/times.py" newest "$WORK/series.json"
}

# Figures of Cloud Monitoring are some minutes old.
measure_backlog() {
    local name value good=0
    TOKEN="$(gcloud auth print-access-token 2>"$WORK/error")" \
        || fail "gcloud auth print-access-token failed: $(last_words "$WORK/error")"
    newest num_undelivered_messages >"$WORK/waiting" || { cat "$WORK/waiting"; return 1; }
    newest oldest_unacked_message_age >"$WORK/oldest" || { cat "$WORK/oldest"; return 1; }
    unset TOKEN
    while read -r name value; do
        if [ "$name" = "$DEAD_LETTER_SUBSCRIPTION" ] && [ "$value" -gt 0 ]; then
            good=1
            echo "WRONG  backlog: $value dead letter(s) in $name"
            echo "       look: gcloud pubsub subscriptions pull $name --project=$PROJECT --limit=10"
        else
            echo "OK     backlog: $value message(s) wait in $name"
        fi
    done <"$WORK/waiting"
    while read -r name value; do
        if [ "$name" = "$PUSH_SUBSCRIPTION" ] && [ "$value" -gt 60 ]; then
            good=1
            echo "WRONG  backlog: the oldest push waits for $value s"
            echo "       look: is $ENDPOINT up, and what does its log say of pushes?"
        fi
    done <"$WORK/oldest"
    return "$good"
}

# A small object of nobody's is written; Catalog receives its notification, knows no such upload,
# says so in its log and inbox, and all is removed again.
measure_callback() {
    local object stored deadline
    object="videos/catalog-check/$(python3 -I -c 'import uuid; print(uuid.uuid4())')"
    printf 'catalog-check\n' >"$WORK/object"
    CHECK_OBJECT="gs://$BUCKET/$object"
    trap 'remove_check_object; rm -rf "$WORK"' EXIT
    ask "$WORK/answer" gcloud storage cp "$WORK/object" "$CHECK_OBJECT" "--content-type=video/mp4" \
        || fail "gcloud storage cp found no bucket $BUCKET"
    ask "$WORK/object.json" gcloud storage objects describe "$CHECK_OBJECT" --raw --format=json \
        || fail "$CHECK_OBJECT was written, but is not there"
    stored="$(python3 -I -S "$LIB/times.py" member "$WORK/object.json" timeCreated creation_time)"
    deadline=$((SECONDS + MEASURE_SECONDS))
    # Not in a subshell: when gcloud fails, the script ends.
    while ! callback_time "$object" >"$WORK/seen_at" || [ ! -s "$WORK/seen_at" ]; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            echo "WRONG  callback: none seen in $MEASURE within $MEASURE_SECONDS s of the upload"
            echo "       look: is the service deployed at $ENDPOINT, and what does its log say of pushes?"
            return 1
        fi
        sleep "${CATALOG_SETUP_POLL_SECONDS:-2}"
    done
    judge_delay "$(python3 -I -S "$LIB/times.py" between "$stored" "$(<"$WORK/seen_at")")"
}

judge_delay() {
    local whole="${1%%.*}"
    echo "OK     callback: $1 s after the upload (3 to 5 s are usual)"
    [ "${whole#-}" -le 10 ] || echo "       that is slow: cold starts, a far region or a backlog"
}

# callback_time OBJECT: when Catalog received it; nothing when it did not yet.
callback_time() {
    if [ "$MEASURE" = logs ]; then
        ask "$WORK/seen.json" gcloud logging read \
            "jsonPayload.object_name=\"$1\"" --order=asc \
            "--project=$PROJECT" --freshness=1h --limit=1 --format=json || return 1
        python3 -I -S "$LIB/times.py" member "$WORK/seen.json" timestamp
    else
        local generation
        generation="$(python3 -I -S "$LIB/times.py" member "$WORK/object.json" generation)"
        catalog inbox show --json "$BUCKET/$1#$generation" >"$WORK/seen.json" 2>/dev/null || return 1
        python3 -I -S "$LIB/times.py" member "$WORK/seen.json" received_at
    fi
}

remove_check_object() {
    gcloud storage rm "$CHECK_OBJECT" >/dev/null 2>&1 </dev/null \
        || echo "$TOOL: $CHECK_OBJECT could not be removed; the bucket's lifecycle does so in a day" >&2
}
