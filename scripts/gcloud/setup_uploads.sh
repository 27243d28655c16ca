#!/usr/bin/env bash
# Sets up what Catalog needs on Google Cloud: bucket, topics, notification, push, accounts, roles.
#
#   scripts/gcloud/setup_uploads.sh --project P --bucket B --location L --service-url https://HOST
#
# It can be run again at any time: only what differs is changed, and nobody's right is taken away.
# --dry-run prints the changes, --check names what is wrong and measures, --help lists everything.
# docs/cloud-setup.md says what is made and why.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

TOOL=setup_uploads
[ "${BASH_VERSINFO[0]}${BASH_VERSINFO[1]}" -ge 44 ] || {
    echo "$TOOL: needs bash 4.4 or newer (Cloud Shell has it; on a Mac: brew install bash)" >&2
    exit 1
}
MODES="--help --dry-run --check"
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
LIB="$HERE/lib"
LIFECYCLE="$HERE/lifecycle.json"
RETRY_SECONDS="${CATALOG_SETUP_RETRY_SECONDS:-5}"
# No question may hold up a script.
export CLOUDSDK_CORE_DISABLE_PROMPTS=1
# shellcheck source=lib/parameters.sh
source "$LIB/parameters.sh"
# shellcheck source=lib/setup_parameters.sh
source "$LIB/setup_parameters.sh"
# shellcheck source=lib/running.sh
source "$LIB/running.sh"
# shellcheck source=lib/state.sh
source "$LIB/state.sh"
# shellcheck source=lib/findings.sh
source "$LIB/findings.sh"
# shellcheck source=lib/wanted.sh
source "$LIB/wanted.sh"
# shellcheck source=lib/wanted_pubsub.sh
source "$LIB/wanted_pubsub.sh"
# shellcheck source=lib/grants.sh
source "$LIB/grants.sh"
# shellcheck source=lib/measure.sh
source "$LIB/measure.sh"
# shellcheck source=lib/farewell.sh
source "$LIB/farewell.sh"

usage() {
    cat <<USAGE
setup_uploads.sh: set up bucket, topics, notification, push and roles for Catalog.

  setup_uploads.sh [PARAMETER...]            change what differs; print every command
  setup_uploads.sh --dry-run [PARAMETER...]  change nothing; print the commands
  setup_uploads.sh --check [PARAMETER...]    change nothing; name what is wrong, then measure how
                                             long an upload takes to the callback, and the backlog
  setup_uploads.sh --help                    print this

Parameters, by flag or by environment (the flag wins):
$(list_parameters)
Exit status: 0 all is as wanted, 1 it is not or gcloud failed, 2 bad parameters.
USAGE
}

compare() {
    list_grants
    want_apis
    want_agents
    want_accounts
    want_roles
    want_bucket
    want_topics
    want_dead_letters
    want_push
    want_grants
    want_notification
    want_no_more
}

check() {
    report_findings
    local count=$((${#FOUND[@]} + ${#HAND_FOUND[@]}))
    [ "$count" -eq 0 ] \
        || fail "$count thing(s) wrong; those with a mend are mended by the same command without --check"
    echo "OK     everything is set up as wanted"
    if [ "$MEASURE" = none ]; then return; fi
    need curl
    measure_all || fail "it is set up as wanted, but does not work as it should"
}

set_up() {
    if [ ${#FOUND[@]} -eq 0 ]; then echo "Nothing to change."; fi
    mend_all
    report_by_hand
    [ ${#HAND_FOUND[@]} -eq 0 ] || fail "${#HAND_FOUND[@]} thing(s) are left to you"
    say_farewell
}

declare_setup_parameters
if [[ " $* " == *" --help "* ]]; then
    usage
    exit 0
fi
parse_parameters "$@"
derive_names
export CLOUDSDK_CORE_PROJECT="$PROJECT"
need gcloud python3
umask 077
WORK="$(mktemp -d)"
trap 'rm -rf "$WORK"' EXIT
read_state
compare
case "$MODE" in
    --dry-run) print_mends && report_by_hand ;;
    --check) check ;;
    *) set_up ;;
esac
