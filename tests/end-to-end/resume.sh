#!/usr/bin/env bash
# A run that is killed, terminated or interrupted in the middle of an epoch and then resumed ends, bit for bit, as an unbroken one.
set -euo pipefail
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
trap 'kill -9 "${run-}" 2> /dev/null || true; rm -rf -- "$work"' EXIT
cd -- "$work"

fail() { printf 'FAILED: %s\n' "$*" >&2; tail -n 20 ./*.log >&2; exit 1; }

# train NAME ARGUMENT...: the same small run every time, with CSRE, so that its banks have to survive too.
train() {
    local name=$1
    shift
    exec env --default-signal=INT,TERM "$root/kinema" train "$root/recipes/synthetic/demo-csre.yaml" --data toy --out "$name" \
        --epochs 3 --set training.batch-size=8 --threads 1 --progress line "$@"
}

# wait_for NAME: until the run is some steps into its second epoch, as its progress lines tell.
wait_for() {
    for _ in {1..1200}; do
        if grep -q 'epoch 2/3  step [2-6]/' "$1.log"; then return; fi
        kill -0 "$run" 2> /dev/null || fail "$1 ended before it could be stopped"
        sleep 0.05
    done
    fail "$1 never reached its second epoch"
}

"$root/kinema" data synth --out toy --clips 96 --classes 4 --samples 0 --quiet > /dev/null
(train unbroken) > unbroken.log 2>&1 || fail "the unbroken run ended with $?"

for signal in KILL:137 TERM:143 INT:130; do
    name=${signal%%:*}
    (train "$name") > "$name.log" 2>&1 &
    run=$!
    wait_for "$name"
    kill "-$name" "$run"
    wait "$run" && status=0 || status=$?
    [[ $status == "${signal##*:}" ]] || fail "after $name the run ended with $status, not ${signal##*:}"
    [[ $name == KILL ]] || grep -q "\"exit_code\": $status" "$name/status.json" || fail "status.json does not say $status after $name"
    [[ $(wc -l < "$name/metrics.jsonl") -lt 3 ]] || fail "$name came too late to test anything"

    (train "$name" --resume auto) >> "$name.log" 2>&1 || fail "the run resumed after $name ended with $?"
    cmp unbroken/metrics.jsonl "$name/metrics.jsonl" || fail "metrics differ after $name"
    cmp unbroken/scores.safetensors "$name/scores.safetensors" || fail "scores differ after $name"
    grep -q '"state": "done"' "$name/status.json" || fail "status.json does not say done after $name"
done

# Killed before its first checkpoint, a run has nothing to go on from: --resume auto begins it anew.
(train early) > early.log 2>&1 &
run=$!
for _ in {1..1200}; do
    if [[ -f early/status.json ]] && grep -q 'epoch 1/3' early.log; then break; fi
    sleep 0.05
done
kill -KILL "$run"
wait "$run" || true
[[ ! -f early/checkpoints/last.kpt ]] || fail "the early kill came too late to test anything"
(train early --resume auto) >> early.log 2>&1 || fail "--resume auto of a run without a checkpoint ended with $?"
cmp unbroken/metrics.jsonl early/metrics.jsonl || fail "metrics differ after an early kill"

# Another batch size in the middle of an epoch is refused, not half done.
(train TERM2) > TERM2.log 2>&1 &
run=$!
wait_for TERM2
kill -TERM "$run"
wait "$run" || true
(train TERM2 --resume auto --set training.batch-size=16) > batch.log 2>&1 && status=0 || status=$?
[[ $status == 5 ]] || fail "a resume with another batch size ended with $status, not 5"
grep -q 'training.batch-size' batch.log || fail "does not name training.batch-size"

# The same command line again, without a word about resuming, must not touch the finished run.
(train unbroken) > again.log 2>&1 && status=0 || status=$?
[[ $status == 2 ]] || fail "an existing run folder ended with $status, not 2"
grep -q -- '--resume auto' again.log || fail "does not name --resume auto"

# A run folder knows its own recipe and clips.
"$root/kinema" train --resume KILL --threads 1 --progress none > named.log 2>&1 || fail "resuming a run by its folder alone ended with $?"
cmp unbroken/metrics.jsonl KILL/metrics.jsonl || fail "metrics differ after resuming a finished run"

# Other clips are refused, and the refused run is not touched.
"$root/kinema" data synth --out other --clips 96 --classes 4 --samples 0 --seed 5 --quiet > /dev/null
"$root/kinema" train --resume KILL --data other --threads 1 > other.log 2>&1 && status=0 || status=$?
[[ $status == 5 ]] || fail "a resume with other clips ended with $status, not 5"
grep -q '"state": "done"' KILL/status.json || fail "a refused resume changed status.json"
echo passed
