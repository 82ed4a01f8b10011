#!/bin/sh
# Times training steps of SteadyGrad, PyTorch (through DJL) and DL4J: benchmarks/compare.sh --help
# One line per case; JSON and a Markdown table under benchmarks/results/.
set -eu
# shellcheck source=common.sh
. "$(dirname -- "$0")/common.sh"

# The number of threads must be known before Java starts.
next=
for argument in "$@"; do
    [ -z "$next" ] || threads=$argument
    next=
    case $argument in
        --threads) next=yes ;;
        --threads=*) threads=${argument#--threads=} ;;
    esac
done
case $threads in
    '' | *[!0-9]* | 0) fail "--threads takes a number above 0, got \"$threads\"." ;;
esac
use_threads "$threads"
# shellcheck disable=SC2086 # options are words
exec "$java" $java_flags "-XX:ActiveProcessorCount=$threads" "-Dbenchmark.commit=$commit" -cp "$classpath" \
    org.steadygrad.benchmarks.Compare "--out=$home/results" "$@"
