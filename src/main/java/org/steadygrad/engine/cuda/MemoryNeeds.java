package org.steadygrad.engine.cuda;

import java.util.Locale;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.engine.cuda.driver.Device;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanStep;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.Sharing;

/** What a batch needs of a device's memory, and what to do when there isn't enough. */
final class MemoryNeeds {
    private static final double MIB = 1L << 20;
    private static final double GIB = 1L << 30;

    /** Share of the free memory that is worth trying. */
    private static final double SHARE = 0.8;

    /** Values that a recurrent layer keeps of each step, in multiples of its units. */
    private static final int GATES = 5;

    private MemoryNeeds() {}

    /** Bytes of tensors, their gradients and what recurrent layers keep; about. */
    static long of(Plan plan, BatchShape shape) {
        Sharing sharing = new Sharing(plan, shape);
        long elements = 0;
        for (Value value : plan.values()) {
            elements += sharing.source(value).equals(value) ? shape.elements(value) : 0;
        }
        if (shape.training()) {
            elements *= 2;
        }
        for (PlanStep step : plan.steps()) {
            elements += step instanceof PlanStep.Recur ? GATES * shape.elements(step.output()) : 0;
        }
        return elements * Float.BYTES;
    }

    /** Says what would fit into the device's memory instead. */
    static EngineException tooLarge(CudaModel model, BatchShape shape, CudaException cause) {
        long needed = of(model.plan(), shape);
        long free = model.runtime().device().freeBytes();
        long fits = Math.min(shape.examples() - 1L, (long) (shape.examples() * (SHARE * free / needed)));
        StringBuilder text = new StringBuilder("engine cuda: a batch of " + shape.examples() + " examples"
                + (shape.steps() > 1 ? " and " + shape.steps() + " time steps" : "") + " needs about "
                + amount(needed) + ", and " + amount(free) + " are free on "
                + model.runtime().device().name()
                + ". ");
        text.append(fits > 0 ? "A batch of about " + fits + " examples would fit" : "Not even one example fits");
        if (model.plan().steps().stream().anyMatch(step -> step instanceof PlanStep.Recur)) {
            text.append("; or set memory to ")
                    .append((long) Math.max(1, SHARE * free / MIB))
                    .append("MB or less, so that recurrent layers compute again what they can't keep; or shorten the"
                            + " windows of truncated back-propagation");
        }
        return new EngineException(text.append('.').toString(), cause);
    }

    /** Says why an engine can't be made. */
    static EngineException noRoom(Device device, ComputationGraph model, CudaException cause) {
        INDArray states = model.getUpdater().getStateViewArray();
        long needed = (2 * model.numParams() + (states == null ? 0 : states.length())) * Float.BYTES;
        return new EngineException(
                "engine cuda: " + amount(device.freeBytes()) + " are free on " + device.name()
                        + ", too little for an engine whose parameters, gradient and updaters' state take "
                        + amount(needed) + ". End other programs that use the device, or choose another engine.",
                cause);
    }

    private static String amount(long bytes) {
        return bytes < GIB
                ? String.format(Locale.ROOT, "%.1f MiB", bytes / MIB)
                : String.format(Locale.ROOT, "%.2f GiB", bytes / GIB);
    }
}
