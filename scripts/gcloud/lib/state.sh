# What is there: read with gcloud, flattened into STATE and GRANTED by one run of state.py.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

declare -gA STATE GRANTED
declare -ga NOTIFICATIONS

# see NAME COMMAND...: read a thing into NAME.json; 1 when there is no such thing.
see() {
    local name="$1"
    shift
    ask "$WORK/state/$name.json" gcloud "$@" --format=json
}

api_is_on() {
    [[ " ${ENABLED_APIS[*]} " == *" $1 "* ]]
}

read_project() {
    see project projects describe "$PROJECT" \
        || fail "project $PROJECT does not exist, or you may not see it (gcloud auth login)"
    see services services list --enabled "--project=$PROJECT" || true
    see policy.project projects get-iam-policy "$PROJECT" || true
    mapfile -t ENABLED_APIS < <(python3 -I -S "$LIB/state.py" --apis "$WORK/state/services.json")
}

read_accounts() {
    local name email
    api_is_on iam.googleapis.com || return 0
    for name in signer pusher service gc; do
        email="${name^^}"
        see "account.$name" iam service-accounts describe "${!email}" "--project=$PROJECT" || true
    done
    for name in signer pusher; do
        email="${name^^}"
        [ ! -f "$WORK/state/account.$name.json" ] \
            || see "policy.$name" iam service-accounts get-iam-policy "${!email}" "--project=$PROJECT" || true
    done
    for name in "${!ROLE_PERMISSIONS[@]}"; do
        see "role.$name" iam roles describe "$name" "--project=$PROJECT" || true
    done
}

read_bucket() {
    api_is_on storage.googleapis.com || return 0
    see bucket storage buckets describe "gs://$BUCKET" || return 0
    see policy.bucket storage buckets get-iam-policy "gs://$BUCKET" || true
    see notifications storage buckets notifications list "gs://$BUCKET" || true
}

# read_pubsub KIND NAME ID: a topic or subscription and who may use it.
read_pubsub() {
    see "$2" pubsub "$1" describe "$3" "--project=$PROJECT" || return 0
    see "policy.$2" pubsub "$1" get-iam-policy "$3" "--project=$PROJECT" || true
}

# read_state: everything; nothing is changed.
read_state() {
    mkdir -p "$WORK/state"
    read_project
    read_accounts
    read_bucket
    if api_is_on pubsub.googleapis.com; then
        read_pubsub topics notification_topic "$NOTIFICATION_TOPIC"
        read_pubsub topics dead_letter_topic "$DEAD_LETTER_TOPIC"
        read_pubsub topics events_topic "$EVENTS_TOPIC"
        read_pubsub subscriptions push "$PUSH_SUBSCRIPTION"
        read_pubsub subscriptions dead_letters "$DEAD_LETTER_SUBSCRIPTION"
    fi
    take_state
}

take_state() {
    local kind key value
    STATE=() GRANTED=() NOTIFICATIONS=()
    python3 -I -S "$LIB/state.py" "$WORK/state" "$LIB/../lifecycle.json" >"$WORK/facts" \
        || fail "gcloud's answers could not be read (is gcloud up to date?)"
    while IFS=$'\t' read -r kind key value; do
        case "$kind" in
            fact) STATE[$key]="$value" ;;
            granted) GRANTED["$key $value"]=1 ;;
            notification) NOTIFICATIONS+=("$key $value") ;;
        esac
    done <"$WORK/facts"
    PROJECT_NUMBER="${STATE[project.projectNumber]:-}"
    [ -n "$PROJECT_NUMBER" ] || fail "gcloud projects describe $PROJECT told no project number"
    # How Google names the two agents: docs "Cloud Storage service agent", "Pub/Sub service agent".
    STORAGE_AGENT="service-$PROJECT_NUMBER@gs-project-accounts.iam.gserviceaccount.com"
    PUBSUB_AGENT="service-$PROJECT_NUMBER@gcp-sa-pubsub.iam.gserviceaccount.com"
}
