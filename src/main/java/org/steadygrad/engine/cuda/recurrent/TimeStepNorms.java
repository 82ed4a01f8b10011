package org.steadygrad.engine.cuda.recurrent;

import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cuda.driver.DeviceMemory;
import org.steadygrad.engine.cuda.driver.PinnedMemory;
import org.steadygrad.engine.cuda.stream.CudaRuntime;

/** Norms of the gradient of a recurrent layer's state, one for every time step. */
final class TimeStepNorms {
    private final CudaRuntime runtime;
    private final DeviceMemory norms;
    private final PinnedMemory host;
    private final int steps;

    /** @param steps number of time steps */
    TimeStepNorms(ScanPlace place, int steps) {
        runtime = place.runtime();
        this.steps = steps;
        norms = place.scope().bytes((long) steps * Double.BYTES);
        host = place.scope().own(runtime.device().pinned(norms.bytes()));
    }

    /**
     * Enqueues the norms of a stretch of steps.
     *
     * @param total gradients, one row of any number of elements per step
     * @param first number of the stretch's first step
     * @param count number of steps
     */
    void note(DeviceMemory total, int first, int count) {
        runtime.stream()
                .launch(runtime.each(count, "recurrent", "step_norms")
                        .with(total)
                        .with(norms.slice((long) first * Double.BYTES, (long) count * Double.BYTES))
                        .with(total.length() / count));
    }

    /** Enqueues the way of all norms to the host. */
    void fetch() {
        runtime.stream().download(host, norms);
    }

    /**
     * Of a pass that was waited for.
     *
     * @param divisor of the norms: the number of examples that the loss is averaged over, times the loss scale
     */
    TimeProfile profile(String layer, boolean reverse, double divisor) {
        DoubleBuffer values = host.content().asDoubleBuffer();
        List<Double> averaged = new ArrayList<>(steps);
        for (int step = 0; step < steps; step++) {
            averaged.add(values.get(step) / divisor);
        }
        List<Integer> all = IntStream.range(0, steps).boxed().toList();
        return new TimeProfile(layer, reverse ? "backward" : "forward", all, averaged);
    }
}
