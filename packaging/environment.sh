# Sourced by run.sh and test.sh: makes the checkout's own Python environment, .venv.
#
# Everything it says goes to stderr, so that the output of a command stays readable by programs.
# A run that finds the environment as the last one left it takes a few milliseconds.

RUN_LIBRARIES="libportaudio2 libegl1 libgl1 libfontconfig1 libdbus-1-3 libxkbcommon-x11-0
libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0
libxcb-xinerama0 ffmpeg"

say() { printf '%s\n' "strata: $*" >&2; }

# prepare_environment ROOT EXTRAS: installs ROOT with the extras (such as "render,dev").
prepare_environment() {
    local root=$1 extras=$2 stamp="$1/.venv/.strata-$2" wanted
    wanted=$(environment_key "$root")
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return 0
    (
        # Two first runs at once wait for each other instead of writing into one folder.
        if command -v flock >/dev/null; then
            exec 9<"$root/packaging/environment.sh"
            flock 9
        fi
        [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0
        install_system_libraries
        make_virtual_environment "$root"
        install_packages "$root" "$extras"
        printf '%s\n' "$wanted" >"$stamp"
    )
}

# What the environment depends on: the settings, this script and where the checkout lies.
environment_key() {
    { printf '%s\n' "$1"; cat "$1/pyproject.toml" "$1/packaging/environment.sh"; } | cksum
}

find_python() {
    local candidate
    for candidate in ${STRATA_PYTHON:+"$STRATA_PYTHON"} python3 python3.11 python3.12 python3.13; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    say "Python 3.11 or newer was not found. Install it, or name one in STRATA_PYTHON."
    return 1
}

# True if apt may be used without asking for a password.
may_install() {
    command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

apt_install() {
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    # shellcheck disable=SC2086  # the lists are words
    { DEBIAN_FRONTEND=noninteractive $sudo apt-get update -qq &&
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null; } >&2
}

install_system_libraries() {
    command -v dpkg-query >/dev/null || return 0
    local library missing=""
    for library in $RUN_LIBRARIES; do
        dpkg-query -W -f='${Status}' "$library" 2>/dev/null | grep -q 'ok installed' ||
            missing="$missing $library"
    done
    [ -n "$missing" ] || return 0
    # shellcheck disable=SC2086
    if may_install && say "installing system libraries:$missing" && apt_install $missing; then
        return 0
    fi
    # The commands work without them: only the studio, sound and some audio formats need them.
    say "some system libraries are missing; to install them, run:"
    say "    sudo apt-get install$missing"
}

make_virtual_environment() {
    local venv="$1/.venv" python
    "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
        return 0
    python=$(find_python)
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        if ! { may_install && apt_install python3-venv; }; then
            say "Python cannot make environments; run: sudo apt-get install python3-venv"
            return 1
        fi
    fi
    say "making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
}

# True if torch is complete already; pip writes the list of its files last.
has_torch() {
    local record
    for record in "$1"/.venv/lib/python*/site-packages/torch-"$2"*.dist-info/RECORD; do
        [ -e "$record" ] && return 0
    done
    return 1
}

gigabytes() { printf '%s.%s GB' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# need_space ROOT MEGABYTES: before minutes of downloads, not after them.
need_space() {
    local root=$1 wanted=$2 free
    free=$(df -Pk "$root" 2>/dev/null | awk 'NR == 2 { print int($4 / 1000) }') || return 0
    if [ -z "$free" ] || [ "$free" -ge "$wanted" ]; then
        return 0
    fi
    say "the packages need $(gigabytes "$wanted") of free space, and the disk of $root has" \
        "$(gigabytes "$free"). Free $(gigabytes $((wanted - free + 99))) there, then run the same" \
        "command again."
    return 1
}

# run_pip ROOT ARGUMENTS: pip's own bars where somebody sees them; its errors go to PIP_ERRORS.
run_pip() {
    local root=$1 quiet="" status=0
    shift
    [ -t 2 ] || quiet="-q"
    # The brackets of extras would be taken for a pattern in a path, so pip runs in the checkout.
    { PIP_ERRORS=$(cd -- "$root" && .venv/bin/python -m pip install $quiet --no-input \
        --disable-pip-version-check "$@" 2>&1 >&3); } 3>&2 || status=$?
    return "$status"
}

# Whether a second way would end like this one: the disk is full, or somebody pressed Ctrl-C.
is_hopeless() {
    case $PIP_ERRORS in
        *"Errno 28]"* | *"No space left"* | *"Errno 122]"* | *"Operation cancelled"*) return 0 ;;
    esac
    return 1
}

# explain_failure ROOT MEGABYTES: the last thing said after pip gave up.
explain_failure() {
    local reason="the packages could not be installed; what pip says stands above"
    printf '%s\n' "$PIP_ERRORS" >&2
    case $PIP_ERRORS in
        *"Errno 28]"* | *"No space left"* | *"Errno 122]"*)
            reason="the disk is full: the packages need up to $(gigabytes "$2") where"
            reason="$reason $1 and ${TMPDIR:-/tmp} are; free some space there"
            ;;
        *"Operation cancelled"*) reason="the installation was interrupted" ;;
    esac
    say "$reason. Run the same command again: it goes on where it stopped."
    return 1
}

# Without a graphics card the build for the CPU does, a quarter of the size: from where pip looks
# anyhow, else from the project's own list, which is asked for torch alone and not for long.
install_torch_for_cpu() {
    local root=$1 torch=$2
    run_pip "$root" --no-deps "torch==$torch+cpu" && return 0
    is_hopeless && return 1
    run_pip "$root" --no-deps --extra-index-url https://download.pytorch.org/whl/cpu \
        --timeout 10 --retries 1 "torch==$torch+cpu"
}

install_packages() {
    local root=$1 extras=$2 torch megabytes=2000
    torch=$(sed -n 's/.*"torch==\([^"]*\)".*/\1/p' "$root/pyproject.toml")
    # What is installed (1.2 or 5 GB), and its downloads (0.3 or 2.9 GB) once where they are
    # unpacked and once in pip's cache.
    if ! has_torch "$root" "$torch"; then
        if command -v nvidia-smi >/dev/null; then
            megabytes=11000
        fi
        need_space "$root" "$megabytes" || return 1
        say "installing packages (up to $(gigabytes "$megabytes")); the first time takes some minutes"
        if [ "$megabytes" = 2000 ] && [ "$(uname -s)" != Darwin ]; then
            say "1 of 2: torch, which computes, in its build for the CPU"
            if ! install_torch_for_cpu "$root" "$torch"; then
                if is_hopeless; then
                    explain_failure "$root" "$megabytes"
                    return 1
                fi
                megabytes=11000
                say "no build for the CPU can be had here; the one for graphics cards does, too"
                need_space "$root" "$megabytes" || return 1
            fi
        else
            say "1 of 2: torch, which computes"
        fi
        if ! has_torch "$root" "$torch"; then
            run_pip "$root" "torch==$torch" || explain_failure "$root" "$megabytes" || return 1
        fi
        say "2 of 2: the window, sound and the rest"
    else
        say "installing packages"
    fi
    run_pip "$root" -e ".[$extras]" || explain_failure "$root" "$megabytes"
}
