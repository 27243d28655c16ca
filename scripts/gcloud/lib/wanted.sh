# What is wanted: project, accounts, roles and the bucket; in the order in which it can be made.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

declare -gA STATE GRANTED ROLE_PERMISSIONS ROLE_TITLE
declare -ga NOTIFICATIONS

want_apis() {
    local api missing=()
    for api in "${APIS[@]}"; do
        api_is_on "$api" || missing+=("$api")
    done
    [ ${#missing[@]} -eq 0 ] || differs "APIs are off: ${missing[*]}" \
        gcloud services enable "${missing[@]}" "--project=$PROJECT"
}

want_accounts() {
    want_account signer "$SIGNER_ACCOUNT" "Catalog: signs upload URLs"
    want_account pusher "$PUSHER_ACCOUNT" "Catalog: names Pub/Sub at the callback"
    want_account service "$SERVICE_ACCOUNT" "Catalog: server and relay"
    [ "$GC_ACCOUNT" = "$SERVICE_ACCOUNT" ] || want_account gc "$GC_ACCOUNT" "Catalog: reaper and gc"
}

want_account() {
    if [ -z "${STATE[account.$1]:-}" ]; then
        differs "$1: no service account $2" gcloud iam service-accounts create "$2" \
            "--display-name=$3" "--project=$PROJECT"
    elif [ "${STATE[account.$1.disabled]:-false}" = true ]; then
        differs "$1: service account $2 is disabled" gcloud iam service-accounts enable \
            "$2@$PROJECT.iam.gserviceaccount.com" "--project=$PROJECT"
    fi
}

want_roles() {
    local role permissions
    for role in catalogUploadsService catalogUploadsGc; do
        permissions="${ROLE_PERMISSIONS[$role]}"
        if [ -z "${STATE[role.$role]:-}" ]; then
            differs "role $role is missing" gcloud iam roles create "$role" \
                "--project=$PROJECT" "--title=${ROLE_TITLE[$role]}" "--permissions=$permissions" --stage=GA
            continue
        fi
        [ "${STATE[role.$role.deleted]:-false}" = false ] || differs "role $role is deleted" \
            gcloud iam roles undelete "$role" "--project=$PROJECT"
        expect_fact "role.$role.includedPermissions" "$permissions" "role $role has other permissions than $permissions" \
            gcloud iam roles update "$role" "--project=$PROJECT" "--permissions=$permissions"
    done
}

want_bucket() {
    local bucket="gs://$BUCKET"
    if [ -z "${STATE[bucket]:-}" ]; then
        differs "bucket $bucket is missing" gcloud storage buckets create "$bucket" \
            "--project=$PROJECT" "--location=$LOCATION" --uniform-bucket-level-access \
            --public-access-prevention "--lifecycle-file=$LIFECYCLE" "--soft-delete-duration=${SOFT_DELETE_DAYS}d"
        return
    fi
    expect_fact bucket.uniform_bucket_level_access true "bucket: uniform access is off" \
        gcloud storage buckets update "$bucket" --uniform-bucket-level-access
    expect_fact bucket.public_access_prevention enforced "bucket: public access is not prevented" \
        gcloud storage buckets update "$bucket" --public-access-prevention
    local cors="${STATE[bucket.cors_config]:-[]}"
    [ "$cors" = "[]" ] || differs "bucket: CORS is set, but phones need none" \
        gcloud storage buckets update "$bucket" --clear-cors
    want_soft_delete "$bucket"
    want_lifecycle "$bucket"
    want_bucket_by_hand "$bucket"
}

want_soft_delete() {
    local found="${STATE[bucket.soft_delete_policy.retentionDurationSeconds]:-0}"
    [ "$found" != "$((SOFT_DELETE_DAYS * 86400))" ] || return 0
    if [ "$SOFT_DELETE_DAYS" = 0 ]; then
        differs "bucket: soft delete is on ($found s)" gcloud storage buckets update "$1" --clear-soft-delete
    else
        differs "bucket: soft delete keeps $found s, not $SOFT_DELETE_DAYS days" \
            gcloud storage buckets update "$1" "--soft-delete-duration=${SOFT_DELETE_DAYS}d"
    fi
}

# Rules of somebody else are not written over.
want_lifecycle() {
    if [ "${STATE[lifecycle.complete]}" = false ]; then
        if [ "${STATE[lifecycle.rules]}" = 0 ]; then
            differs "bucket: lifecycle rules are missing" \
                gcloud storage buckets update "$1" "--lifecycle-file=$LIFECYCLE"
        else
            by_hand "bucket: lifecycle rules are missing" "add the rules of $LIFECYCLE to the bucket's own"
        fi
    fi
    [ -z "${STATE[lifecycle.deletes]:-}" ] || by_hand \
        "bucket: a lifecycle rule deletes uploads under videos/: ${STATE[lifecycle.deletes]}" \
        "remove that rule; raw files of completed uploads stay until Catalog deletes them"
}

want_bucket_by_hand() {
    local location="${STATE[bucket.location]:-}"
    [ "${location,,}" = "${LOCATION,,}" ] || by_hand "bucket: is in $location, not in $LOCATION" \
        "pass --location=$location, or choose another bucket; a bucket does not move"
    [ "${STATE[bucket.requester_pays]:-false}" = false ] || by_hand \
        "bucket: requester pays is on, so phones are refused" \
        "gcloud storage buckets update $1 --no-requester-pays"
    [ -z "${STATE[bucket.retention_policy.retentionPeriod]:-}" ] || by_hand \
        "bucket: a retention policy forbids deleting refused uploads" \
        "gcloud storage buckets update $1 --clear-retention-period"
}

# One configuration and no other leads to the topic: every further one repeats or adds messages.
want_notification() {
    local each id found=0 topic="projects/$PROJECT/topics/$NOTIFICATION_TOPIC"
    for each in "${NOTIFICATIONS[@]}"; do
        id="${each%% *}"
        [[ "${each#* }" == "$topic|"* ]] || continue
        if [ "${each#* }" = "$topic|videos/|OBJECT_FINALIZE|JSON_API_V1" ] && [ "$found" = 0 ]; then
            found=1
        else
            differs "notification $id: $(blame_notification "${each#* }")" gcloud storage buckets notifications \
                delete "projects/_/buckets/$BUCKET/notificationConfigs/$id"
        fi
    done
    [ "$found" = 1 ] || differs "notification: none of OBJECT_FINALIZE with prefix videos/ to $NOTIFICATION_TOPIC" \
        gcloud storage buckets notifications create "gs://$BUCKET" "--topic=$topic" \
        --event-types=OBJECT_FINALIZE --object-prefix=videos/ --payload-format=json --skip-topic-setup
}

blame_notification() {
    local prefix types form
    IFS='|' read -r _ prefix types form <<<"$1"
    if [ "$types" != OBJECT_FINALIZE ]; then
        printf 'event types are %s, not OBJECT_FINALIZE' "${types:-all}"
    elif [ "$prefix" != videos/ ]; then
        printf "prefix is '%s', not 'videos/'" "$prefix"
    elif [ "$form" != JSON_API_V1 ]; then
        printf 'payload format is %s, not JSON_API_V1' "$form"
    else
        printf 'is there twice'
    fi
}
