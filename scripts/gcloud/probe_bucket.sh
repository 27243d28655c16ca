#!/usr/bin/env bash
# Records what a real bucket does where Google's documentation says nothing or too little: one JSON
# object a line, with statuses, harmless headers and error texts, and without any secret.
#
#   scripts/gcloud/probe_bucket.sh --project P --bucket B
#
# It opens sessions with URLs signed by signBlob, as Catalog does, so whoever runs it needs
# roles/iam.serviceAccountTokenCreator on the signer, and may read and delete objects. It writes
# under catalog-probe/, of which Pub/Sub is told nothing, and removes it all again.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

TOOL=probe_bucket
[ "${BASH_VERSINFO[0]}${BASH_VERSINFO[1]}" -ge 44 ] || {
    echo "$TOOL: needs bash 4.4 or newer (Cloud Shell has it; on a Mac: brew install bash)" >&2
    exit 1
}
# shellcheck disable=SC2034  # read by parameters.sh
MODES="--help --dry-run"
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
LIB="$HERE/lib"
# Time in signatures is UTC.
export TZ=UTC CLOUDSDK_CORE_DISABLE_PROMPTS=1
# shellcheck source=lib/parameters.sh
source "$LIB/parameters.sh"
# shellcheck source=lib/running.sh
source "$LIB/running.sh"
# shellcheck source=lib/probe_requests.sh
source "$LIB/probe_requests.sh"
# shellcheck source=lib/probes.sh
source "$LIB/probes.sh"

declare_probe_parameters() {
    local account='[a-z][a-z0-9-]{4,28}[a-z0-9](@[a-z0-9.-]+)?' url='https?://[^/?#[:space:]]+'
    parameter PROJECT "" '[a-z][a-z0-9-]{4,28}[a-z0-9]' "a project id" "The project of the signer."
    parameter BUCKET "" '[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]' "a bucket name" "The bucket to probe."
    parameter SIGNER_ACCOUNT upload-signer "$account" "a service account" "Account that signs."
    parameter OUTPUT probe_bucket.jsonl '.+' "a file" "Where the record goes; - is standard output."
    parameter STORAGE_ENDPOINT https://storage.googleapis.com "$url" "an address" "Cloud Storage."
    parameter IAM_ENDPOINT https://iamcredentials.googleapis.com "$url" "an address" "IAM Credentials."
}

usage() {
    cat <<USAGE
probe_bucket.sh: record what a bucket does where that is not documented.

  probe_bucket.sh [PARAMETER...]            probe, write the record, remove what was made
  probe_bucket.sh --dry-run [PARAMETER...]  send nothing; name each probe and its question

Parameters, by flag or by environment (the flag wins):
$(list_parameters)
Exit status: 0 recorded, whatever the bucket did; 1 it could not be probed; 2 bad parameters.
USAGE
}

prepare() {
    need gcloud curl openssl od python3
    umask 077
    WORK="$(mktemp -d)"
    trap clean_up EXIT
    SIGNER="$SIGNER_ACCOUNT"
    [[ "$SIGNER" == *@* ]] || SIGNER="$SIGNER@$PROJECT.iam.gserviceaccount.com"
    RUN="catalog-probe/$(python3 -I -c 'import uuid; print(uuid.uuid4())')"
    mkdir "$WORK/answers"
    TOKEN="$(gcloud auth print-access-token "--project=$PROJECT" 2>"$WORK/error" </dev/null)" \
        || fail "gcloud auth print-access-token failed: $(last_words "$WORK/error")"
    printf 'header = "Authorization: Bearer %s"\n' "$TOKEN" >"$WORK/token"
    unset TOKEN
    head -c 262144 /dev/zero >"$WORK/quantum"
    head -c 1000 /dev/zero >"$WORK/thousand"
    cat "$WORK/quantum" "$WORK/thousand" >"$WORK/whole"
    : >"$WORK/nothing"
}

declare_probe_parameters
if [[ " $* " == *" --help "* ]]; then
    usage
    exit 0
fi
parse_parameters "$@"
if [ "$MODE" = --dry-run ]; then
    echo "Would write to gs://$BUCKET/catalog-probe/, signed by $SIGNER_ACCOUNT, and remove it again:"
    for_each_probe tell_probe
    exit 0
fi
prepare
for_each_probe run_probe
python3 -I -S "$LIB/probe_record.py" "$WORK/answers" >"$WORK/record"
if [ "$OUTPUT" = - ]; then OUTPUT=/dev/stdout; fi
cat "$WORK/record" "$WORK/signing" >"$OUTPUT"
