package org.steadygrad.health;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.health.Distributions.Kind;
import org.steadygrad.health.Distributions.Tensor;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.Histogram;
import org.steadygrad.ops.ParameterBlock;

/**
 * What is told of a step's tensors as a whole.
 *
 * @param tensors weights and gradients of parameters that are trained, and activations
 * @param gates norms of the gradient by gate, of the same parameters
 */
public record TensorLook(List<Tensor> tensors, List<Look.Gate> gates) {

    public TensorLook {
        tensors = List.copyOf(tensors);
        gates = List.copyOf(gates);
    }

    /**
     * @param parameters copies the parameters as they are before the update, in the layout's order
     * @param gradient copies the averaged gradient before clipping, in the same order
     * @param trace with histograms
     */
    public static TensorLook take(
            FlatLayout layout, Consumer<float[]> parameters, Consumer<float[]> gradient, StepTrace trace) {
        float[] values = new float[Math.toIntExact(layout.length())];
        parameters.accept(values);
        List<Tensor> tensors = new ArrayList<>(byParameter(layout, values, Kind.WEIGHT));
        gradient.accept(values);
        tensors.addAll(byParameter(layout, values, Kind.GRADIENT));
        for (StepTrace.LayerTrace layer : trace.layers()) {
            Histogram outputs = trace.activations().get(layer.layer());
            if (outputs != null) {
                tensors.add(new Tensor(layer.layer(), Kind.ACTIVATION, outputs));
            }
        }
        return new TensorLook(tensors, gates(layout, values));
    }

    private static List<Tensor> byParameter(FlatLayout layout, float[] values, Kind kind) {
        return layout.blocks().stream()
                .filter(ParameterBlock::trained)
                .map(block -> new Tensor(
                        block.name(),
                        kind,
                        Histogram.of(values, Math.toIntExact(block.offset()), Math.toIntExact(block.length()))))
                .toList();
    }

    private static List<Look.Gate> gates(FlatLayout layout, float[] gradient) {
        List<Look.Gate> gates = new ArrayList<>();
        for (ParameterBlock block : layout.blocks()) {
            int count = block.trained() ? block.gates().size() : 0;
            for (int gate = 0; gate < count; gate++) {
                int length = Math.toIntExact(block.length() / count);
                int offset = Math.toIntExact(block.offset()) + gate * length;
                gates.add(new Look.Gate(block.name(), block.gates().get(gate), norm(gradient, offset, length)));
            }
        }
        return gates;
    }

    private static double norm(float[] values, int offset, int length) {
        double squares = 0;
        for (int i = offset; i < offset + length; i++) {
            squares += (double) values[i] * values[i];
        }
        return Math.sqrt(squares);
    }
}
