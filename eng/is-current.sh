# shellcheck shell=bash
# Sourced by ./kinema and eng/set-up: is what was built still what the sources say?
# The stamp holds the libtorch it was built for; its time is the moment before that build began.
# Folders count as well as files, so a deleted source file is noticed too.

program=${root:?}/artifacts/bin/Kinema.Cli/release/Kinema.Cli.dll
stamp=$root/artifacts/set-up.stamp

is_current() {
    local built_for
    [[ -f $stamp && -f $program && -f $root/artifacts/native/libkinema_torch.so ]] || return 1
    IFS= read -r built_for < "$stamp" || return 1
    [[ $built_for == "libtorch=${KINEMA_LIBTORCH-}" ]] || return 1
    [[ -z $(find "$root/src" "$root/native" "$root"/Directory.*.props "$root/global.json" -newer "$stamp" -print -quit) ]]
}
