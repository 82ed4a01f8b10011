# Read by gpu.sh and by the bundle's run: which Python has torch, and where that keeps CUDA's libraries.
# Sets: python (empty where there is none), cuda_flag (an option for Java; empty where nothing has to be said).

has_torch() { command -v "$1" >/dev/null 2>&1 && "$1" -c 'import torch' >/dev/null 2>&1; }

find_python() {
    python=
    for candidate in ${STEADYGRAD_PYTHON:-} python3 python; do
        if has_torch "$candidate"; then
            python=$candidate
            return 0
        fi
    done
}

# Folders of packages in which NVIDIA's libraries lie, as that Python itself names them: it may be a wrapper, and needn't be on the PATH.
packages_of() {
    "$1" - <<'EOF' 2>/dev/null
import os, site, sysconfig
folders = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
folders += getattr(site, "getsitepackages", list)() + [site.getusersitepackages()]
print(os.pathsep.join(f for f in dict.fromkeys(folders) if os.path.isdir(os.path.join(f, "nvidia"))))
EOF
}

# The Python that the user names brings the engine's libraries, too: before all others, but after places that the user names for them.
find_cuda() {
    cuda_flag=
    [ -n "${STEADYGRAD_PYTHON:-}" ] && [ -z "${STEADYGRAD_CUDA:-}" ] || return 0
    command -v "$STEADYGRAD_PYTHON" >/dev/null 2>&1 || {
        echo "STEADYGRAD_PYTHON names $STEADYGRAD_PYTHON, which can't be run; it is passed over." >&2
        return 0
    }
    packages=$(packages_of "$STEADYGRAD_PYTHON" || true)
    [ -z "$packages" ] || cuda_flag=-Dsteadygrad.cuda.path=$packages
}
