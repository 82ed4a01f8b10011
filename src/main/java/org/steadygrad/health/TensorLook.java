package org.steadygrad.health;

import java.util.ArrayList;
import java.util.List;
import org.steadygrad.engine.ParameterDistributions;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.ops.Histogram;
import org.steadygrad.runlog.Distributions.Kind;
import org.steadygrad.runlog.Distributions.Tensor;
import org.steadygrad.runlog.Look;

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
     * @param parameters of the step
     * @param trace of the step, with histograms
     */
    public static TensorLook of(ParameterDistributions parameters, StepTrace trace) {
        List<Tensor> tensors = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        List<Look.Gate> gates = new ArrayList<>();
        for (ParameterDistributions.Block block : parameters.blocks()) {
            String name = block.parameter().name();
            tensors.add(new Tensor(name, Kind.WEIGHT, block.weights()));
            gradients.add(new Tensor(name, Kind.GRADIENT, block.gradient()));
            for (int gate = 0; gate < block.gateNorms().size(); gate++) {
                gates.add(new Look.Gate(
                        name,
                        block.parameter().gates().get(gate),
                        block.gateNorms().get(gate)));
            }
        }
        tensors.addAll(gradients);
        for (StepTrace.LayerTrace layer : trace.layers()) {
            Histogram outputs = trace.activations().get(layer.layer());
            if (outputs != null) {
                tensors.add(new Tensor(layer.layer(), Kind.ACTIVATION, outputs));
            }
        }
        return new TensorLook(tensors, gates);
    }
}
