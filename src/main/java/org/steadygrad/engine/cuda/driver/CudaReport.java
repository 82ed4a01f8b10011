package org.steadygrad.engine.cuda.driver;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.steadygrad.check.Check;

/**
 * What of CUDA this machine has, as far as it could be seen.
 *
 * @param findings what is wrong
 * @param versions "" where unknown
 * @param libraries in the order in which they are loaded
 * @param devices by ordinal; empty when they can't be asked
 * @param places where libraries were looked for, in order
 */
public record CudaReport(
        Findings findings,
        VersionState versions,
        List<LibraryState> libraries,
        List<GpuState> devices,
        List<Place> places) {
    public CudaReport {
        Check.notNull(findings, "CudaReport", "findings");
        Check.notNull(versions, "CudaReport", "versions");
        libraries = List.copyOf(libraries);
        devices = List.copyOf(devices);
        places = List.copyOf(places);
    }

    /**
     * What is wrong.
     *
     * @param problems all that keeps CUDA from being used, what matters most first; empty when it can be used on at least
     *     one device
     * @param dnn why there is no cuDNN, without which all models run, though recurrent layers have fewer ways to; empty when
     *     it is there, or problems kept it from being looked at
     * @param driverError CUDA's number for why devices can't be listed; 0 when they can, or weren't asked for
     * @param notes what else is worth knowing, as sentences
     */
    public record Findings(List<Problem> problems, Optional<Problem> dnn, int driverError, List<String> notes) {
        public Findings {
            problems = List.copyOf(problems);
            notes = List.copyOf(notes);
        }

        /** One problem, and nothing else. */
        public static Findings of(Problem problem) {
            return new Findings(List.of(problem), Optional.empty(), 0, List.of());
        }

        /** Nothing. */
        public static Findings none() {
            return new Findings(List.of(), Optional.empty(), 0, List.of());
        }
    }

    /**
     * An obstacle to CUDA as a whole, or to a part of it.
     *
     * @param what what is wrong, as a sentence
     * @param remedy what to do about it, as a sentence
     */
    public record Problem(String what, String remedy) {
        /** Both sentences. */
        public String text() {
            return what + " " + remedy;
        }
    }

    /**
     * Versions, each "" where unknown.
     *
     * @param bindings version of the Java bindings, as of Maven
     * @param driver newest CUDA version that the driver runs, for example "13.0"
     * @param driverRelease version of the driver itself, for example "580.82.07"
     * @param runtime CUDA version of the runtime library
     */
    public record VersionState(String bindings, String driver, String driverRelease, String runtime) {}

    /**
     * A library, found or not.
     *
     * @param name SONAME, for example "libcudart.so.13"
     * @param version "" when it isn't known
     * @param file where it was found; "" when it wasn't
     * @param problem why it can't be used; "" when it can
     * @param broughtBy the package for Python that would bring it, as pip takes it; "" when there is none
     * @param wheel the package for Python that the file came with, and its version, which may be another than the library's
     *     own; "" where none is known
     */
    public record LibraryState(
            String name, String version, String file, String problem, String broughtBy, String wheel) {
        /** Whether it was found and, where that was tried, loaded. */
        public boolean fine() {
            return problem.isEmpty();
        }

        LibraryState withProblem(String reason) {
            return new LibraryState(name, version, file, reason, broughtBy, wheel);
        }

        LibraryState withVersion(String known) {
            return new LibraryState(name, known, file, problem, broughtBy, wheel);
        }
    }

    /**
     * A device.
     *
     * @param ordinal the number after {@code cuda:}
     * @param computeCapability for example "9.0"
     * @param memory in bytes
     * @param multiprocessors number of streaming multiprocessors
     * @param problem why this engine can't use it; "" when it can
     */
    public record GpuState(
            int ordinal, String name, String computeCapability, long memory, int multiprocessors, String problem) {
        /** Whether this engine can use it, given that CUDA as a whole can be used. */
        public boolean usable() {
            return problem.isEmpty();
        }

        GpuState withProblem(String reason) {
            return new GpuState(ordinal, name, computeCapability, memory, multiprocessors, reason);
        }

        /** For example "0 (NVIDIA H200)". */
        public String title() {
            return ordinal + " (" + name + ")";
        }
    }

    /**
     * Folders that were looked in.
     *
     * @param origin why one looks there, for example "LD_LIBRARY_PATH"
     * @param folders those that exist
     */
    public record Place(String origin, List<String> folders) {
        public Place {
            folders = List.copyOf(folders);
        }
    }

    /** Whether CUDA can be used on at least one device. */
    public boolean usable() {
        return findings.problems.isEmpty();
    }

    /** All that keeps CUDA from being used, and what else is worth knowing then; "" when it can be used. */
    public String problem() {
        return usable()
                ? ""
                : Stream.concat(findings.problems.stream().map(Problem::text), findings.notes.stream())
                        .collect(Collectors.joining(" "));
    }

    /** Why the device can't be used, with those that are there; empty when it can. */
    public Optional<String> obstacle(int ordinal) {
        if (!usable()) {
            return Optional.of(problem());
        }
        Optional<GpuState> device =
                devices.stream().filter(gpu -> gpu.ordinal() == ordinal).findFirst();
        if (device.isEmpty()) {
            return Optional.of("there is no CUDA device " + ordinal + " here, but " + count() + "."
                    + VisibleDevices.note().map(note -> " " + note + ".").orElse(""));
        }
        return device.filter(gpu -> !gpu.usable())
                .map(gpu -> "device " + gpu.title() + " can't be used: " + gpu.problem() + others());
    }

    private String count() {
        return (devices.size() == 1 ? "one: " : devices.size() + ": ") + titles(devices);
    }

    private String others() {
        List<GpuState> usable = devices.stream().filter(GpuState::usable).toList();
        return usable.isEmpty()
                ? ""
                : " Usable: " + titles(usable) + "; name one, for example --engine cuda:"
                        + usable.get(0).ordinal() + ".";
    }

    private static String titles(List<GpuState> gpus) {
        return gpus.stream().map(GpuState::title).collect(Collectors.joining(", "));
    }
}
