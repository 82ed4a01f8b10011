package org.steadygrad.engine.cpu;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.LayerTrace;
import org.steadygrad.engine.StepTrace.NonFiniteOrigin;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cpu.TensorScan.Reading;
import org.steadygrad.engine.plan.Plan;
import org.steadygrad.engine.plan.Value;
import org.steadygrad.engine.plan.VertexOutput;
import org.steadygrad.engine.trace.ActivationRange;
import org.steadygrad.ops.ParameterBlock;

/**
 * Reads a program's tensors while a step runs and sums them up as a {@link StepTrace}. Activations stay until the backward
 * pass is over; a gradient is read when it is complete, since its memory is used again below.
 */
final class ProgramTrace {
    private final Program program;
    private final Plan plan;
    private final TensorScan scan;
    private final FloatMemory mask;
    private final Map<Value, List<VertexOutput>> outputs = new HashMap<>();
    private final Map<String, Reading> activations = new HashMap<>();
    private final Map<String, Double> gradientNorms = new HashMap<>();
    private NonFiniteOrigin origin;

    ProgramTrace(Program program, TensorScan scan) {
        this.program = program;
        this.scan = scan;
        plan = program.model().plan();
        mask = program.shape().featureMask() ? plan.mask().map(program::value).orElse(null) : null;
        for (VertexOutput output : plan.outputs()) {
            outputs.computeIfAbsent(output.value(), v -> new ArrayList<>()).add(output);
        }
    }

    /** To be called after the forward pass. */
    void activations() {
        note(plan.input().producer(), "input", plan.input(), read(plan.input(), program.value(plan.input())));
        for (VertexOutput output : plan.outputs()) {
            Value value = output.value();
            Reading reading = scan.read(program.value(value), value.size(), maskOf(value), output.range());
            note(output.vertex(), "activation", value, reading);
            activations.put(output.vertex(), reading);
        }
    }

    private Reading read(Value value, FloatMemory data) {
        return scan.read(data, value.size(), maskOf(value), ActivationRange.NONE);
    }

    private FloatMemory maskOf(Value value) {
        return value.perStep() ? mask : null;
    }

    /** To be called when the gradient of a tensor is complete; labels enter through that of the output's input. */
    void gradient(Value value) {
        List<VertexOutput> vertices = outputs.getOrDefault(value, List.of());
        if (vertices.isEmpty()) {
            return;
        }
        Reading reading = read(value, program.gradient(value));
        for (VertexOutput vertex : vertices) {
            note(vertex.vertex(), "gradient", value, reading);
            gradientNorms.put(vertex.vertex(), reading.norm() / program.shape().examples());
        }
    }

    /** To be called before the backward pass. */
    void labels() {
        Value output = plan.loss().output();
        FloatMemory labels = program.batch().labels();
        Reading reading = scan.read(labels, labels.length() / program.rows(output), null, ActivationRange.NONE);
        note(plan.loss().layer(), "gradient", output, reading);
    }

    private void note(String vertex, String tensor, Value value, Reading reading) {
        if (origin == null && reading.nonFinite() != 0) {
            int step =
                    value.perStep() ? reading.nonFiniteRow() / program.shape().examples() : -1;
            origin = new NonFiniteOrigin(vertex, tensor, step, reading.nonFinite());
        }
    }

    /**
     * To be called after the backward pass.
     *
     * @param loss of the pass
     * @param profiles of the recurrent layers
     */
    StepTrace finish(double loss, List<TimeProfile> profiles) {
        if (origin == null && !Double.isFinite(loss)) {
            origin = new NonFiniteOrigin(plan.loss().layer(), "activation", -1, loss);
        }
        if (origin == null) {
            origin = nonFiniteParameterGradient();
        }
        List<LayerTrace> layers = new ArrayList<>();
        for (VertexOutput output : plan.outputs()) {
            if (output.layer()) {
                layers.add(layer(output, activations.get(output.vertex())));
            }
        }
        return new StepTrace(layers, profiles, Optional.ofNullable(origin));
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
    private NonFiniteOrigin nonFiniteParameterGradient() {
        List<ParameterBlock> blocks = plan.layout().blocks();
        for (int i = blocks.size() - 1; i >= 0; i--) {
            ParameterBlock block = blocks.get(i);
            double value = scan.nonFinite(program.model().memory().gradient(block));
            if (block.kind() != ParameterBlock.Kind.FROZEN && value != 0) {
                return new NonFiniteOrigin(block.layer(), "gradient", -1, value);
            }
        }
        return null;
    }
}
