// What is done to the text of a kernel source before the C++ compiler sees it.
#include <cctype>
#include <set>

#include "compiler.h"

namespace cudasim {

namespace {

/// For each place of the text, whether it lies in a comment or a literal, and how many braces are open there.
void scan(const std::string& text, std::vector<int>* depths, std::vector<char>* code) {
    int depth = 0;
    char in = 0;  // '/' line comment, '*' block comment, '"' or '\'' literal
    for (size_t i = 0; i < text.size(); i++) {
        char c = text[i], next = i + 1 < text.size() ? text[i + 1] : 0;
        depths->push_back(depth);
        code->push_back(in == 0);
        if (in == 0) {
            if (c == '/' && (next == '/' || next == '*')) in = next == '/' ? '/' : '*';
            if (c == '"' || (c == '\'' && (i == 0 || !isalnum(static_cast<unsigned char>(text[i - 1]))))) in = c;
            if (c == '{') depth++;
            if (c == '}') depth--;
        } else if (in == '/') {
            if (c == '\n') in = 0;
        } else if (in == '*') {
            if (c == '/' && text[i - 1] == '*') in = 0;
        } else if (c == '\\') {
            depths->push_back(depth);
            code->push_back(0);
            i++;
        } else if (c == in) {
            in = 0;
        }
    }
}

/// The text between a bracket at `open` and its partner; `end` is behind the partner.
std::string bracketed(const std::string& text, size_t open, size_t* end) {
    int depth = 0;
    for (size_t i = open; i < text.size(); i++) {
        if (text[i] == '(') depth++;
        if (text[i] == ')' && --depth == 0) {
            *end = i + 1;
            return text.substr(open + 1, i - open - 1);
        }
    }
    *end = text.size();
    return "";
}

struct Kernel {
    std::string name, bounds;
};

/// The word that ends before `end`, blanks aside.
std::string lastWord(const std::string& text, size_t end) {
    size_t last = text.find_last_not_of(" \t\r\n", end - 1);
    size_t first = last;
    while (first > 0 && (isalnum(static_cast<unsigned char>(text[first - 1])) || text[first - 1] == '_')) first--;
    return text.substr(first, last - first + 1);
}

/// The first of the arguments of __launch_bounds__.
std::string firstArgument(const std::string& arguments) {
    int depth = 0;
    for (size_t i = 0; i < arguments.size(); i++) {
        if (arguments[i] == '(') depth++;
        if (arguments[i] == ')') depth--;
        if (arguments[i] == ',' && depth == 0) return arguments.substr(0, i);
    }
    return arguments;
}

void blank(std::string* text, size_t from, size_t to) {
    for (size_t i = from; i < to; i++) {
        if ((*text)[i] != '\n') (*text)[i] = ' ';
    }
}

/// A declaration without __align__(n) and alignas(n): dynamic shared memory is aligned well enough for all.
std::string withoutAlignment(std::string text) {
    for (const char* word : {"__align__", "alignas"}) {
        for (size_t at = text.find(word); at != std::string::npos; at = text.find(word)) {
            size_t end = 0;
            bracketed(text, text.find('(', at), &end);
            text.erase(at, end - at);
        }
    }
    return text;
}

/// The kernels of a preprocessed source, whose marks are blanked out.
std::vector<Kernel> takeKernels(std::string* text) {
    const std::string mark = "__cudasim_global__", boundsMark = "__cudasim_bounds__";
    std::vector<Kernel> kernels;
    std::set<std::string> seen;
    for (size_t at = text->find(mark); at != std::string::npos; at = text->find(mark, at)) {
        blank(text, at, at + mark.size());
        Kernel kernel;
        kernel.bounds = "1024";
        size_t body = text->find_first_of("{;", at);
        size_t bounds = text->find(boundsMark, at);
        if (bounds != std::string::npos && bounds < body) {
            size_t end = 0;
            size_t open = text->find('(', bounds);
            kernel.bounds = firstArgument(bracketed(*text, open, &end));
            blank(text, bounds, end);
        }
        size_t open = text->find('(', at);
        if (open == std::string::npos) break;
        kernel.name = lastWord(*text, open);
        if (seen.insert(kernel.name).second) kernels.push_back(kernel);
    }
    return kernels;
}

const char* const kTableStart = R"(
namespace cudasim {
template <unsigned... I> struct Indices {};
template <unsigned N, unsigned... I> struct Count : Count<N - 1, N - 1, I...> {};
template <unsigned... I> struct Count<0, I...> { typedef Indices<I...> type; };
template <typename T> struct Plain { typedef T type; };
template <typename T> struct Plain<const T> { typedef T type; };
template <typename... A, unsigned... I>
inline void unpack(void (*kernel)(A...), void** arguments, Indices<I...>) {
    kernel(*static_cast<typename Plain<A>::type*>(arguments[I])...);
}
template <typename F> struct Call;
template <typename... A> struct Call<void (*)(A...)> {
    static constexpr int count = sizeof...(A);
    static constexpr unsigned sizes[sizeof...(A) + 1] = {sizeof(A)..., 0};
    template <void (*kernel)(A...)> static void call(void** arguments) {
        unpack(kernel, arguments, typename Count<sizeof...(A)>::type());
    }
};
}
extern "C" __attribute__((visibility("hidden"), weak)) char __start_cudashared[];
extern "C" __attribute__((visibility("hidden"), weak)) char __stop_cudashared[];
static const cudasim_kernel cudasim_kernels[] = {
)";

const char* const kTableEnd = R"(    {nullptr, nullptr, 0, nullptr, 0}};
extern "C" __attribute__((visibility("default"))) const cudasim_module_table cudasim_module;
const cudasim_module_table cudasim_module = {
    cudasim_kernels, &cudasim_self, &cudasim_hook, __start_cudashared, __stop_cudashared};
)";

}  // namespace

std::string rewriteShared(const std::string& source) {
    std::vector<int> depths;
    std::vector<char> code;
    scan(source, &depths, &code);
    std::string result;
    size_t done = 0;
    for (size_t at = source.find("extern"); at != std::string::npos; at = source.find("extern", at + 1)) {
        const std::string mark = "__shared__";
        size_t after = source.find_first_not_of(" \t\r\n", at + 6);
        if (!code[at] || after == std::string::npos || source.compare(after, mark.size(), mark) != 0) continue;
        size_t end = source.find(';', after), bracket = source.find('[', after);
        if (end == std::string::npos || bracket > end) continue;
        std::string declared = withoutAlignment(source.substr(after + mark.size(), bracket - after - mark.size()));
        std::string name = lastWord(declared, declared.size());
        std::string type = declared.substr(0, declared.rfind(name));
        result += source.substr(done, at - done);
        result += depths[at] == 0 ? "static const cudasim::DynamicShared<" + type + "> " + name + ";"
                                  : type + "* const " + name + " = cudasim::dynamicShared<" + type + ">();";
        done = end + 1;
    }
    return result + source.substr(done);
}

std::string addModuleTable(const std::string& preprocessed) {
    std::string text = preprocessed;
    std::vector<Kernel> kernels = takeKernels(&text);
    // The table goes before the last brace, which closes the namespace without a name.
    size_t close = text.rfind('}');
    std::string table;
    for (const Kernel& k : kernels) {
        table += "    {\"" + k.name + "\", &cudasim::Call<decltype(&::" + k.name + ")>::template call<&::" + k.name +
                 ">, cudasim::Call<decltype(&::" + k.name + ")>::count, cudasim::Call<decltype(&::" + k.name +
                 ")>::sizes, " + k.bounds + "},\n";
    }
    return text.substr(0, close) + "}\n" + kTableStart + table + kTableEnd;
}

}  // namespace cudasim
