package org.steadygrad.engine.plan;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.params.BidirectionalParamInitializer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.steadygrad.engine.plan.PlanOperation.Cell;
import org.steadygrad.engine.plan.PlanOperation.Combination;
import org.steadygrad.engine.plan.Value.Rows;
import org.steadygrad.nn.GRU;
import org.steadygrad.nn.GRUParamInitializer;

/**
 * What recurrent layers and their wrappers become. A mask reaches every recurrent layer: DL4J's graphs hand an {@code LSTM} none
 * but within {@code LastTimeStep} or {@code MaskZeroLayer}, so that its reverse direction starts from the padding.
 */
final class RecurrentTranslation {
    private final PlanBuilder plan;
    private final String name;
    private final Signal input;

    private RecurrentTranslation(PlanBuilder plan, String name, Signal input) {
        this.plan = plan;
        this.name = name;
        this.input = input;
    }

    /** Whether the layer is recurrent, perhaps within wrappers. */
    static boolean knows(Layer layer) {
        return layer instanceof LastTimeStep
                || layer instanceof MaskZeroLayer
                || layer instanceof Bidirectional
                || layer instanceof BaseRecurrentLayer;
    }

    /** @param layer one that this class knows */
    static Signal translate(PlanBuilder plan, String name, Layer layer, Signal input) {
        RecurrentTranslation translation = new RecurrentTranslation(plan, name, input);
        if (layer instanceof LastTimeStep last) {
            Sequence steps = translation.sequence(last.getUnderlying(), input.mask());
            Value output = plan.newValue(name, steps.value.size(), Rows.EXAMPLES);
            return new Signal(
                    plan.add(new PlanOperation.LastTimeStep(name, steps.value, output, steps.mask)), Optional.empty());
        }
        return input.with(translation.sequence(layer, Optional.empty()).value);
    }

    /** @param mask that was set, not passed on */
    private record Sequence(Value value, Optional<Value> mask) {}

    /** @param setMask what a wrapper sets the layer's mask to, whichever layer it is */
    private Sequence sequence(Layer layer, Optional<Value> setMask) {
        if (layer instanceof MaskZeroLayer zero && plan.isInput(input.value())) {
            // batches come with a mask in its place
            return sequence(zero.getUnderlying(), setMask);
        }
        if (layer instanceof MaskZeroLayer zero) {
            Value mask = plan.newValue(name + " mask", 1, Rows.TIME_STEPS);
            plan.add(new PlanOperation.DeriveMask(name, input.value(), mask, zero.getMaskingValue(), input.mask()));
            return sequence(zero.getUnderlying(), Optional.of(mask));
        }
        Value output = layer instanceof Bidirectional both ? bothWays(both, setMask) : oneWay(layer, "", setMask);
        return new Sequence(output, setMask);
    }

    private Value bothWays(Bidirectional layer, Optional<Value> setMask) {
        Value forward = oneWay(layer.getFwd(), BidirectionalParamInitializer.FORWARD_PREFIX, setMask);
        Value backward = oneWay(layer.getBwd(), BidirectionalParamInitializer.BACKWARD_PREFIX, setMask);
        List<Value> both = List.of(forward, backward);
        int size = forward.size();
        return switch (layer.getMode()) {
            case CONCAT ->
                plan.add(new PlanOperation.Concat(
                        name, both, plan.newValue(name, size + backward.size(), Rows.TIME_STEPS)));
            case ADD -> combined(both, Combination.ADD);
            case MUL -> combined(both, Combination.PRODUCT);
            case AVERAGE -> combined(both, Combination.AVERAGE);
        };
    }

    private Value combined(List<Value> both, Combination combination) {
        Value output = plan.newValue(name, both.get(0).size(), Rows.TIME_STEPS);
        return plan.add(new PlanOperation.Combine(name, both, output, combination));
    }

    /** @param prefix of the parameters' names; that of the backward direction reads from the end */
    private Value oneWay(Layer conf, String prefix, Optional<Value> setMask) {
        BaseRecurrentLayer layer = supported(conf);
        Value read = DropoutTranslation.apply(plan, name, layer.getIDropout(), input.value());
        Cell cell = cell(layer);
        return plan.add(new PlanOperation.Recur(
                name,
                read,
                plan.newValue(name, layer.getNOut(), Rows.TIME_STEPS),
                cell,
                PlanBuilder.activation(name, layer.getActivationFn()),
                plan.parameter(name, prefix + GRUParamInitializer.INPUT_WEIGHT_KEY),
                plan.parameter(name, prefix + GRUParamInitializer.RECURRENT_WEIGHT_KEY),
                plan.parameter(name, prefix + GRUParamInitializer.BIAS_KEY),
                prefix.equals(BidirectionalParamInitializer.BACKWARD_PREFIX),
                setMask.or(input::mask)));
    }

    private BaseRecurrentLayer supported(Layer conf) {
        if (!(conf instanceof BaseRecurrentLayer layer)
                || !(layer instanceof LSTM || layer instanceof GRU || layer instanceof SimpleRnn)) {
            throw new UnsupportedModelException(name, conf.getClass().getSimpleName());
        }
        if (layer.getWeightNoise() != null) {
            throw new UnsupportedModelException(
                    name, "weight noise " + layer.getWeightNoise().getClass().getSimpleName());
        }
        return layer;
    }

    private Cell cell(BaseRecurrentLayer layer) {
        if (layer instanceof GRU gru) {
            check("a GRU", gru.getActivationFn(), gru.getGateActivationFn());
            return Cell.GRU;
        }
        if (layer instanceof LSTM lstm) {
            check("an LSTM", lstm.getActivationFn(), lstm.getGateActivationFn());
            return Cell.LSTM;
        }
        if (((SimpleRnn) layer).hasLayerNorm()) {
            throw new UnsupportedModelException(name, "layer normalisation");
        }
        switch (PlanBuilder.activation(name, layer.getActivationFn()).kind()) {
            case TANH, SIGMOID, RELU -> {}
            default ->
                throw new UnsupportedModelException(name, "a SimpleRnn with activation " + layer.getActivationFn());
        }
        return Cell.SIMPLE;
    }

    private void check(String cell, IActivation activation, IActivation gates) {
        if (!(activation instanceof ActivationTanH) || !(gates instanceof ActivationSigmoid)) {
            throw new UnsupportedModelException(name, cell + " with activations " + activation + " and " + gates);
        }
    }
}
