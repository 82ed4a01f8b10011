package org.steadygrad.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.steadygrad.cli.DoctorReport.CudaState;
import org.steadygrad.cli.DoctorReport.EngineState;
import org.steadygrad.cli.DoctorReport.GpuState;
import org.steadygrad.cli.DoctorReport.Memory;
import org.steadygrad.cli.DoctorReport.Nd4jState;
import org.steadygrad.engine.cuda.driver.CudaReport.LibraryState;
import org.steadygrad.engine.cuda.recurrent.RecurrentChoices.Choice;
import picocli.CommandLine.Help.Ansi;

/** Prints a {@link DoctorReport} in sections with aligned columns. */
final class DoctorText {
    private static final int LABEL = 14;

    private final PrintWriter out;
    private final Ansi ansi;
    private final int width;

    /** @param width columns to fill */
    DoctorText(PrintWriter out, boolean colours, int width) {
        this.out = out;
        this.ansi = colours ? Ansi.ON : Ansi.OFF;
        this.width = width;
    }

    /** @param details whether to print also what was looked at and not taken */
    void print(DoctorReport report, boolean details) {
        section("Machine");
        row("processor", report.cpu().model());
        row("cores", cores(report));
        row("instructions", orNone(String.join(" ", report.cpu().features())));
        memory(report.memory());
        section("Software");
        row("SteadyGrad", report.version());
        row("Java", report.software().java());
        row("system", report.software().os() + ", " + report.software().arch());
        row("bindings", bindings(report.software().bindings()));
        section("ND4J");
        nd4j(report.nd4j());
        section("Engines");
        report.engines().forEach(engine -> engine(engine, report.cuda(), "below"));
        section("CUDA");
        cuda(report.cuda(), details);
        section("GPUs");
        if (report.gpus().isEmpty()) {
            noGpus(report.cuda());
        }
        report.gpus().forEach(gpu -> gpu(gpu, report.cuda()));
        out.println();
        out.println(Terminal.wrap(verdict(report), width));
        out.flush();
    }

    private static String bindings(Map<String, String> versions) {
        return orNone(versions.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", ")));
    }

    static String verdict(DoctorReport report) {
        if (report.auto().isEmpty()) {
            return "No engine can be used here, so nothing can be trained: see above what each one needs.";
        }
        String text = "--engine auto takes " + report.auto() + " here, for every model that it supports.";
        List<String> missing = new ArrayList<>();
        for (EngineState engine : report.engines()) {
            if (!engine.usable()) {
                missing.add(engine.name());
            }
        }
        return missing.isEmpty() ? text : text + " Not usable: " + String.join(", ", missing) + ".";
    }

    private static String cores(DoctorReport report) {
        int physical = report.cpu().physicalCores();
        String logical = report.cpu().logicalCores() + " logical";
        return physical > 0 ? physical + " physical, " + logical : logical;
    }

    private void memory(Memory memory) {
        row("memory", Terminal.bytes(memory.total()) + ", " + Terminal.bytes(memory.free()) + " free");
        row(
                "limits",
                "Java heap " + Terminal.bytes(memory.heapLimit()) + ", arrays outside the heap "
                        + Terminal.bytes(memory.offHeapLimit()));
        row("disk", Terminal.bytes(memory.diskFree()) + " free in the current folder");
    }

    private void nd4j(Nd4jState nd4j) {
        row("version", nd4j.version());
        row("back ends", orNone(String.join(", ", nd4j.backends())));
        if (nd4j.loaded().isEmpty()) {
            mark(false, "in use", "none: " + nd4j.problem());
            return;
        }
        mark(true, "in use", nd4j.loaded() + ", BLAS: " + nd4j.blas());
        row("native build", nd4j.build() + ", since " + nd4j.buildReason());
        if (!nd4j.library().isEmpty()) {
            row("library", nd4j.library());
        }
    }

    /** What keeps CUDA as a whole from being used is said in its own section. */
    private void engine(EngineState engine, CudaState cuda, String where) {
        boolean said = !engine.usable() && engine.detail().equals(cuda.problem());
        mark(engine.usable(), engine.name(), said ? "can't be used: see CUDA " + where : engine.detail());
    }

    private void cuda(CudaState cuda, boolean details) {
        cuda.problems().forEach(problem -> mark(false, "CUDA", problem.text()));
        if (cuda.dnn() != null) {
            mark(false, "cuDNN", cuda.dnn().text() + " All models run without it, recurrent layers on other ways.");
        }
        cuda.notes().forEach(note -> row("note", note));
        known(
                "driver",
                join(
                        cuda.versions().driverRelease(),
                        "runs CUDA up to ",
                        cuda.versions().driver()));
        known("runtime", cuda.versions().runtime());
        known("bindings", cuda.versions().bindings());
        for (LibraryState library : cuda.libraries()) {
            mark(library.fine(), "library", library(library));
        }
        if (details) {
            cuda.places().forEach(place -> row("looked in", place.origin() + ": " + String.join(" ", place.folders())));
            cuda.choices().forEach(choice -> row("recurrent", choice(choice)));
        }
    }

    /** A driver that lists no GPU doesn't say that there is none. */
    private void noGpus(CudaState cuda) {
        boolean driver = cuda.libraries().stream()
                .anyMatch(library -> library.name().startsWith("libcuda.so")
                        && !library.file().isEmpty());
        if (cuda.driverError() != 0) {
            String answer = "the driver answers with error " + cuda.driverError() + " instead: see CUDA above";
            mark(false, "not listed", answer);
        } else if (driver && cuda.versions().runtime().isEmpty()) {
            mark(false, "not listed", "a driver is there, and what would ask it is missing: see CUDA above");
        } else {
            row("none", "no NVIDIA GPU, or no driver, was found");
        }
    }

    private static String choice(Choice choice) {
        List<String> times = new ArrayList<>();
        choice.milliseconds()
                .forEach((way, time) -> times.add(
                        way + (Double.isFinite(time) ? String.format(Locale.ROOT, " %.3f ms", time) : " failed")));
        return choice.layer() + " on " + choice.device() + ", " + choice.libraries() + ": " + choice.chosen() + " ("
                + String.join(", ", times) + ")";
    }

    private static String library(LibraryState library) {
        List<String> parts = new ArrayList<>(List.of(library.name(), library.version(), library.file()));
        parts.removeIf(String::isEmpty);
        if (!library.wheel().isEmpty()) {
            parts.add("(" + library.wheel() + ")");
        }
        String brought = library.broughtBy().isEmpty() ? "" : "; pip install " + library.broughtBy() + " brings it";
        return String.join(" ", parts) + (library.fine() ? "" : ": " + library.problem() + brought);
    }

    private void known(String label, String value) {
        if (!value.isEmpty()) {
            row(label, value);
        }
    }

    private static String join(String first, String words, String second) {
        String rest = second.isEmpty() ? "" : words + second;
        return first.isEmpty() || rest.isEmpty() ? first + rest : first + ", " + rest;
    }

    private void gpu(GpuState gpu, CudaState cuda) {
        List<String> facts = new ArrayList<>();
        facts.add(gpu.memory());
        facts.add(gpu.computeCapability().isEmpty() ? "" : "compute capability " + gpu.computeCapability());
        facts.add(gpu.driver().isEmpty() ? "" : "driver " + gpu.driver());
        facts.removeIf(String::isEmpty);
        row("GPU", gpu.name() + (facts.isEmpty() ? "" : ": " + String.join(", ", facts)));
        gpu.usedBy().forEach(engine -> engine(engine, cuda, "above"));
    }

    private static String orNone(String text) {
        return text.isEmpty() ? "none" : text;
    }

    private void section(String title) {
        out.println();
        out.println(ansi.string("@|bold " + title + "|@"));
    }

    private void row(String label, String value) {
        line("       ", label, value);
    }

    private void mark(boolean fine, String label, String value) {
        String word = fine ? "@|green ok|@     " : "@|yellow missing|@";
        line(ansi.string(word), label, value);
    }

    private void line(String mark, String label, String value) {
        String indent = " ".repeat(2 + "missing".length() + 1 + LABEL);
        String wrapped = Terminal.wrap(value, Math.max(LABEL, width - indent.length()));
        out.printf("  %s %-" + LABEL + "s", mark, label);
        out.println(wrapped.replace(System.lineSeparator(), System.lineSeparator() + indent));
    }
}
