package org.steadygrad.engine.dl4j;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.engine.plan.SequenceFormats;
import org.steadygrad.nn.MaskAware;
import org.steadygrad.nn.MaskedValue;

/**
 * A copy of a model with the same parameters, and layers, losses and activation functions that are right in place of those of DL4J that
 * aren't, together with what batches must be like for them. The model isn't changed.
 */
public final class OwnGraph {
    private static final String WHO = "copy of a model";

    private final ComputationGraph graph;
    private final BatchIntake intake;

    private OwnGraph(ComputationGraph graph, BatchIntake intake) {
        this.graph = graph;
        this.intake = intake;
    }

    /** A copy for measurements in double, which has no updater state. */
    public static OwnGraph inDouble(ComputationGraph model) {
        return inDouble(model, model.getConfiguration());
    }

    /**
     * A copy for measurements in double, which has no updater state.
     *
     * @param configuration to be used in place of the model's own, with the same parameters; isn't changed
     */
    public static OwnGraph inDouble(ComputationGraph model, ComputationGraphConfiguration configuration) {
        ComputationGraphConfiguration own = configuration(configuration, model);
        own.setDataType(DataType.DOUBLE);
        own.getVertices().values().forEach(vertex -> {
            if (vertex instanceof LayerVertex layered) {
                layered.getLayerConf().setDataType(DataType.DOUBLE);
            }
        });
        return finished(own, model.params().castTo(DataType.DOUBLE).dup(), model);
    }

    /** The engine's own, which goes on with the model's updater state. */
    static OwnGraph of(ComputationGraph model) {
        OwnGraph own = finished(
                configuration(model.getConfiguration(), model), model.params().dup(), model);
        INDArray state = model.getUpdater().getStateViewArray();
        if (state != null) {
            own.graph.getUpdater().setStateViewArray(state.dup());
        }
        return own;
    }

    /** It goes by way of JSON, since DL4J's own clone shares the configuration of wrapped layers with the original. */
    private static ComputationGraphConfiguration configuration(
            ComputationGraphConfiguration configuration, ComputationGraph model) {
        ComputationGraphConfiguration own = MaskAware.of(configuration);
        MaskedValue.unwrap(own);
        OutputFormats.fill(own, SequenceFormats.of(model).labels());
        return TimeLast.of(own);
    }

    private static OwnGraph finished(ComputationGraphConfiguration own, INDArray parameters, ComputationGraph model) {
        ComputationGraph copy = new ComputationGraph(own);
        copy.init(parameters, false);
        // before the updater takes note of the layers
        Nd4jLayers.sumExactly(copy);
        copy.setListeners();
        Nd4jLayers.keepTo(copy);
        ExactLosses.install(copy);
        // after the losses, which know activation functions by DL4J's classes
        ExactActivations.install(copy);
        return new OwnGraph(copy, new BatchIntake(copy, SequenceFormats.of(model)));
    }

    /** The copy itself. */
    public ComputationGraph graph() {
        return graph;
    }

    /**
     * The batch as a pass with labels through {@link #graph} must be given it, by this copy's caller alone: the loss is told the
     * weights of the labels, and sequences are [batch, size, time] whatever the model's layout.
     *
     * @throws org.steadygrad.check.InvalidInputException when it can't be computed rightly
     */
    public MultiDataSet batch(MultiDataSet given) {
        return intake.forTraining(WHO, given);
    }

    /**
     * The batch with the masks that count and zeros under them, in the parameters' data type; sequences are [batch, size, time].
     *
     * @throws org.steadygrad.check.InvalidInputException when a layer can't be right where steps are masked
     */
    public MultiDataSet masked(MultiDataSet given) {
        return intake.seen(WHO, given);
    }

    BatchIntake intake() {
        return intake;
    }
}
