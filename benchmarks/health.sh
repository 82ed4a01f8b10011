#!/bin/sh
# What health's full looks and histograms and the live page add to training steps: benchmarks/health.sh --help
# Three lines per case; JSON and a Markdown table under benchmarks/results/.
set -eu
# shellcheck source=common.sh
. "$(dirname -- "$0")/common.sh"
threads_of "$@"
use_threads "$threads"
# As the launcher does: each run has a thread of its own, and with more than one OpenMP doesn't spin by itself.
export OMP_WAIT_POLICY=ACTIVE GOMP_SPINCOUNT=1000
# shellcheck disable=SC2086 # options are words
exec "$java" $java_flags "-XX:ActiveProcessorCount=$threads" "-Dbenchmark.commit=$commit" -cp "$classpath" \
    org.steadygrad.benchmarks.HealthCost "--out=$home/results" "$@" "--threads=$threads"
