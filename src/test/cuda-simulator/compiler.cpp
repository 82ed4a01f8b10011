#include "compiler.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "count.h"
#include "module.h"

extern char** environ;

namespace cudasim {

namespace {

std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

void spill(const std::string& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary);
    out << text;
    if (!out.flush()) complain("can't write %s", path.c_str());
}

/// Runs a command with its standard error in a file; whether it ended well.
bool run(const std::vector<std::string>& command, const std::string& errors) {
    std::vector<char*> arguments;
    for (const std::string& c : command) arguments.push_back(const_cast<char*>(c.c_str()));
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    pid_t child;
    int error = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        spill(errors, command[0] + ": " + strerror(error) + "\n");
        return false;
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// A folder for one compilation, removed at its end.
struct Workplace {
    std::string path;
    std::vector<std::string> files;

    Workplace() {
        const char* base = getenv("TMPDIR");
        path = std::string(base == nullptr ? "/tmp" : base) + "/cudasim-XXXXXX";
        if (mkdtemp(&path[0]) == nullptr) die("no temporary folder %s", path.c_str());
    }
    ~Workplace() {
        for (const std::string& f : files) unlink(f.c_str());
        rmdir(path.c_str());
    }
    std::string file(const std::string& name) {
        // Headers may be named with folders; all lie flat here, under the names that includes are rewritten to.
        std::string flat = name;
        for (char& c : flat) {
            if (c == '/') c = '_';
        }
        files.push_back(path + "/" + flat);
        return files.back();
    }
};

std::string compilerName() {
    const char* name = getenv("CXX");
    return name == nullptr || *name == 0 ? "g++" : name;
}

std::vector<std::string> machineOptions() {
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {"-march=x86-64-v3"};
#endif
    return {};
}

uint64_t keyOf(const Program& program) {
    uint64_t h = checksum(program.source.data(), program.source.size());
    auto add = [&h](const std::string& text) { h = checksum(text.c_str(), text.size() + 1, h); };
    add(program.name);
    for (const auto& header : program.headers) {
        add(header.first);
        add(header.second);
    }
    for (const std::string& option : program.options) add(option);
    for (const std::string& option : machineOptions()) add(option);
    for (const char* name : {"abi.h", "cuda_on_cpu.h", "vectors.h", "intrinsics.h", "arithmetic.h"}) {
        add(slurp(libraryFolder() + "/kernel/" + name));
    }
    add(compilerName());
    return h;
}

std::string cacheFile(const Program& program) {
    const char* named = getenv("CUDASIM_CACHE");
    std::string folder = named == nullptr || *named == 0 ? libraryFolder() + "/compiled" : named;
    mkdir(folder.c_str(), 0755);
    char name[64];
    snprintf(name, sizeof name, "/%016llx.so", static_cast<unsigned long long>(keyOf(program)));
    return folder + name;
}

std::string imageOf(const Program& program, const std::string& library) {
    ImageHeader header = {};
    memcpy(header.magic, kImageMagic, sizeof header.magic);
    header.capability = static_cast<uint32_t>(program.capability);
    header.bytes = library.size();
    header.checksum = checksum(library.data(), library.size());
    return std::string(reinterpret_cast<const char*>(&header), sizeof header) + library;
}

/// Compiles to the file named; on failure the log holds the compiler's words.
bool build(Program* program, const std::string& target) {
    Workplace work;
    std::string source = work.file("source.cpp"), expanded = work.file("expanded.ii");
    std::string made = work.file("module.so"), errors = work.file("errors");
    for (const auto& header : program->headers) spill(work.file(header.first), rewriteShared(header.second));
    // Everything in a namespace without a name: nothing is exported, and statics of inline functions stay plain.
    spill(source, "namespace {\n#line 1 \"" + program->name + "\"\n" + rewriteShared(program->source) + "\n}\n");
    std::vector<std::string> command = {compilerName(), "-std=c++17", "-nostdinc", "-nostdinc++", "-E", "-w", "-I",
                                        work.path,      "-include",   libraryFolder() + "/kernel/cuda_on_cpu.h"};
    command.insert(command.end(), program->options.begin(), program->options.end());
    command.insert(command.end(), {"-o", expanded, source});
    bool ok = run(command, errors);
    program->log = slurp(errors);
    if (!ok) return false;
    spill(expanded, addModuleTable(slurp(expanded)));
    command = {compilerName(), "-std=c++17", "-fpreprocessed", "-O2", "-w", "-fPIC", "-shared", "-fno-exceptions",
               "-fno-rtti", "-fno-math-errno", "-fvisibility=hidden", "-fno-asynchronous-unwind-tables",
               "-ffp-contract=fast"};
    for (const std::string& option : machineOptions()) command.push_back(option);
    for (const std::string& option : program->options) {
        if (option[1] == 'f') command.push_back(option);
    }
    if (counts()) {
        for (const char* choice : {"asan-instrumentation-with-call-threshold=0", "asan-stack=0", "asan-globals=0"}) {
            command.insert(command.end(), {"--param", choice});
        }
    }
    command.insert(command.end(), {"-o", made, expanded, "-lm"});
    ok = run(command, errors);
    program->log = slurp(errors);
    if (!ok) return false;
    // Renamed into place, so that another process sees it whole or not at all.
    std::string beside = target + work.path.substr(work.path.rfind('-'));
    spill(beside, slurp(made));
    return rename(beside.c_str(), target.c_str()) == 0;
}

}  // namespace

bool takeOption(Program* program, const std::string& option) {
    auto startsWith = [&](const char* prefix) { return option.compare(0, strlen(prefix), prefix) == 0; };
    auto value = [&] { return option.substr(option.find('=') + 1); };
    if (startsWith("--gpu-architecture=") || startsWith("-arch=")) {
        std::string target = value();
        bool real = target.compare(0, 3, "sm_") == 0;
        if (!real && target.compare(0, 8, "compute_") != 0) return false;
        program->virtualTarget = !real;
        program->capability = atoi(target.c_str() + (real ? 3 : 8));
        return program->capability >= settings().oldest && program->capability <= 121;
    }
    if (startsWith("-D") || startsWith("--define-macro=")) {
        program->options.push_back("-D" + (startsWith("-D") ? option.substr(2) : value()));
        return true;
    }
    if (startsWith("--fmad=") || startsWith("-fmad=")) {
        if (value() == "false") program->options.push_back("-ffp-contract=off");
        return true;
    }
    for (const char* known :
         {"--std=", "-std=", "-lineinfo", "--generate-line-info", "-default-device", "--device-as-default", "--ftz=",
          "-ftz=", "--prec-div=", "-prec-div=", "--prec-sqrt=", "-prec-sqrt=", "--use_fast_math", "-use_fast_math",
          "--maxrregcount=", "-maxrregcount=", "--restrict", "-restrict", "--extra-device-vectorization", "-w",
          "--disable-warnings", "--diag-suppress=", "-diag-suppress=", "--dopt=", "-dopt=", "-G", "--device-debug",
          "--minimal", "-minimal", "--display-error-number", "--split-compile="}) {
        if (startsWith(known)) return true;
    }
    return false;
}

/// What the assembler says of instructions that such devices don't have: plain C++ code has none of them.
std::string missingFeatures(const Program& program) {
    std::string texts = program.source;
    for (const auto& header : program.headers) texts += header.second;
    bool ordered = texts.find(".relaxed.") != std::string::npos;
    return ordered && program.capability < 70 ? "ptxas: Feature '.relaxed' requires .target sm_70 or higher\n" : "";
}

bool compile(Program* program) {
    program->log = missingFeatures(*program);
    if (!program->log.empty()) return false;
    if (counts()) {
        // Leaves nothing but calls at each access, with no library behind them.
        program->options.insert(program->options.end(), {"-DCUDASIM_COUNTS", "-fsanitize=kernel-address",
                                                         "-fasan-shadow-offset=0x1000"});
    }
    std::string cached = cacheFile(*program);
    if (access(cached.c_str(), R_OK) != 0 && !build(program, cached)) return false;
    if (!program->virtualTarget) program->image = imageOf(*program, slurp(cached));
    return true;
}

}  // namespace cudasim
