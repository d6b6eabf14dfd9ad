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

install_packages() {
    local root=$1 extras=$2 torch quiet=""
    local pip="$root/.venv/bin/python"
    [ -t 2 ] || quiet="-q"
    torch=$(sed -n 's/.*"torch==\([^"]*\)".*/\1/p' "$root/pyproject.toml")
    say "installing packages; the first time takes some minutes"
    # Without a graphics card the build for the CPU is a tenth of the size, where pip knows one.
    if ! command -v nvidia-smi >/dev/null; then
        "$pip" -m pip install -q --no-input --disable-pip-version-check \
            "torch==$torch+cpu" >/dev/null 2>&1 || true
    fi
    # The brackets would be taken for a pattern in a path, so pip runs in the checkout.
    (cd -- "$root" && "$pip" -m pip install $quiet --no-input --disable-pip-version-check \
        -e ".[$extras]") >&2
}
