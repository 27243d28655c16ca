# What is wanted of Pub/Sub: topics, the push subscription and the one that keeps dead letters.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

declare -gA STATE

want_topics() {
    want_topic notification_topic "$NOTIFICATION_TOPIC"
    want_topic dead_letter_topic "$DEAD_LETTER_TOPIC"
    want_topic events_topic "$EVENTS_TOPIC"
}

want_topic() {
    [ -n "${STATE[$1]:-}" ] || differs "topic $2 is missing" \
        gcloud pubsub topics create "$2" "--project=$PROJECT"
}

want_dead_letters() {
    local name="$DEAD_LETTER_SUBSCRIPTION"
    if [ -z "${STATE[dead_letters]:-}" ]; then
        differs "dead letters: no subscription $name, so they would be lost" \
            gcloud pubsub subscriptions create "$name" "--project=$PROJECT" "--topic=$DEAD_LETTER_TOPIC" \
            --expiration-period=never "--message-retention-duration=$KEPT" --ack-deadline=60
        return
    fi
    want_its_topic dead_letters "$name" "$DEAD_LETTER_TOPIC"
    want_kept dead_letters "$name" "dead letters"
    [ -z "${STATE[dead_letters.pushConfig.pushEndpoint]:-}" ] || by_hand \
        "dead letters: $name pushes, instead of keeping them" \
        "gcloud pubsub subscriptions modify-push-config $name --project=$PROJECT --push-endpoint="
}

want_push() {
    local name="$PUSH_SUBSCRIPTION" update
    local dead="projects/$PROJECT/topics/$DEAD_LETTER_TOPIC"
    local push=("--push-endpoint=$ENDPOINT" "--push-auth-service-account=$PUSHER"
        "--push-auth-token-audience=$AUDIENCE")
    local letters=("--dead-letter-topic=$dead" "--max-delivery-attempts=$MAX_DELIVERY_ATTEMPTS")
    local retry=(--min-retry-delay=10s --max-retry-delay=600s)
    if [ -z "${STATE[push]:-}" ]; then
        differs "push: no subscription $name" gcloud pubsub subscriptions create "$name" \
            "--project=$PROJECT" "--topic=$NOTIFICATION_TOPIC" "${push[@]}" "--ack-deadline=$ACK_DEADLINE" \
            --expiration-period=never "--message-retention-duration=$KEPT" "${letters[@]}" "${retry[@]}"
        return
    fi
    update=(gcloud pubsub subscriptions update "$name" "--project=$PROJECT")
    want_its_topic push "$name" "$NOTIFICATION_TOPIC"
    want_push_config
    expect_fact push.ackDeadlineSeconds "$ACK_DEADLINE" "push: the ack deadline is not $ACK_DEADLINE s" \
        "${update[@]}" "--ack-deadline=$ACK_DEADLINE"
    want_kept push "$name" push
    want_dead_letter_policy
    if [ "${STATE[push.retryPolicy.minimumBackoff]:-}" != 10s ] \
        || [ "${STATE[push.retryPolicy.maximumBackoff]:-}" != 600s ]; then
        differs "push: no backoff of 10 s to 600 s between attempts" "${update[@]}" "${retry[@]}"
    fi
    want_push_by_hand
}

# Reads `update` and `push` of want_push. The push configuration is replaced as a whole.
want_push_config() {
    local account="${STATE[push.pushConfig.oidcToken.serviceAccountEmail]:-}" wrong=()
    local audience="${STATE[push.pushConfig.oidcToken.audience]:-${STATE[push.pushConfig.pushEndpoint]:-}}"
    [ "${STATE[push.pushConfig.pushEndpoint]:-}" = "$ENDPOINT" ] \
        || wrong+=("the endpoint is ${STATE[push.pushConfig.pushEndpoint]:-missing}, not $ENDPOINT")
    if [ -z "$account" ]; then
        wrong+=("sends no OIDC token")
    else
        [ "$account" = "$PUSHER" ] || wrong+=("the token names $account, not $PUSHER")
        [ "$audience" = "$AUDIENCE" ] || wrong+=("the token's audience is $audience, not $AUDIENCE")
    fi
    [ ${#wrong[@]} -eq 0 ] || differs "push: $(join "; " "${wrong[@]}")" "${update[@]}" "${push[@]}"
    [ -z "${STATE[push.pushConfig.noWrapper]:-}${STATE[push.pushConfig.noWrapper.writeMetadata]:-}" ] \
        || differs "push: sends messages without their wrapper" "${update[@]}" --clear-push-no-wrapper-config
}

# Reads `update`, `dead` and `letters` of want_push.
want_dead_letter_policy() {
    local found="${STATE[push.deadLetterPolicy.deadLetterTopic]:-}"
    local attempts="${STATE[push.deadLetterPolicy.maxDeliveryAttempts]:-}"
    if [ "$found" != "$dead" ]; then
        differs "push: dead letters go to ${found:-no topic}, not to $dead" "${update[@]}" "${letters[@]}"
    elif [ "$attempts" != "$MAX_DELIVERY_ATTEMPTS" ]; then
        differs "push: $attempts attempts before a message is put aside, not $MAX_DELIVERY_ATTEMPTS" \
            "${update[@]}" "${letters[@]}"
    fi
}

want_push_by_hand() {
    [ -z "${STATE[push.filter]:-}" ] || by_hand "push: a filter drops messages: ${STATE[push.filter]}" \
        "a filter cannot be changed: delete the subscription $PUSH_SUBSCRIPTION and run this again"
    [ "${STATE[push.state]:-ACTIVE}" = ACTIVE ] || by_hand "push: the subscription is ${STATE[push.state]}" \
        "see gcloud pubsub subscriptions describe $PUSH_SUBSCRIPTION --project=$PROJECT"
}

# want_kept KEY NAME WHAT: it never expires and keeps messages as long as Pub/Sub can.
want_kept() {
    [ -z "${STATE[$1.expirationPolicy.ttl]:-}" ] && [ -n "${STATE[$1.expirationPolicy]:-}" ] \
        || differs "$3: the subscription expires when idle" gcloud pubsub subscriptions update "$2" \
            "--project=$PROJECT" --expiration-period=never
    expect_fact "$1.messageRetentionDuration" "$KEPT" "$3: messages are not kept for 31 days" \
        gcloud pubsub subscriptions update "$2" "--project=$PROJECT" "--message-retention-duration=$KEPT"
}

want_its_topic() {
    local found="${STATE[$1.topic]:-}" wanted="projects/$PROJECT/topics/$3"
    [ "$found" = "$wanted" ] || by_hand "subscription $2: its topic is $found, not $wanted" \
        "a subscription keeps its topic: when nothing waits in it, delete $2 and run this again"
}

# join SEPARATOR WORD...
join() {
    local separator="$1" line="$2"
    shift 2
    [ $# -eq 0 ] || line+="$(printf -- "$separator%s" "$@")"
    printf '%s' "$line"
}
