# Running gcloud: every changing command is printed, a failure ends with one clear line.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

fail() {
    printf '%s: %s\n' "$TOOL" "$*" >&2
    exit 1
}

# need PROGRAM...: what the script cannot do without.
need() {
    local program
    for program in "$@"; do
        command -v "$program" >/dev/null || fail "$program is not installed"
    done
}

# spell WORD...: the command as it can be pasted into a shell.
spell() {
    local word line=""
    for word in "$@"; do
        if [[ "$word" =~ ^[A-Za-z0-9_./:=@,+-]+$ ]]; then line+=" $word"; else line+=" ${word@Q}"; fi
    done
    printf '%s' "${line:1}"
}

# last_words FILE: the one line of an error output that says what went wrong.
last_words() {
    local line
    line="$(grep -m 1 'ERROR' "$1" || grep -m 1 -v '^[[:space:]]*$' "$1" || true)"
    printf '%s' "${line:-it said nothing}"
}

# run COMMAND...: print and run a command that changes something. What was made a moment ago may not
# be seen everywhere yet (Cloud IAM, "Access change propagation"), so such failures are tried again.
run() {
    local tries=0
    printf '+ %s\n' "$(spell "$@")"
    until "$@" >/dev/null 2>"$WORK/error" </dev/null; do
        tries=$((tries + 1))
        if [ "$tries" -ge 6 ] || ! grep -qiE 'does not exist|not.found|concurrent|not authorized to publish|has not been used' "$WORK/error"; then
            fail "$(spell "${@:1:4}") failed: $(last_words "$WORK/error")"
        fi
        sleep "$RETRY_SECONDS"
    done
}

# ask FILE COMMAND...: the answer of a reading command goes to FILE; 1 when there is no such thing.
ask() {
    local file="$1"
    shift
    if "$@" >"$file" 2>"$WORK/error" </dev/null; then return 0; fi
    rm -f "$file"
    grep -qE 'NOT_FOUND|not found: 404|HTTPError 404' "$WORK/error" && return 1
    fail "$(spell "${@:1:5}") failed: $(last_words "$WORK/error")"
}
