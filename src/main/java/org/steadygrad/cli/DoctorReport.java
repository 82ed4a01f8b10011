package org.steadygrad.cli;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;
import org.steadygrad.engine.Availability;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.Engines;
import org.steadygrad.engine.cuda.driver.CudaProbe;
import org.steadygrad.engine.cuda.driver.CudaReport;
import org.steadygrad.engine.cuda.driver.CudaReport.LibraryState;
import org.steadygrad.engine.cuda.driver.CudaReport.Place;
import org.steadygrad.engine.cuda.driver.CudaReport.Problem;
import org.steadygrad.engine.cuda.driver.CudaReport.VersionState;
import org.steadygrad.engine.cuda.recurrent.RecurrentChoices;
import org.steadygrad.ops.ArrayMemory;
import org.steadygrad.platform.Cpu;
import org.steadygrad.platform.Gpus;
import org.steadygrad.platform.Gpus.Gpu;
import org.steadygrad.platform.LoadedLibraries;
import org.steadygrad.platform.NativeVariant;
import org.steadygrad.platform.NativeVariantBackend;
import org.steadygrad.platform.Versions;

/**
 * What doctor knows of this machine; the names of the components are those of its JSON.
 *
 * @param auto the engine that {@code --engine auto} takes for a model that all engines support; "" when none is usable
 */
record DoctorReport(
        String version,
        Processor cpu,
        Memory memory,
        Software software,
        Nd4jState nd4j,
        List<EngineState> engines,
        CudaState cuda,
        List<GpuState> gpus,
        String auto) {

    /** @param features instruction sets that matter for training */
    record Processor(String model, List<String> features, int physicalCores, int logicalCores) {}

    /**
     * All in bytes, -1 when unknown.
     *
     * @param offHeapLimit most that arrays may take
     * @param diskFree in the current folder
     */
    record Memory(long total, long free, long heapLimit, long offHeapLimit, long diskFree) {}

    /** @param bindings versions of the bindings to native libraries, by artifact, as they were loaded */
    record Software(String os, String arch, String java, String javaHome, Map<String, String> bindings) {}

    /**
     * @param backends the back ends on the class path
     * @param loaded the back end in use; "" when none could be loaded
     * @param build "base", "avx2" or "avx512"
     * @param buildReason why this build
     * @param library file of the native library; "" when the system doesn't tell
     * @param problem why no back end could be loaded; "" when one was
     */
    record Nd4jState(
            String version,
            List<String> backends,
            String loaded,
            String blas,
            String build,
            String buildReason,
            String library,
            String problem) {}

    record EngineState(String name, boolean usable, String detail) {}

    /**
     * What of CUDA there is, for the engine cuda.
     *
     * @param problem all that keeps it from being used, and what to do, as one text; "" when it can be used
     * @param problems the same, one by one
     * @param dnn why there is no cuDNN; null when it is there or wasn't looked at
     * @param driverError CUDA's number for why devices can't be listed; 0 when they can, or weren't asked for
     * @param notes what else is worth knowing
     * @param libraries in the order in which they are loaded
     * @param places where libraries were looked for
     * @param choices how recurrent layers are run, as measured
     */
    record CudaState(
            String problem,
            List<Problem> problems,
            Problem dnn,
            int driverError,
            List<String> notes,
            VersionState versions,
            List<LibraryState> libraries,
            List<Place> places,
            List<RecurrentChoices.Choice> choices) {
        static CudaState of(CudaReport report, List<RecurrentChoices.Choice> choices) {
            return new CudaState(
                    report.problem(),
                    report.findings().problems(),
                    report.findings().dnn().orElse(null),
                    report.findings().driverError(),
                    report.findings().notes(),
                    report.versions(),
                    report.libraries(),
                    report.places(),
                    choices);
        }
    }

    /** @param usedBy what each engine that could take a GPU says of it */
    record GpuState(String name, String computeCapability, String memory, String driver, List<EngineState> usedBy) {}

    static DoctorReport collect() {
        Cpu cpu = Cpu.detect();
        CudaReport cuda = CudaProbe.examine();
        List<EngineState> engines = probeEngines();
        return new DoctorReport(
                Main.Version.text(),
                new Processor(cpu.model(), cpu.notableFlags(), cpu.physicalCores(), cpu.logicalCores()),
                readMemory(),
                new Software(
                        System.getProperty("os.name") + " " + System.getProperty("os.version"),
                        System.getProperty("os.arch"),
                        System.getProperty("java.vm.name") + " " + Runtime.version(),
                        System.getProperty("java.home"),
                        Versions.ofBindings()),
                startNd4j(),
                engines,
                CudaState.of(cuda, RecurrentChoices.known()),
                findGpus(engines, cuda),
                engines.stream()
                        .filter(EngineState::usable)
                        .map(EngineState::name)
                        .findFirst()
                        .orElse(""));
    }

    private static Memory readMemory() {
        long total = -1;
        long free = -1;
        if (ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system) {
            total = system.getTotalMemorySize();
            free = system.getFreeMemorySize();
        }
        long heap = Runtime.getRuntime().maxMemory();
        long offHeap = ArrayMemory.limit();
        long disk = Path.of("").toAbsolutePath().toFile().getUsableSpace();
        return new Memory(total, free, heap, offHeap, disk);
    }

    private static Nd4jState startNd4j() {
        NativeVariant variant = NativeVariant.select();
        List<String> onClassPath = new ArrayList<>();
        for (Nd4jBackend backend : ServiceLoader.load(Nd4jBackend.class)) {
            if (!(backend instanceof NativeVariantBackend)) {
                onClassPath.add(backend.getClass().getSimpleName());
            }
        }
        String version = Versions.nd4j();
        try {
            String blas = Nd4j.factory().blas().getBlasVendor().toString();
            String loaded = Nd4j.getBackend().getClass().getSimpleName();
            String library = LoadedLibraries.pathOf("nd4jcpu").orElse("");
            return new Nd4jState(version, onClassPath, loaded, blas, variant.title(), variant.reason(), library, "");
        } catch (RuntimeException | LinkageError e) {
            return new Nd4jState(version, onClassPath, "", "", variant.title(), variant.reason(), "", root(e));
        }
    }

    private static String root(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }

    private static List<EngineState> probeEngines() {
        List<EngineState> states = new ArrayList<>();
        for (EngineProvider provider : Engines.providers()) {
            Availability availability = provider.probe();
            states.add(new EngineState(provider.name(), availability.usable(), availability.detail()));
        }
        return List.copyOf(states);
    }

    /** CUDA's devices, in its order; where it can't list them, those that the driver tells of. */
    static List<GpuState> findGpus(List<EngineState> engines, CudaReport cuda) {
        List<GpuState> states = new ArrayList<>();
        Optional<EngineState> engine =
                engines.stream().filter(e -> e.name().equals("cuda")).findFirst();
        for (CudaReport.GpuState gpu : cuda.devices()) {
            Gpu plain = new Gpu(
                    "cuda:" + gpu.ordinal() + " " + gpu.name(),
                    gpu.computeCapability(),
                    Terminal.bytes(gpu.memory()) + ", " + gpu.multiprocessors() + " multiprocessors",
                    cuda.versions().driverRelease());
            Optional<String> obstacle = cuda.obstacle(gpu.ordinal());
            states.add(gpuState(
                    plain,
                    engine.map(e -> new EngineState("cuda", obstacle.isEmpty(), obstacle.orElse("can use it")))));
        }
        if (states.isEmpty()) {
            Gpus.detect().forEach(gpu -> states.add(gpuState(gpu, engine)));
        }
        return List.copyOf(states);
    }

    private static GpuState gpuState(Gpu gpu, Optional<EngineState> cuda) {
        List<EngineState> users = new ArrayList<>();
        cuda.ifPresent(users::add);
        users.add(new EngineState("dl4j", nd4jOn(gpu).isEmpty(), nd4jOn(gpu).orElse("runs ND4J's CUDA back end")));
        return new GpuState(gpu.name(), gpu.computeCapability(), gpu.memory(), gpu.driver(), List.copyOf(users));
    }

    private static Optional<String> nd4jOn(Gpu gpu) {
        Optional<String> obstacle = gpu.unusableForNd4j();
        if (obstacle.isPresent()) {
            return obstacle;
        }
        boolean present = ServiceLoader.load(Nd4jBackend.class).stream()
                .anyMatch(provider -> provider.type().getSimpleName().equals("JCublasBackend"));
        return present
                ? Optional.empty()
                : Optional.of("org.nd4j:nd4j-cuda-11.6 is not on the class path: build with the profile nd4j-cuda");
    }
}
