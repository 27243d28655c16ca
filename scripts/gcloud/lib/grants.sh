# Who may do what: the whole list, least privilege. What is granted beyond it is named, not taken.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

declare -gA STATE GRANTED
declare -ga GRANTS

# The lines: resource, role, member's address.
list_grants() {
    local custom="projects/$PROJECT/roles"
    GRANTS=(
        "bucket roles/storage.objectCreator $SIGNER"
        "bucket $custom/catalogUploadsService $SERVICE"
        "bucket $custom/catalogUploadsGc $GC"
        "signer roles/iam.serviceAccountTokenCreator $SERVICE"
        "pusher roles/iam.serviceAccountOpenIdTokenCreator $PUBSUB_AGENT"
        "notification_topic roles/pubsub.publisher $STORAGE_AGENT"
        "dead_letter_topic roles/pubsub.publisher $PUBSUB_AGENT"
        "push roles/pubsub.subscriber $PUBSUB_AGENT"
        "events_topic roles/pubsub.publisher $SERVICE"
    )
}

# policy_command VERB RESOURCE: the words of gcloud for that resource's policy, into POLICY.
policy_command() {
    local verb="$1"
    case "$2" in
        bucket) POLICY=(gcloud storage buckets "$verb" "gs://$BUCKET") ;;
        signer) POLICY=(gcloud iam service-accounts "$verb" "$SIGNER" "--project=$PROJECT") ;;
        pusher) POLICY=(gcloud iam service-accounts "$verb" "$PUSHER" "--project=$PROJECT") ;;
        notification_topic) POLICY=(gcloud pubsub topics "$verb" "$NOTIFICATION_TOPIC" "--project=$PROJECT") ;;
        dead_letter_topic) POLICY=(gcloud pubsub topics "$verb" "$DEAD_LETTER_TOPIC" "--project=$PROJECT") ;;
        events_topic) POLICY=(gcloud pubsub topics "$verb" "$EVENTS_TOPIC" "--project=$PROJECT") ;;
        push) POLICY=(gcloud pubsub subscriptions "$verb" "$PUSH_SUBSCRIPTION" "--project=$PROJECT") ;;
        dead_letters) POLICY=(gcloud pubsub subscriptions "$verb" "$DEAD_LETTER_SUBSCRIPTION" "--project=$PROJECT") ;;
        project) POLICY=(gcloud projects "$verb" "$PROJECT") ;;
    esac
}

# The two agents exist from their first use on; asking for them makes them.
want_agents() {
    [ -n "${GRANTED["notification_topic roles/pubsub.publisher serviceAccount:$STORAGE_AGENT"]:-}" ] \
        || differs "the Cloud Storage service agent may not be there yet" \
            gcloud storage service-agent "--project=$PROJECT"
    [ -n "${GRANTED["push roles/pubsub.subscriber serviceAccount:$PUBSUB_AGENT"]:-}" ] \
        || differs "the Pub/Sub service agent may not be there yet" \
            gcloud beta services identity create --service=pubsub.googleapis.com "--project=$PROJECT"
}

want_grants() {
    local resource role member
    while read -r resource role member; do
        [ -z "${GRANTED["$resource $role serviceAccount:$member"]:-}" ] || continue
        policy_command add-iam-policy-binding "$resource"
        differs "missing role: $member lacks $role on $resource" \
            "${POLICY[@]}" "--member=serviceAccount:$member" "--role=$role"
    done < <(printf '%s\n' "${GRANTS[@]}")
}

# A role of one of the accounts beyond the list, or of everybody.
want_no_more() {
    local granted resource role member
    while read -r granted; do
        [ -n "$granted" ] || continue
        read -r resource role member <<<"$granted"
        is_too_much "$resource" "$role" "$member" || continue
        policy_command remove-iam-policy-binding "$resource"
        by_hand "too broad: ${member#serviceAccount:} has $role on $resource" \
            "$(spell "${POLICY[@]}" "--member=${member% (conditional)}" "--role=$role")"
    done < <(printf '%s\n' "${!GRANTED[@]}" | sort)
}

is_too_much() {
    local wanted own
    case "$3" in allUsers* | allAuthenticatedUsers*) return 0 ;; esac
    for own in "$SIGNER" "$PUSHER" "$SERVICE" "$GC" "$STORAGE_AGENT" "$PUBSUB_AGENT"; do
        [ "${3% (conditional)}" = "serviceAccount:$own" ] || continue
        if [ "$1" = project ]; then
            is_broad "$2" "$own"
            return
        fi
        for wanted in "${GRANTS[@]}"; do
            [ "$1 $2 $own" != "$wanted" ] || return 1
        done
        return 0
    done
    return 1
}

# On the project the accounts may have other business (a database, logs), but none of this kind.
is_broad() {
    case "$2" in "$STORAGE_AGENT" | "$PUBSUB_AGENT") return 1 ;; esac
    case "$1" in
        roles/owner | roles/editor | roles/storage.* | roles/pubsub.* | roles/iam.* | roles/resourcemanager.*) return 0 ;;
        *) return 1 ;;
    esac
}
