# The parameters of setup_uploads.sh, and the names that follow from them.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

declare_setup_parameters() {
    local id='[a-zA-Z][a-zA-Z0-9._~%+-]{2,254}' account='[a-z][a-z0-9-]{4,28}[a-z0-9]'
    local id_words="3 to 255 letters, digits or . _ ~ % + -, a letter first"
    local account_words="a service account's name (6 to 30 of a-z, 0-9, -)"
    local path='/[A-Za-z0-9_./-]*'
    parameter PROJECT "" '[a-z][a-z0-9-]{4,28}[a-z0-9]' "a project id" "The project that everything is in."
    parameter BUCKET "" '[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]' "a bucket name" "The bucket that phones upload to; for nothing else."
    parameter LOCATION "" '[A-Za-z0-9-]+' "a location, such as europe-west1" "Where the bucket is."
    parameter SERVICE_URL "" 'https://[^/?#[:space:]]+' "https://host without a path" "The public address of Catalog's HTTP side."
    parameter CALLBACK_PATH "/_/gcs/callback" "$path" "a path" "The setting pubsub.callback_path."
    parameter AUDIENCE "" '[^[:space:]]*' "without spaces" "Audience of the push token. Default: the push endpoint."
    parameter NOTIFICATION_TOPIC video-uploads "$id" "$id_words" "Topic that the bucket notifies."
    parameter PUSH_SUBSCRIPTION video-uploads-push "$id" "$id_words" "Its push subscription."
    parameter DEAD_LETTER_TOPIC video-uploads-dead "$id" "$id_words" "Topic for what could not be delivered."
    parameter DEAD_LETTER_SUBSCRIPTION video-uploads-dead-kept "$id" "$id_words" "Subscription that keeps it."
    parameter EVENTS_TOPIC video-events "$id" "$id_words" "Topic of Catalog's events."
    parameter SIGNER_ACCOUNT upload-signer "$account" "$account_words" "Account whose signature opens sessions."
    parameter PUSHER_ACCOUNT upload-pusher "$account" "$account_words" "Account that pushes name themselves by."
    parameter SERVICE_ACCOUNT catalog-service "$account" "$account_words" "Account that the server and the relay run as."
    parameter GC_ACCOUNT catalog-gc "$account" "$account_words" "Account that reaper and gc run as; the same as the service's where workers run in the server."
    parameter ACK_DEADLINE 10 '[1-9][0-9]|[1-5][0-9][0-9]|600' "10 to 600" "Seconds that a push may take."
    parameter MAX_DELIVERY_ATTEMPTS 100 '[5-9]|[1-9][0-9]|100' "5 to 100" "Attempts before a notification is put aside."
    parameter SOFT_DELETE_DAYS 7 '0|[7-9]|[1-8][0-9]|90' "0 or 7 to 90" "Days that deleted objects can be restored."
    parameter MEASURE logs 'logs|inbox|none' "logs, inbox or none" "Where --check sees the callback: in Cloud Logging, in the database (DATABASE_URL and catalog on the PATH), or not at all."
    parameter MEASURE_SECONDS 60 '[1-9][0-9]{0,3}' "1 to 9999" "How long --check waits for the callback."
}

judge_together() {
    local other
    for other in SIGNER_ACCOUNT SERVICE_ACCOUNT GC_ACCOUNT; do
        [ "$PUSHER_ACCOUNT" != "${!other}" ] \
            || wrong+=("--pusher-account must differ from ${PARAMETER_FLAG[$other]}: it proves who pushes")
    done
    [ "$NOTIFICATION_TOPIC" != "$DEAD_LETTER_TOPIC" ] \
        || wrong+=("--dead-letter-topic must differ from --notification-topic")
    [ "$PUSH_SUBSCRIPTION" != "$DEAD_LETTER_SUBSCRIPTION" ] \
        || wrong+=("--dead-letter-subscription must differ from --push-subscription")
}

# What the parameters lead to.
derive_names() {
    local domain="$PROJECT.iam.gserviceaccount.com"
    ENDPOINT="$SERVICE_URL$CALLBACK_PATH"
    AUDIENCE="${AUDIENCE:-$ENDPOINT}"
    SIGNER="$SIGNER_ACCOUNT@$domain"
    PUSHER="$PUSHER_ACCOUNT@$domain"
    SERVICE="$SERVICE_ACCOUNT@$domain"
    GC="$GC_ACCOUNT@$domain"
    # Days as Pub/Sub says them: as long as the inbox knows what it has seen (retention.inbox_days).
    KEPT="2678400s"
    readonly ENDPOINT AUDIENCE SIGNER PUSHER SERVICE GC KEPT
}

# Custom roles: nothing ready-made allows reading and deleting without writing.
declare -gA ROLE_PERMISSIONS=(
    [catalogUploadsService]="storage.objects.delete,storage.objects.get"
    [catalogUploadsGc]="storage.objects.delete,storage.objects.get,storage.objects.list"
)
declare -gA ROLE_TITLE=(
    [catalogUploadsService]="Catalog: read and delete known objects"
    [catalogUploadsGc]="Catalog: list, read and delete objects"
)
APIS=(iam.googleapis.com iamcredentials.googleapis.com logging.googleapis.com
    monitoring.googleapis.com pubsub.googleapis.com storage.googleapis.com)
