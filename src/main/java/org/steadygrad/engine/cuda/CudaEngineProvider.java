package org.steadygrad.engine.cuda;

import java.util.Optional;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.Availability;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.engine.cuda.driver.CudaProbe;
import org.steadygrad.engine.cuda.driver.CudaReport;
import org.steadygrad.engine.cuda.driver.CudaReport.GpuState;
import org.steadygrad.engine.cuda.driver.Device;
import org.steadygrad.engine.cuda.driver.VisibleDevices;
import org.steadygrad.engine.cuda.stream.CudaRuntime;
import org.steadygrad.engine.plan.PlanBuilder;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.spec.Precision;

/** Runs whole training steps on an NVIDIA GPU, with cuDNN, cuBLAS and kernels of its own. */
public final class CudaEngineProvider implements EngineProvider {
    /** The name that {@code --engine} takes. */
    public static final String NAME = "cuda";

    private static final int RANK = 20;

    /** Ampere. */
    private static final int FIRST_WITH_TF32 = 80;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int rank() {
        return RANK;
    }

    @Override
    public Availability probe() {
        return availability(CudaProbe.report());
    }

    static Availability availability(CudaReport report) {
        Optional<String> first = report.obstacle(0);
        if (first.isPresent()) {
            return Availability.missing(first.get());
        }
        String gpus = report.devices().stream()
                .filter(GpuState::usable)
                .map(GpuState::title)
                .collect(Collectors.joining(", "));
        return Availability.usable("CUDA " + report.versions().runtime() + dnn(report) + " on device " + gpus
                + VisibleDevices.note().map(note -> "; " + note).orElse(""));
    }

    @Override
    public Optional<String> unusableDevice(int device) {
        return CudaProbe.report().obstacle(device);
    }

    @Override
    public Optional<String> unsupported(ComputationGraph model) {
        return PlanBuilder.unsupported(model).or(() -> UpdatePlan.unsupported(model));
    }

    @Override
    public Engine create(ComputationGraph model, EngineSettings settings) {
        CudaReport report = CudaProbe.report();
        report.obstacle(settings.device()).ifPresent(reason -> {
            throw new EngineException("Engine cuda can't be used: " + reason);
        });
        return open(model, settings);
    }

    private static Engine open(ComputationGraph model, EngineSettings settings) {
        Device device = device(settings.device());
        try {
            return open(model, settings, device);
        } catch (CudaException e) {
            throw e.kind() == CudaException.Kind.OUT_OF_MEMORY ? MemoryNeeds.noRoom(device, model, e) : e;
        }
    }

    private static Device device(int ordinal) {
        try {
            return Device.open(ordinal);
        } catch (CudaException e) {
            throw e.kind() == CudaException.Kind.OUT_OF_MEMORY ? MemoryNeeds.noContext(ordinal, e) : e;
        }
    }

    /** What has been taken of the device is given back when the engine can't be made. */
    private static Engine open(ComputationGraph model, EngineSettings settings, Device device) {
        try {
            CudaRuntime runtime = new CudaRuntime(device, precision(settings, device));
            return open(model, settings, runtime);
        } catch (RuntimeException | Error e) {
            close(device, e);
            throw e;
        }
    }

    private static Engine open(ComputationGraph model, EngineSettings settings, CudaRuntime runtime) {
        try {
            return new CudaEngine(model, runtime, settings.memory());
        } catch (RuntimeException | Error e) {
            close(runtime, e);
            throw e;
        }
    }

    private static void close(AutoCloseable closeable, Throwable failure) {
        try {
            closeable.close();
        } catch (Exception second) {
            failure.addSuppressed(second);
        }
    }

    private static Precision precision(EngineSettings settings, Device device) {
        if (settings.precision() != null) {
            return settings.precision();
        }
        return device.architecture() >= FIRST_WITH_TF32 ? Precision.TF32 : Precision.FLOAT32;
    }

    private static String dnn(CudaReport report) {
        if (report.findings().dnn().isPresent()) {
            return " without cuDNN, which recurrent layers can do without,";
        }
        return report.libraries().stream()
                .filter(library -> library.name().startsWith("libcudnn.so"))
                .map(library -> ", cuDNN " + library.version())
                .findFirst()
                .orElse("");
    }
}
