package org.steadygrad.engine.cuda;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.engine.EngineException;
import org.steadygrad.engine.cuda.driver.Amounts;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.engine.cuda.driver.Device;
import org.steadygrad.engine.cuda.kernel.CudaModel;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.engine.program.Sharing;

/** What a batch needs of a device's memory, and what to do when there isn't enough. */
final class MemoryNeeds {
    private static final double MIB = 1L << 20;

    /** Share of the free memory that is worth trying. */
    private static final double SHARE = 0.8;

    /** Values that a recurrent layer keeps of each time step, in multiples of its units: for itself and for traces. */
    private static final int GATES = 10;

    /** Number of layers that are named. */
    private static final int SHOWN = 3;

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
        for (PlanOperation operation : plan.operations()) {
            elements += operation instanceof PlanOperation.Recur ? GATES * shape.elements(operation.output()) : 0;
        }
        return elements * Float.BYTES;
    }

    /** Says what would fit into the device's memory instead. */
    static EngineException tooLarge(CudaModel model, BatchShape shape, CudaException cause) {
        Device device = model.runtime().device();
        long needed = of(model.plan(), shape);
        Device.Memory memory = device.memory();
        long free = memory.free();
        long fits = Math.min(shape.examples() - 1L, (long) (shape.examples() * (SHARE * free / needed)));
        StringBuilder text = new StringBuilder("engine cuda: a batch of " + shape.examples() + " examples"
                + (shape.timeSteps() > 1 ? " and " + shape.timeSteps() + " time steps" : "") + " needs about "
                + Amounts.of(needed) + ", and " + Amounts.of(free) + " of " + Amounts.of(memory.total())
                + " are free on " + device.name() + ", where this engine has " + Amounts.of(device.allocatedBytes())
                + " and other programs what is left. ");
        if (cause.kind() == CudaException.Kind.OUT_OF_HOST_MEMORY) {
            text.append(cause.getMessage().replace("engine cuda: the", "The")).append(' ');
        }
        text.append("The largest of it: " + largest(model.plan(), shape) + ". ");
        text.append(fits > 0 ? "A batch of about " + fits + " examples would fit" : "Not even one example fits");
        if (model.plan().operations().stream().anyMatch(operation -> operation instanceof PlanOperation.Recur)) {
            text.append("; or set memory to ")
                    .append((long) Math.max(1, SHARE * free / MIB))
                    .append("MB or less, so that recurrent layers compute again what they can't keep; or shorten the"
                            + " windows of truncated back-propagation");
        }
        text.append("; or end other programs on the device, or name another device or engine.");
        return new EngineException(text.toString(), cause);
    }

    /** The layers whose values take most. */
    private static String largest(Plan plan, BatchShape shape) {
        Sharing sharing = new Sharing(plan, shape);
        Map<String, Long> bytes = new LinkedHashMap<>();
        for (Value value : plan.values()) {
            if (sharing.source(value).equals(value)) {
                bytes.merge(value.producer(), kept(shape, value), Long::sum);
            }
        }
        for (PlanOperation operation : plan.operations()) {
            if (operation instanceof PlanOperation.Recur recur) {
                bytes.merge(recur.output().producer(), GATES * Float.BYTES * shape.elements(recur.output()), Long::sum);
            }
        }
        return bytes.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(SHOWN)
                .map(entry -> entry.getKey() + " " + Amounts.of(entry.getValue()))
                .collect(Collectors.joining(", "));
    }

    /** A tensor, and in training its gradient. */
    private static long kept(BatchShape shape, Value value) {
        return (shape.training() ? 2L : 1L) * Float.BYTES * shape.elements(value);
    }

    /** Says why an engine can't be made. */
    static EngineException noRoom(Device device, ComputationGraph model, CudaException cause) {
        INDArray states = model.getUpdater().getStateViewArray();
        long needed = (2 * model.numParams() + (states == null ? 0 : states.length())) * Float.BYTES;
        Device.Memory memory = device.memory();
        return new EngineException(
                "engine cuda: " + Amounts.of(memory.free()) + " are free on " + device.name()
                        + ", too little for an engine whose parameters, gradient and updaters' state take "
                        + Amounts.of(needed) + "; the device has " + Amounts.of(memory.total())
                        + ". End other programs that use it, name another device, or choose another engine.",
                cause);
    }

    /** Says why not even a context can be made. */
    static EngineException noContext(int device, CudaException cause) {
        return new EngineException(
                "engine cuda: too little memory is free on device " + device + " for a program's context, which takes"
                        + " some hundred MiB before anything is computed. End other programs that use it, name another"
                        + " device, or choose another engine.",
                cause);
    }
}
