#!/bin/sh
# Tries to break the program, and counts: damaged files given to every reader, and training that is killed and resumed.
#   benchmarks/reliability.sh FOLDER FILES KILLS
# FILES are tried per reader (1,000 take five minutes in all), KILLS in all (200 take a quarter of an hour). FOLDER gets table.md and, of what is a
# fault, faults.txt with the files. Ends with 1 when there is any.
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
[ $# -eq 3 ] || { sed -n '2,5p' "$0" | cut -c3-; exit 2; }
(cd "$home" && mvn -B -ntp -q -Dquick test-compile && mvn -B -ntp -q -Dquick dependency:build-classpath -Dmdep.outputFile=target/test-classpath.txt)
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=ACTIVE GOMP_SPINCOUNT=1000
# a reader that takes more memory than this of a small file is a fault
exec java -Xmx1g -XX:+UseSerialGC -Dsteadygrad.log=error \
    -cp "$home/target/test-classes:$home/target/classes:$(cat "$home/target/test-classpath.txt")" \
    org.steadygrad.reliability.Campaign "$@"
