# shellcheck shell=bash
# Sourced by the scripts beside it. Builds native/ against this machine's libtorch where that has not been done, and puts it where the
# programs look for it. libtorch is KINEMA_LIBTORCH (a folder with include/ and lib/), else that of python3, else the system's.
# Reads no Python code of torch: only where it lies.

here=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")" && pwd)
dotnet=$here/dotnet/dotnet
export DOTNET_ROOT=$here/dotnet DOTNET_MULTILEVEL_LOOKUP=0 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf 'kinema: %s\n' "$*" >&2; }

find_libtorch() {
    if [[ -n ${KINEMA_LIBTORCH-} ]]; then printf '%s' "$KINEMA_LIBTORCH"; return; fi
    python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "", end="")' 2> /dev/null || true
}

is_built() { [[ -f $1/libkinema_torch.so && $(cat -- "$1/built-for" 2> /dev/null) == "$2" ]]; }

is_placed() {
    local folder
    for folder in "$here/app" "$here/tests"; do
        [[ $folder/libkinema_torch.so -nt $1/libkinema_torch.so ]] || return 1
    done
}

# Once all is there nothing is written: the folder may then belong to another user, or be mounted read-only.
build_bridge() {
    local libtorch build=$here/native-build lock
    libtorch=$(find_libtorch)
    if is_built "$build" "$libtorch" && is_placed "$build"; then return; fi
    [[ -w $here ]] || { say "$here cannot be written to: let its owner start it once, which builds the native bridge"; exit 2; }
    exec {lock}>> "$here/native-build.lock"
    flock "$lock" # two first starts build one after the other, and the second finds it done
    is_built "$build" "$libtorch" || compile_bridge "$build" "$libtorch"
    local folder
    for folder in "$here/app" "$here/tests"; do
        [[ $folder/libkinema_torch.so -nt $build/libkinema_torch.so ]] && continue
        # Renamed into its place: a program that runs keeps the one it has.
        cp -- "$build/libkinema_torch.so" "$folder/libkinema_torch.so.new"
        mv -- "$folder/libkinema_torch.so.new" "$folder/libkinema_torch.so"
    done
    exec {lock}>&-
}

compile_bridge() {
    local build=$1 libtorch=$2 cmake=(cmake)
    command -v cmake > /dev/null || cmake=(python3 -m cmake)
    "${cmake[@]}" --version > /dev/null 2>&1 || { say "CMake is missing: install it (a package 'cmake'), run this again"; exit 2; }
    say "building the native bridge against ${libtorch:-libtorch of this system}; the details are in $here/native-build.log"
    rm -rf -- "$build"
    if ! { "${cmake[@]}" -S "$here/native" -B "$build" -DCMAKE_BUILD_TYPE=Release -DKINEMA_WERROR=OFF -DKINEMA_LIBTORCH="$libtorch" &&
        "${cmake[@]}" --build "$build" --parallel; } > "$here/native-build.log" 2>&1 < /dev/null; then
        grep -E 'rror' "$here/native-build.log" | head -n 20 >&2 || true
        tail -n 20 "$here/native-build.log" >&2
        say "the native bridge could not be built"
        exit 1
    fi
    printf '%s' "$libtorch" > "$build/built-for"
}

build_bridge
