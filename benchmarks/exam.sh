#!/bin/sh
# How often health is right: runs that are sick or healthy by construction, drawn with seeds, and what is told of them.
#   benchmarks/exam.sh FOLDER train|diagnose|cure CASES-PER-FAMILY [FAMILY,...|fitted|reported|blind]
# 20 cases per family are about 1,000 and take most of an hour. Answers are kept in FOLDER; what is there isn't asked for again, so
# that an exam can be interrupted. Each case lies in FOLDER/cases with its run file and data, to be tried by hand.
set -eu
home=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
[ $# -ge 3 ] || { sed -n '2,5p' "$0" | cut -c3-; exit 2; }
(cd "$home" && mvn -B -q -Dquick test-compile && mvn -B -q -Dquick dependency:build-classpath -Dmdep.outputFile=target/exam-classpath.txt)
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=ACTIVE GOMP_SPINCOUNT=1000
exec java -XX:+UseSerialGC -cp "$home/target/test-classes:$home/target/classes:$(cat "$home/target/exam-classpath.txt")" \
    org.steadygrad.exam.Exam "$@"
