#!/bin/sh
# Whether two builds train to the same bits: benchmarks/same-runs.sh BASE-REF [CASE ...]
#
# Builds BASE-REF in a temporary worktree and the present tree as it lies there, runs the built-in run files with both, shortened,
# on engines cpu and dl4j, and compares metrics.jsonl, health.jsonl, run.json, run.yaml and every entry of models, checkpoints and
# replay bundles. Durations are left out, and the finding stalled-input, which comes of durations.
#
#     benchmarks/same-runs.sh HEAD                 # before a commit that is to change no number; some minutes
#     benchmarks/same-runs.sh HEAD windows tried   # these cases only; the list is below
#
# ENGINES=cpu runs one engine only. Exit code 0: the same; 1: not, and the first difference in each file is named; 2: a build or a
# run failed. What BASE-REF's runs left is kept in benchmarks/target/same-runs for the next comparison; FRESH=yes does them again.
set -eu

say() { printf 'same-runs: %s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
product=$(dirname -- "$home")
[ $# -gt 0 ] || fail "give the commit to compare with: benchmarks/same-runs.sh BASE-REF [CASE ...]"
base=$(git -C "$product" rev-parse --verify --quiet "$1^{commit}") || fail "\"$1\" is no commit here."
shift
engines=${ENGINES:-cpu dl4j}
work=$home/target/same-runs
tree=$work/tree-of-base
data=$work/data
all="adding-gru char-gru chorales-gru copy-lstm deep-sigmoid digits-gru forecast-csv temporal-order-rnn gru-adding rnn-clipped
    rnn-plain sigmoid-cured sigmoid-plain windows accumulated learning-clip rolled-back tried resumed"
# shellcheck disable=SC2086 # names are words
[ $# -gt 0 ] || set -- $all

# What a case runs. Those after the built-in files are there for what their runs don't meet.
run() {
    case $1 in
        adding-gru) train examples/adding-gru data.length=30 data.examples=1200 training.iterations=40 ;;
        char-gru) train examples/char-gru "data.path=$data/text.txt" data.sequenceLength=24 training.iterations=30 \
            training.validateEvery=12 'model.layers[1].gru.units=32' ;;
        chorales-gru) train examples/chorales-gru "data.path=$data/roll.json" training.epochs=6 'model.layers[0].gru.units=32' ;;
        copy-lstm) train examples/copy-lstm data.examples=1000 training.epochs=2 'model.layers[0].lstm.units=32' ;;
        deep-sigmoid) train examples/deep-sigmoid data.examples=1000 training.epochs=4 ;;
        digits-gru) train examples/digits-gru "data.images=$data/images" "data.labels=$data/labels" training.epochs=3 \
            'model.layers[0].gru.units=32' ;;
        forecast-csv) train examples/forecast-csv training.epochs=1 training.iterations=40 ;;
        temporal-order-rnn) train examples/temporal-order-rnn data.examples=1000 training.epochs=2 ;;
        gru-adding | rnn-clipped | rnn-plain) train "demo/$1" training.iterations=60 ;;
        sigmoid-cured | sigmoid-plain) train "demo/$1" training.iterations=100 ;;
        windows) train examples/char-gru "data.path=$data/text.txt" training.iterations=40 training.truncatedBptt=16 \
            'model.layers[1].gru.units=16' ;;
        accumulated) train demo/gru-adding training.accumulate=3 training.iterations=24 health.histograms=8 ;;
        learning-clip) train demo/gru-adding training.iterations=40 'training.clip={historyQuantile: {percentile: 50}}' ;;
        rolled-back) train demo/rnn-plain training.iterations=60 'training.guard={auto: {snapshotEvery: 10}}' ;;
        tried) train demo/sigmoid-plain training.iterations=300 'training.updater={sgd: {learningRate: 8}}' training.batch=16 \
            'model.layers=[stack: {depth: 2, units: 16, activation: tanh}]' training.clip=none data.examples=1280 ;;
        resumed)
            train demo/sigmoid-cured training.iterations=40 training.schedule=constant
            train demo/sigmoid-cured training.iterations=70 training.schedule=constant resume
            ;;
        *) fail "there is no case $1; there are: $all" ;;
    esac
}

# Notes that a built-in run file is to be run in "folder", with fields between tabs: train FILE KEY=VALUE ... [resume]
train() {
    printf 'train\t%s/%s.yaml\t--quiet\t--out\t%s\t--engine\t%s' "$files" "$1" "$folder" "$engine" >>"$commands"
    shift
    for change in training.checkpoint.everySeconds=1000000 training.maxMinutes=null "$@"; do
        if [ "$change" = resume ]; then printf '\t--resume'; else printf '\t--set\t%s' "$change"; fi >>"$commands"
    done
    printf '\n' >>"$commands"
}

# Builds a tree as its launcher does, and takes the build away from it, so that the tree may change meanwhile: build TREE FOLDER
build() {
    say "building $1"
    mkdir -p "$2"
    "$1/steadygrad" doctor --json >"$2/build.log" 2>&1 || { cat "$2/build.log" >&2; fail "the build in $1 failed."; }
    cp "$1"/target/steadygrad-*.jar "$2/steadygrad.jar"
    cp "$1/target/classpath.txt" "$2/classpath.txt"
    cp -R "$1/src/main/resources/org/steadygrad" "$2/files"
    sed -e "s|$1/target/steadygrad-[^:]*\.jar|$work/tools:$2/steadygrad.jar|" -e 's|^org\.steadygrad\.cli\.Main$||' \
        "$1/target/java.args" >"$2/java.args"
}

# Runs cases with a build, those of which nothing is there yet: runs BUILD RESULTS CASE ...
runs() {
    files=$1/files
    arguments=$1/java.args
    results=$2
    commands=$results/commands.txt
    shift 2
    mkdir -p "$results"
    : >"$commands"
    for engine in $engines; do
        for name in "$@"; do
            folder=$results/$engine/$name
            [ -f "$folder/done" ] || { rm -rf "$folder"; run "$name"; }
        done
    done
    [ ! -s "$commands" ] || java "@$arguments" org.steadygrad.benchmarks.SameRuns run "$commands" || fail "the runs failed."
}

leave() { git -C "$product" worktree remove --force "$tree" 2>/dev/null || true; }

mkdir -p "$work"
[ -z "${FRESH:-}" ] || rm -rf "${work:?}/$base"
rm -rf "$work/present" "$work/tools"
mkdir -p "$work/tools"
# As the launcher does: results depend on the number of threads alone, times don't.
export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-ACTIVE}" GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-1000}"
if [ ! -f "$work/$base/java.args" ]; then
    trap leave EXIT
    leave
    git -C "$product" worktree add --quiet --detach "$tree" "$base"
    build "$tree" "$work/$base"
fi
javac -d "$work/tools" -cp "$(cat "$work/$base/classpath.txt")" "$home/src/main/java/org/steadygrad/benchmarks/SameRuns.java"
tools() { java "@$work/$base/java.args" org.steadygrad.benchmarks.SameRuns "$@"; }
tools data "$data"
runs "$work/$base" "$work/$base/runs" "$@"
build "$product" "$work/present"
runs "$work/present" "$work/present/runs" "$@"
compared=
for engine in $engines; do
    for name in "$@"; do compared="$compared $engine/$name"; done
done
# shellcheck disable=SC2086 # names are words
tools compare "$work/$base/runs" "$work/present/runs" $compared
