# Read by compare.sh, health.sh and jmh.sh: builds what is older than its sources and finds out how to start Java.
# Sets: home (this folder), java, classpath, threads, commit.

say() { printf 'benchmarks: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

home=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
product=$(dirname -- "$home")
stamp=$home/target/built

if [ -n "${JAVA_HOME:-}" ]; then java=$JAVA_HOME/bin/java; else java=$(command -v java || true); fi
[ -x "$java" ] || fail "no Java found. Install a JDK of version 17 or newer, or set JAVA_HOME."

outdated() {
    [ ! -f "$stamp" ] || [ ! -f "$home/target/classpath.txt" ] || [ ! -d "$product/target/classes" ] ||
        [ -n "$(find "$product/src/main" "$product/pom.xml" "$home/src" "$home/pom.xml" -newer "$stamp" -print | sed 1q)" ]
}

run_maven() {
    (cd "$1" && shift && mvn -B -ntp -q "$@") >"$home/target/build.log" 2>&1 || {
        grep -E 'ERROR|FATAL' "$home/target/build.log" >&2 || cat "$home/target/build.log" >&2
        fail "the build failed; Maven's output is in $home/target/build.log"
    }
}

if outdated; then
    command -v mvn >/dev/null || fail "no Maven found. Install Maven 3.6.3 or newer."
    mkdir -p "$home/target"
    say "building the product and putting it into the local repository"
    : >"$stamp.started"
    run_maven "$product" -Dquick -Dmaven.test.skip=true install
    say "building the benchmarks (PyTorch is a download of 100 MB at first)"
    run_maven "$home" package
    mv -f "$stamp.started" "$stamp"
fi

# Physical cores that this process may use, where the system tells; else all.
physical_cores() {
    usable=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)
    if command -v nproc >/dev/null; then usable=$(nproc); fi
    cores=$(awk -F: '/^physical id/ { socket = $2 } /^core id/ { seen[socket "/" $2] = 1 }
        END { for (core in seen) n++; print n + 0 }' /proc/cpuinfo 2>/dev/null || echo 0)
    if [ "${cores:-0}" -gt 0 ] && [ "$cores" -lt "$usable" ]; then echo "$cores"; else echo "$usable"; fi
}

# The product's classes come first: another checkout may have put its build into the local repository since.
classpath=$home/target/classes:$product/target/classes:$(cat "$home/target/classpath.txt")
commit=$(git -C "$product" describe --always --dirty 2>/dev/null || echo unknown)
threads=${STEADYGRAD_BENCHMARK_THREADS:-$(physical_cores)}

# Takes the number of threads from a script's arguments, where it is among them: it must be known before Java starts.
threads_of() {
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
}

# Threads of every library, which read these when they are loaded. With the passive wait policy oneDNN's recurrent layers
# are several times slower; with the default, threads of the side that isn't measured would spin for milliseconds.
use_threads() {
    unset OMP_WAIT_POLICY OMP_PROC_BIND GOMP_CPU_AFFINITY
    export OMP_NUM_THREADS="$1" OPENBLAS_NUM_THREADS="$1" MKL_NUM_THREADS="$1"
    export GOMP_SPINCOUNT="${GOMP_SPINCOUNT:-5000}"
    export GLIBC_TUNABLES="${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}"
    export DJL_CACHE_DIR="${DJL_CACHE_DIR:-$home/target/djl}" DJL_OFFLINE=true OPT_OUT_TRACKING=true
}

version=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')
java_flags="-XX:MaxRAMPercentage=50 -XX:+UseSerialGC -Dsteadygrad.log=${STEADYGRAD_LOG:-error} -Dorg.deeplearning4j.crash.reporting.enabled=false"
[ "${version%%.*}" -lt 24 ] || java_flags="$java_flags --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
