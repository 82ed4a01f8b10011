#!/bin/sh
# Times training steps of SteadyGrad's CUDA engine and of PyTorch on the GPU at hand: benchmarks/gpu.sh --help
# One line per case; JSON and a Markdown table under benchmarks/results/. STEADYGRAD_PYTHON names a Python that has torch, and
# with it CUDA's libraries for both sides.
set -eu

say() { printf 'benchmarks: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
product=$(dirname -- "$home")
built=$home/target/gpu-classes

if [ -n "${JAVA_HOME:-}" ]; then bin=$JAVA_HOME/bin/; else bin=; fi
command -v "${bin}javac" >/dev/null || fail "no javac found. Install a JDK of version 17 or newer, or set JAVA_HOME."

# Only the classes that this comparison needs: none of them touches DJL.
if [ ! -f "$built/done" ] ||
    [ -n "$(find "$product/src/main" "$product/pom.xml" "$home/src" -newer "$built/done" -print | sed 1q)" ]; then
    rm -rf "$built"
    mkdir -p "$built"
    say "building the product"
    (cd "$product" && mvn -B -ntp -q -Dquick -Dmaven.test.skip=true package) >"$home/target/build.log" 2>&1 ||
        fail "the build failed; Maven's output is in $home/target/build.log"
    "${bin}javac" -nowarn -proc:none --release 17 -cp "$product/target/classes:$(cat "$product/target/classpath.txt")" \
        -sourcepath "$home/src/main/java" -d "$built" "$home"/src/main/java/org/steadygrad/benchmarks/Gpu*.java
    : >"$built/done"
fi

. "$home/gpu/find_python.sh"
find_python
find_cuda

export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-ACTIVE}" GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-1000}"
commit=$(git -C "$product" describe --always --dirty 2>/dev/null || echo unknown)
# shellcheck disable=SC2086 # options are words
exec "${bin}java" -XX:MaxRAMPercentage=50 -XX:+UseSerialGC "-Dsteadygrad.log=${STEADYGRAD_LOG:-error}" "-Dbenchmark.commit=$commit" \
    ${cuda_flag:+"$cuda_flag"} ${JAVA_OPTS:-} \
    -cp "$built:$product/target/classes:$(cat "$product/target/classpath.txt")" org.steadygrad.benchmarks.GpuCompare \
    "--python=$python" "--peer-script=$home/gpu/torch_peer.py" "--out=$home/results" "$@"
