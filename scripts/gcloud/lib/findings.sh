# What differs from what is wanted: one list, which set-up works off, --dry-run prints and --check
# reports. So the three never disagree.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

declare -ga FOUND=() MENDS=() HAND_FOUND=() HAND_ADVICE=()

# differs WHAT COMMAND...: something is not as wanted, and this command mends it.
differs() {
    FOUND+=("$1")
    shift
    MENDS+=("$(printf '%q ' "$@")")
}

# by_hand WHAT ADVICE: something is not as wanted that a person has to decide on.
by_hand() {
    HAND_FOUND+=("$1")
    HAND_ADVICE+=("$2")
}

# expect_fact KEY WANTED WHAT COMMAND...: `differs` when the fact is another.
expect_fact() {
    local found="${STATE[$1]:-}" wanted="$2" what="$3"
    shift 3
    [ "$found" = "$wanted" ] || differs "$what${found:+ (is $found)}" "$@"
}

mend_all() {
    local mend words
    for mend in "${MENDS[@]}"; do
        eval "words=($mend)"
        run "${words[@]}"
    done
}

print_mends() {
    local mend words
    for mend in "${MENDS[@]}"; do
        eval "words=($mend)"
        printf 'would run: %s\n' "$(spell "${words[@]}")"
    done
}

report_findings() {
    local index words
    for index in "${!FOUND[@]}"; do
        eval "words=(${MENDS[$index]})"
        printf 'WRONG  %s\n       mend: %s\n' "${FOUND[$index]}" "$(spell "${words[@]}")"
    done
    report_by_hand
}

report_by_hand() {
    local index
    for index in "${!HAND_FOUND[@]}"; do
        printf 'WRONG  %s\n       by hand: %s\n' "${HAND_FOUND[$index]}" "${HAND_ADVICE[$index]}"
    done
}
