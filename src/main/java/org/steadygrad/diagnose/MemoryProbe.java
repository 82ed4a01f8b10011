package org.steadygrad.diagnose;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.steadygrad.engine.StepTrace;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.dl4j.TracedPass;
import org.steadygrad.nn.GRU;
import org.steadygrad.ops.MaskedBatches;
import org.steadygrad.spec.HealthSpec;

/**
 * Measures the {@link MemoryReach} of recurrent layers with the loss of one step only: where every step has a loss, those of
 * the last step (for the backward direction the first), since with all of them there is a gradient everywhere and nothing to
 * be seen of its reach. The loss is the squared error of the outputs before their activation function: what is measured is the
 * way of the gradient, which mustn't depend on outputs that happen to be saturated.
 */
final class MemoryProbe {
    private final DoubleNetwork network;
    private final org.nd4j.linalg.dataset.api.MultiDataSet batch;
    private final HealthSpec.Time spec;
    private final Integer lag;

    /**
     * @param batch whose examples are looked at
     * @param lag steps back that the task needs; null when it isn't known
     */
    MemoryProbe(
            DoubleNetwork network, org.nd4j.linalg.dataset.api.MultiDataSet batch, HealthSpec.Time spec, Integer lag) {
        this.network = network;
        // in the model's layout again, as passes are given their batches
        this.batch = network.formats().turned(network.masked(batch));
        this.spec = spec;
        this.lag = lag;
    }

    /** One for each recurrent layer and direction. */
    List<MemoryReach> measure() {
        List<RecurrentPart> parts = RecurrentPart.of(network.graph());
        if (parts.isEmpty()) {
            return List.of();
        }
        Map<String, INDArray> outputs = network.activations(batch);
        StepTrace ofLast = trace(scoredAt(true));
        boolean both = parts.stream().anyMatch(part -> part.direction().equals("backward"));
        StepTrace ofFirst = both ? trace(scoredAt(false)) : ofLast;
        List<MemoryReach> found = new ArrayList<>();
        for (RecurrentPart part : parts) {
            StepTrace trace = part.direction().equals("backward") ? ofFirst : ofLast;
            trace.profiles().stream()
                    .filter(p -> p.layer().equals(part.layer()) && p.direction().equals(part.direction()))
                    .forEach(profile -> found.add(reach(part, profile, outputs)));
        }
        return found;
    }

    private StepTrace trace(MultiDataSet scored) {
        if (!(network.graph().getOutputLayer(0).conf().getLayer() instanceof BaseOutputLayer output)) {
            return TracedPass.run(network.graph(), network.weighed(scored), false)
                    .trace();
        }
        ILossFunction loss = output.getLossFn();
        IActivation activation = output.getActivationFn();
        output.setLossFn(new LossMSE());
        output.setActivationFn(new ActivationIdentity());
        try {
            return TracedPass.run(network.graph(), network.masked(scored), false)
                    .trace();
        } finally {
            output.setLossFn(loss);
            output.setActivationFn(activation);
        }
    }

    /** The batch with the loss of one step of each sequence only. */
    private MultiDataSet scoredAt(boolean last) {
        INDArray labels = batch.getLabels(0);
        INDArray[] labelMasks = batch.getLabelsMaskArrays();
        if (labels.rank() == 3) {
            INDArray there = MaskedBatches.first(labelMasks);
            long steps = labels.size(network.formats().labels() == RNNFormat.NWC ? 1 : 2);
            INDArray only = Nd4j.zeros(DataType.DOUBLE, labels.size(0), steps);
            for (long example = 0; example < labels.size(0); example++) {
                only.putScalar(example, scored(there, example, steps, last), 1);
            }
            labelMasks = new INDArray[] {only};
        }
        return new MultiDataSet(
                batch.getFeatures(), new INDArray[] {forEachOutput(labels)}, batch.getFeaturesMaskArrays(), labelMasks);
    }

    /** Where a label stands for several outputs, quantiles of it, once for each. */
    private INDArray forEachOutput(INDArray labels) {
        boolean timeInMiddle = network.formats().labels() == RNNFormat.NWC;
        int axis = labels.rank() == 3 && timeInMiddle ? 2 : 1;
        long outputs = network.graph().getOutputLayer(0).conf().getLayer() instanceof BaseOutputLayer output
                ? output.getNOut()
                : labels.size(axis);
        return outputs == labels.size(axis) ? labels : labels.repeat(axis, outputs / labels.size(axis));
    }

    private static long scored(INDArray mask, long example, long steps, boolean last) {
        long step = last ? steps - 1 : 0;
        while (mask != null && step > 0 && step < steps - 1 && mask.getDouble(example, step) == 0) {
            step += last ? -1 : 1;
        }
        return step;
    }

    private MemoryReach reach(RecurrentPart part, TimeProfile profile, Map<String, INDArray> outputs) {
        List<Integer> distances = new ArrayList<>();
        List<Double> norms = new ArrayList<>(profile.norms());
        boolean backward = part.direction().equals("backward");
        int origin = profile.steps().get(backward ? 0 : profile.steps().size() - 1);
        profile.steps().forEach(step -> distances.add(Math.abs(step - origin)));
        if (!backward) {
            Collections.reverse(distances);
            Collections.reverse(norms);
        }
        double predicted;
        double product = Double.NaN;
        if (part.gates().size() == 1) {
            VanillaRecursion recursion = VanillaRecursion.of(part, input(part, outputs));
            predicted = Spectrum.radius(part.parameter("RW")) * recursion.slope();
            product = recursion.factor();
        } else {
            predicted = kept(part);
        }
        return new MemoryReach(
                part.layer(),
                part.direction(),
                distances.get(distances.size() - 1) + 1,
                horizon(distances, norms),
                factor(distances, norms),
                predicted,
                product,
                lag,
                distances,
                norms);
    }

    private INDArray input(RecurrentPart part, Map<String, INDArray> outputs) {
        int below = part.vertex().getInputVertices()[0].getVertexIndex();
        return outputs.get(network.graph().getVertices()[below].getVertexName());
    }

    /** Mean share of the state that is kept from step to step while the gate sees nothing but its bias. */
    private static double kept(RecurrentPart part) {
        var gate =
                part.cell() instanceof GRU gru ? gru.getGateActivationFn() : ((LSTM) part.cell()).getGateActivationFn();
        return gate.getActivation(part.bias(1).dup(), false).meanNumber().doubleValue();
    }

    private int horizon(List<Integer> distances, List<Double> norms) {
        double least = spec.reach() * Collections.max(norms);
        int last = norms.size();
        while (last > 0 && norms.get(last - 1) < least) {
            last--;
        }
        return last == norms.size() ? distances.get(last - 1) + 1 : distances.get(last);
    }

    private static double factor(List<Integer> distances, List<Double> norms) {
        int first = 0;
        while (first < norms.size() - 1 && !(norms.get(first) > 0)) {
            first++;
        }
        int last = norms.size() - 1;
        while (last > first && !(norms.get(last) > 0)) {
            last--;
        }
        return last == first
                ? Double.NaN
                : Math.pow(norms.get(last) / norms.get(first), 1.0 / (distances.get(last) - distances.get(first)));
    }
}
