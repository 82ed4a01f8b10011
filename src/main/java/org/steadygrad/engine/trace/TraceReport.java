package org.steadygrad.engine.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.PlanOperation;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.plan.VertexOutput;
import org.steadygrad.engine.program.BatchShape;
import org.steadygrad.ops.Histogram;
import org.steadygrad.ops.ParameterBlock;

/**
 * Sums up as a {@link StepTrace} what was read of a training step's tensors. Readings must be told in the order in which the step
 * computes: the input, activations, labels, gradients from the output to the input.
 */
public final class TraceReport {
    private final Plan plan;
    private final BatchShape shape;
    private final Map<Value, List<VertexOutput>> outputs = new HashMap<>();
    private final Map<String, Reading> activations = new HashMap<>();
    private final Map<String, Histogram> histograms = new HashMap<>();
    private final Map<String, Double> gradientNorms = new HashMap<>();
    private NonFiniteOrigin origin;

    public TraceReport(Plan plan, BatchShape shape) {
        this.plan = plan;
        this.shape = shape;
        for (VertexOutput output : plan.outputs()) {
            outputs.computeIfAbsent(output.value(), v -> new ArrayList<>()).add(output);
        }
    }

    public void input(Reading reading) {
        note(plan.input().producer(), "input", plan.input(), reading);
    }

    /** @param output one of the plan's */
    public void activation(VertexOutput output, Reading reading) {
        note(output.vertex(), "activation", output.value(), reading);
        activations.put(output.vertex(), reading);
    }

    /** @param output one of the plan's, that is a layer's */
    public void histogram(VertexOutput output, Histogram values) {
        histograms.put(output.vertex(), values);
    }

    /** Labels enter the backward pass through the gradient of the output. */
    public void labels(Reading reading) {
        note(plan.loss().layer(), "gradient", plan.loss().output(), reading);
    }

    /** Whether anybody wants to know the gradient of a tensor. */
    public boolean reads(Value value) {
        return outputs.containsKey(value);
    }

    /** @param value one that the report {@link #reads} */
    public void gradient(Value value, Reading reading) {
        for (VertexOutput vertex : outputs.get(value)) {
            note(vertex.vertex(), "gradient", value, reading);
            gradientNorms.put(vertex.vertex(), reading.norm() / shape.examples());
        }
    }

    private void note(String vertex, String tensor, Value value, Reading reading) {
        if (origin == null && reading.nonFinite() != 0) {
            origin = origin(vertex, tensor, value, reading);
        }
    }

    private NonFiniteOrigin origin(String vertex, String tensor, Value value, Reading reading) {
        int step = value.perTimeStep() ? reading.nonFiniteRow() / shape.examples() : -1;
        return new NonFiniteOrigin(vertex, tensor, step, reading.nonFinite());
    }

    /**
     * Activation functions within a layer whose inputs are no layer's output. A function that saturates makes numbers of what overflowed there,
     * so that the gradient is the first to show it.
     */
    public static List<PlanOperation.Activate> hidden(Plan plan) {
        return plan.operations().stream()
                .filter(operation -> operation instanceof PlanOperation.Activate)
                .map(operation -> (PlanOperation.Activate) operation)
                .filter(operation -> plan.outputs().stream()
                        .noneMatch(output -> output.value().equals(operation.input())))
                .toList();
    }

    /** Whether no activation was other than finite, but a gradient was: the inputs of {@link #hidden} operations may tell why. */
    public boolean onlyGradients() {
        return origin != null && origin.tensor().equals("gradient");
    }

    /** @param operation one of {@link #hidden}, in their order; what its input holds comes before all gradients */
    public void beforeActivation(PlanOperation.Activate operation, Reading reading) {
        if ((origin == null || onlyGradients()) && reading.nonFinite() != 0) {
            origin = origin(operation.layer(), "activation", operation.input(), reading);
        }
    }

    /**
     * To be called when all was read.
     *
     * @param loss of the pass
     * @param profiles of the recurrent layers
     * @param nonFinite the first NaN or infinity in the gradient of a parameter; 0 when there is none
     */
    public StepTrace finish(double loss, List<TimeProfile> profiles, ToDoubleFunction<ParameterBlock> nonFinite) {
        if (origin == null && !Double.isFinite(loss)) {
            origin = new NonFiniteOrigin(plan.loss().layer(), "activation", -1, loss);
        }
        if (origin == null) {
            origin = nonFiniteParameterGradient(nonFinite);
        }
        List<LayerTrace> layers = new ArrayList<>();
        for (VertexOutput output : plan.outputs()) {
            if (output.layer()) {
                layers.add(layer(output, activations.get(output.vertex())));
            }
        }
        return new StepTrace(layers, profiles, Optional.ofNullable(origin), histograms);
    }

    private LayerTrace layer(VertexOutput output, Reading reading) {
        return new LayerTrace(
                output.vertex(),
                output.depth(),
                output.range().name(),
                gradientNorms.getOrDefault(output.vertex(), Double.NaN),
                reading.mean(),
                reading.deviation(),
                reading.saturatedShare(),
                reading.deadShare());
    }

    /** Walks the parameters from the output to the input; null when all gradients are finite. */
    private NonFiniteOrigin nonFiniteParameterGradient(ToDoubleFunction<ParameterBlock> nonFinite) {
        List<ParameterBlock> blocks = plan.layout().blocks();
        for (int i = blocks.size() - 1; i >= 0; i--) {
            ParameterBlock block = blocks.get(i);
            double value = block.kind() == ParameterBlock.Kind.FROZEN ? 0 : nonFinite.applyAsDouble(block);
            if (value != 0) {
                return new NonFiniteOrigin(block.layer(), "gradient", -1, value);
            }
        }
        return null;
    }
}
