#!/usr/bin/env bash
# The set-up scripts, run in a copy of the repository whose dotnet, cmake and apt-get are stand-ins that write down how they were called.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
repository=$work/a\ folder\ with\ spaces
mkdir -p "$repository/src" "$repository/native" "$work/bin"
cp -r "$root/kinema" "$root/eng" "$root/global.json" "$root/Directory.Build.props" "$repository/"
calls=$work/calls

fail() { printf 'FAILED: %s\n' "$*" >&2; tail -n 20 "$work"/*.txt >&2; exit 1; }

# stand_in NAME: reads the body of a command from standard input.
stand_in() { { printf '#!/usr/bin/env bash\nprintf "%%s\\n" "%s $*" >> "%s"\n' "$1" "$calls"; cat; } > "$work/bin/$1"; chmod +x "$work/bin/$1"; }

stand_in dotnet << END
case \$1 in
    --version) echo 10.0.100 ;;
    build) sleep 0.3; mkdir -p "$repository/artifacts/bin/Kinema.Cli/release"; : > "$repository/artifacts/bin/Kinema.Cli/release/Kinema.Cli.dll" ;;
    msbuild) [[ ! -f "$work/no-compiler" ]] || { echo 'error NU1101: no such package'; exit 1; } ;;
    *.dll) shift; printf 'ran with'; printf ' [%s]' "\$@"; printf '\n' ;;
esac
END
stand_in cmake << END
case \$1 in
    -S) [[ ! -f "$work/broken" ]] || { echo 'CMake Error: the bridge is broken'; exit 1; }
        printf 'CMAKE_HOME_DIRECTORY:INTERNAL=%s\n' "$repository/native" > "\$4/CMakeCache.txt" ;;
    --build) : > "\$2/libkinema_torch.so" ;;
esac
END
stand_in dpkg-query << END
[[ -f "$work/installed" ]] && echo -n installed
END
stand_in apt-get << END
[[ \$* != *install* ]] || : > "$work/installed"
END
stand_in c++ < /dev/null
unset KINEMA_LIBTORCH
export PATH=$work/bin:$PATH
count() { grep -c -- "$1" "$calls" || true; }

# A broken bridge: exit 1, the error and the log are named.
: > "$work/installed"; : > "$work/broken"
if "$repository/kinema" 2> "$work/broken.txt"; then fail "a broken bridge went unnoticed"; fi
grep -q 'CMake Error: the bridge is broken' "$work/broken.txt" || fail "the compiler's error is not shown"
grep -q 'artifacts/setup.log' "$work/broken.txt" || fail "the log is not named"
rm "$work/broken"

# Two first starts at once: one builds, both run.
: > "$calls"
"$repository/kinema" one > "$work/one.txt" 2>&1 & first=$!
"$repository/kinema" two > "$work/two.txt" 2>&1 & second=$!
wait "$first" || fail "the first of two starts"
wait "$second" || fail "the second of two starts"
[[ $(count 'dotnet build') == 1 ]] || fail "two starts at once built $(count 'dotnet build') times"
grep -qF "ran with [one]" "$work/one.txt" || fail "the first of two did not run"
grep -qF "ran with [two]" "$work/two.txt" || fail "the second of two did not run"

# Later starts: nothing on stderr, no build, arguments untouched, from any folder and through a link.
: > "$calls"
ln -s "$repository/kinema" "$work/link"
(cd / && "$work/link" 'a b' '' '*') > "$work/out.txt" 2> "$work/err.txt"
[[ $(cat "$work/out.txt") == 'ran with [a b] [] [*]' ]] || fail "arguments changed"
[[ ! -s $work/err.txt ]] || fail "a later start is not quiet"
(cd "$repository" && bash kinema x) > "$work/out.txt" 2>&1
[[ $(cat "$work/out.txt") == 'ran with [x]' ]] || fail "started by bash from its own folder"
[[ $(count 'dotnet build') == 0 ]] || fail "built again without need"

# A change of a source file, a deleted one, another libtorch: each builds again.
# shellcheck disable=SC2016 # expanded by eval below
for change in 'touch "$repository/src/new.cs"' 'rm "$repository/src/new.cs"' 'export KINEMA_LIBTORCH=$work'; do
    : > "$calls"
    sleep 0.05
    eval "$change"
    "$repository/kinema" x > "$work/out.txt" 2> "$work/err.txt"
    [[ $(count 'dotnet build') == 1 ]] || fail "not built after: $change"
    [[ $(cat "$work/out.txt") == 'ran with [x]' ]] || fail "progress of the build reached stdout"
done
# Machine code ahead is a gift: where it cannot be had one line says so, everything works, and nothing is tried again.
: > "$work/no-compiler"
: > "$calls"
sleep 0.05
touch "$repository/src/new.cs"
"$repository/kinema" x > "$work/out.txt" 2> "$work/err.txt" || fail "without machine code ahead nothing ran"
[[ $(count 'dotnet msbuild') == 1 ]] || fail "machine code ahead was tried $(count 'dotnet msbuild') times"
[[ $(cat "$work/out.txt") == 'ran with [x]' ]] || fail "without machine code ahead it ran otherwise"
[[ $(grep -c 'no machine code could be made ahead' "$work/err.txt") == 1 ]] || fail "does not say that no machine code could be made ahead"
! grep -q 'NU1101' "$work/err.txt" || fail "the compiler's error is shown to somebody who need not mend it"
grep -q 'NU1101' "$repository/artifacts/setup.log" || fail "the log does not say why there is no machine code"
: > "$calls"
"$repository/kinema" x > "$work/out.txt" 2> "$work/err.txt" || fail "the start after one without machine code"
[[ $(count 'dotnet build') == 0 && $(count 'dotnet msbuild') == 0 && ! -s $work/err.txt ]] || fail "set up again after a start without machine code"
rm "$work/no-compiler"
KINEMA_LIBTORCH=/no/such/folder "$repository/kinema" x > /dev/null 2> "$work/err.txt" && status=0 || status=$?
[[ $status == 2 && $(cat "$work/err.txt") == *'/no/such/folder'* ]] || fail "a missing KINEMA_LIBTORCH is not refused by name"
unset KINEMA_LIBTORCH

# Missing packages: root installs them without a question; everybody else is told what to install.
rm -rf "$repository/artifacts" "$work/installed"
: > "$calls"
as_nobody=()
if ((EUID == 0)); then
    "$repository/kinema" x > "$work/out.txt" 2> "$work/err.txt" || fail "root could not set up"
    [[ $(count 'apt-get.* install --no-install-recommends libtorch-dev libopenblas0-pthread$') == 1 ]] || fail "apt-get was called otherwise: $(cat "$calls")"
    grep -q 'installing libtorch-dev libopenblas0-pthread' "$work/err.txt" || fail "did not say what it installs"
    rm -rf "$repository/artifacts" "$work/installed"
    chmod 755 "$work"; chmod 777 "$repository"; : > "$calls"; chmod 666 "$calls"
    as_nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$work")
fi
"${as_nobody[@]}" "$repository/kinema" x > "$work/out.txt" 2> "$work/err.txt" && status=0 || status=$?
[[ $status == 2 ]] || fail "exit $status instead of 2 without root"
[[ $(wc -l < "$work/err.txt") -le 2 ]] || fail "more than the one line"
grep -q 'apt-get install --no-install-recommends libtorch-dev libopenblas0-pthread' "$work/err.txt" || fail "does not say what to install"
[[ $(count 'apt-get') == 0 ]] || fail "apt-get was called without root"
echo passed
