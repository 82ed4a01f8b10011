#!/bin/sh
# Times training steps of SteadyGrad, PyTorch (through DJL) and DL4J: benchmarks/compare.sh --help
# One line per case; JSON and a Markdown table under benchmarks/results/.
set -eu
# shellcheck source=common.sh
. "$(dirname -- "$0")/common.sh"

threads_of "$@"
use_threads "$threads"
# shellcheck disable=SC2086 # options are words
exec "$java" $java_flags "-XX:ActiveProcessorCount=$threads" "-Dbenchmark.commit=$commit" -cp "$classpath" \
    org.steadygrad.benchmarks.Compare "--out=$home/results" "$@"
