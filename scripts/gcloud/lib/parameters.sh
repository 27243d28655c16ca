# Parameters by flag or environment: declared once, parsed, checked together, listed by --help.
# Parts are sourced together: names are set in one and read in another.
# shellcheck shell=bash disable=SC2034,SC2153

declare -ga PARAMETERS=()
declare -gA PARAMETER_FLAG=() PARAMETER_DEFAULT=() PARAMETER_RULE=() PARAMETER_HELP=() PARAMETER_WORDS=()

# parameter NAME DEFAULT RULE WORDS HELP: --some-name, CATALOG_SETUP_SOME_NAME and SOME_NAME are one
# parameter. RULE is a regular expression for the whole value, WORDS says it to a person.
parameter() {
    local lower="${1,,}"
    PARAMETERS+=("$1")
    PARAMETER_FLAG[$1]="--${lower//_/-}"
    PARAMETER_DEFAULT[$1]="$2"
    PARAMETER_RULE[$1]="$3"
    PARAMETER_WORDS[$1]="$4"
    PARAMETER_HELP[$1]="$5"
}

list_parameters() {
    local name
    for name in "${PARAMETERS[@]}"; do
        printf '  %s\n      %s' "${PARAMETER_FLAG[$name]} VALUE, CATALOG_SETUP_$name" "${PARAMETER_HELP[$name]}"
        printf '%s\n' "${PARAMETER_DEFAULT[$name]:+ Default: ${PARAMETER_DEFAULT[$name]}.}"
    done
}

# parse_parameters ARGUMENT...: set a variable for every parameter, and MODE from the flags in
# MODES; all that is wrong is told in one message.
parse_parameters() {
    local name variable wrong=()
    MODE=""
    for name in "${PARAMETERS[@]}"; do
        variable="CATALOG_SETUP_$name"
        printf -v "$name" '%s' "${!variable:-${PARAMETER_DEFAULT[$name]}}"
    done
    while [ $# -gt 0 ]; do
        take_argument "$@"
        shift "$TAKEN"
    done
    for name in "${PARAMETERS[@]}"; do
        judge_parameter "$name"
    done
    if declare -F judge_together >/dev/null; then judge_together; fi
    [ ${#wrong[@]} -eq 0 ] || refuse_parameters "${wrong[@]}"
}

# take_argument ARGUMENT...: the first one, and its value where it has one; TAKEN says how many.
take_argument() {
    local flag="${1%%=*}" name
    TAKEN=1
    if [[ " $MODES " == *" $1 "* ]]; then
        [ -z "$MODE" ] || [ "$MODE" = "$1" ] || wrong+=("$MODE and $1 exclude each other")
        MODE="$1"
        return
    fi
    for name in "${PARAMETERS[@]}"; do
        [ "${PARAMETER_FLAG[$name]}" = "$flag" ] || continue
        if [ "$flag" != "$1" ]; then
            printf -v "$name" '%s' "${1#*=}"
        elif [ $# -ge 2 ]; then
            printf -v "$name" '%s' "$2"
            TAKEN=2
        else
            wrong+=("$flag needs a value")
        fi
        return
    done
    wrong+=("$1 is not known")
}

judge_parameter() {
    local value="${!1}"
    if [ -z "$value" ] && [ "${PARAMETER_DEFAULT[$1]}" = "" ] && [[ ! "" =~ ^(${PARAMETER_RULE[$1]})$ ]]; then
        wrong+=("${PARAMETER_FLAG[$1]} (or CATALOG_SETUP_$1) is missing: ${PARAMETER_WORDS[$1]}")
    elif [[ ! "$value" =~ ^(${PARAMETER_RULE[$1]})$ ]]; then
        wrong+=("${PARAMETER_FLAG[$1]} must be ${PARAMETER_WORDS[$1]}, not '$value'")
    fi
}

refuse_parameters() {
    local each
    {
        printf '%s: %d bad parameter(s):\n' "$TOOL" "$#"
        for each in "$@"; do printf '  %s\n' "$each"; done
        printf '%s --help lists them all\n' "$TOOL"
    } >&2
    exit 2
}
