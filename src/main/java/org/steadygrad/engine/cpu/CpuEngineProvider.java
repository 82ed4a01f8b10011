package org.steadygrad.engine.cpu;

import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.steadygrad.engine.Availability;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.EngineProvider;
import org.steadygrad.engine.EngineSettings;
import org.steadygrad.engine.cpu.onednn.OneDnnVersion;
import org.steadygrad.engine.plan.PlanBuilder;
import org.steadygrad.engine.plan.UpdatePlan;
import org.steadygrad.platform.Cpu;
import org.steadygrad.platform.NativeVariant;

/** Runs whole training steps on oneDNN, on the CPU. */
public final class CpuEngineProvider implements EngineProvider {
    /** The name that {@code --engine} takes. */
    public static final String NAME = "cpu";

    private static final int RANK = 10;

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
        try {
            NativeVariant.select();
            return Availability.usable(OneDnnVersion.describe());
        } catch (LinkageError | RuntimeException e) {
            return Availability.missing(
                    "oneDNN can't be loaded (" + reason(e)
                            + "). Put org.bytedeco:dnnl and org.bytedeco:opencl with this platform's classifier on the class path.");
        }
    }

    /**
     * Of "no x in java.library.path: ..." the paths are of no use, since the libraries come out of jars. From the second time on
     * Java only says that a class can't be initialised, with the first failure as the cause.
     */
    private static String reason(Throwable failure) {
        if (failure instanceof NoClassDefFoundError && failure.getCause() != null) {
            return reason(failure.getCause());
        }
        String message = String.valueOf(failure.getMessage());
        String path = "java.library.path";
        int end = message.indexOf(path);
        return end < 0
                ? failure.getClass().getSimpleName() + ": " + message
                : message.substring(0, end + path.length());
    }

    @Override
    public Optional<String> unsupported(ComputationGraph model) {
        return PlanBuilder.unsupported(model).or(() -> UpdatePlan.unsupported(model));
    }

    @Override
    public Engine create(ComputationGraph model, EngineSettings settings) {
        NativeVariant.select();
        return new CpuEngine(
                model,
                settings.threads() > 0 ? settings.threads() : Cpu.detect().usableCores(),
                settings.memory());
    }
}
