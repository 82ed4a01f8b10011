// The compiler interface: makes a shared object of a kernel source with the C++ compiler of the machine.
#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <memory>

#include "compiler.h"

using namespace cudasim;

namespace {

enum { kOk = 0, kOutOfHost = 1, kInvalidInput = 3, kInvalidProgram = 4, kInvalidOption = 5, kCompilation = 6 };

std::mutex programsLock;
std::map<void*, std::unique_ptr<Program>>& programs = *new std::map<void*, std::unique_ptr<Program>>;

Program* programOf(void* handle) {
    std::lock_guard<std::mutex> hold(programsLock);
    auto found = programs.find(handle);
    return found == programs.end() ? nullptr : found->second.get();
}

}  // namespace

CUDASIM_API int nvrtcVersion(int* major, int* minor) {
    *major = settings().runtime / 1000;
    *minor = settings().runtime % 1000 / 10;
    return kOk;
}

CUDASIM_API const char* nvrtcGetErrorString(int error) {
    switch (error) {
        case kOk: return "NVRTC_SUCCESS";
        case kOutOfHost: return "NVRTC_ERROR_OUT_OF_MEMORY";
        case kInvalidInput: return "NVRTC_ERROR_INVALID_INPUT";
        case kInvalidProgram: return "NVRTC_ERROR_INVALID_PROGRAM";
        case kInvalidOption: return "NVRTC_ERROR_INVALID_OPTION";
        case kCompilation: return "NVRTC_ERROR_COMPILATION";
        default: return "NVRTC_ERROR unknown";
    }
}

CUDASIM_API int nvrtcCreateProgram(void** program, const char* source, const char* name, int count,
                                   const char* const* headers, const char* const* names) {
    if (program == nullptr || source == nullptr || count < 0) return kInvalidInput;
    auto made = std::make_unique<Program>();
    made->source = source;
    made->name = name == nullptr ? "default_program" : name;
    for (int i = 0; i < count; i++) made->headers.push_back({names[i], headers[i]});
    std::lock_guard<std::mutex> hold(programsLock);
    *program = made.get();
    programs[made.get()] = std::move(made);
    return kOk;
}

CUDASIM_API int nvrtcDestroyProgram(void** program) {
    std::lock_guard<std::mutex> hold(programsLock);
    if (program == nullptr || programs.erase(*program) == 0) return kInvalidProgram;
    *program = nullptr;
    return kOk;
}

CUDASIM_API int nvrtcCompileProgram(void* program, int count, const char* const* options) {
    Program* p = programOf(program);
    if (p == nullptr) return kInvalidProgram;
    for (int i = 0; i < count; i++) {
        if (!takeOption(p, options[i])) {
            p->log = std::string("nvrtc: error: invalid value for or unknown option: ") + options[i] + "\n";
            return kInvalidOption;
        }
    }
    return compile(p) ? kOk : kCompilation;
}

CUDASIM_API int nvrtcGetProgramLogSize(void* program, size_t* bytes) {
    Program* p = programOf(program);
    if (p == nullptr) return kInvalidProgram;
    *bytes = p->log.size() + 1;
    return kOk;
}

CUDASIM_API int nvrtcGetProgramLog(void* program, char* log) {
    Program* p = programOf(program);
    if (p == nullptr) return kInvalidProgram;
    memcpy(log, p->log.c_str(), p->log.size() + 1);
    return kOk;
}

CUDASIM_API int nvrtcGetCUBINSize(void* program, size_t* bytes) {
    Program* p = programOf(program);
    if (p == nullptr) return kInvalidProgram;
    *bytes = p->image.size();
    return kOk;
}

CUDASIM_API int nvrtcGetCUBIN(void* program, char* image) {
    Program* p = programOf(program);
    if (p == nullptr || p->image.empty()) return kInvalidProgram;
    memcpy(image, p->image.data(), p->image.size());
    return kOk;
}

namespace {
constexpr int kArchitectures[] = {50, 52, 60, 61, 70, 75, 80, 86, 89, 90, 100, 120};

/// The first of them that this compiler makes code for.
const int* firstArchitecture() {
    const int* first = kArchitectures;
    while (*first < settings().oldest) first++;
    return first;
}
}  // namespace

CUDASIM_API int nvrtcGetNumSupportedArchs(int* count) {
    *count = static_cast<int>(std::end(kArchitectures) - firstArchitecture());
    return kOk;
}

CUDASIM_API int nvrtcGetSupportedArchs(int* architectures) {
    std::copy(firstArchitecture(), std::end(kArchitectures), architectures);
    return kOk;
}
