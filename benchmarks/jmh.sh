#!/bin/sh
# JMH micro-benchmarks of single parts: benchmarks/jmh.sh [JMH options and names], for example
#   benchmarks/jmh.sh UpdatePass -p millions=4
#   benchmarks/jmh.sh -l
set -eu
# shellcheck source=common.sh
. "$(dirname -- "$0")/common.sh"
use_threads "$threads"
# shellcheck disable=SC2086 # options are words
exec "$java" $java_flags "-XX:ActiveProcessorCount=$threads" -cp "$classpath" org.openjdk.jmh.Main "$@"
