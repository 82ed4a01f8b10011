package org.steadygrad.engine;

import java.util.Optional;
import java.util.OptionalLong;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.spec.Precision;

/**
 * Runs the parts of training steps of one model: {@link #computeGradient} once or several times, then {@link #update}. Whole steps are
 * {@link org.steadygrad.engine.step.StepPipeline}'s. Not safe for use by several threads at a time; one after the other may use it.
 */
public interface Engine extends AutoCloseable {

    /** The provider's name. */
    String name();

    /** The device in words, for reports. */
    String device();

    /** Bytes that the engine holds on its device; empty where the device uses the host's memory, or doesn't tell. */
    default OptionalLong deviceBytes() {
        return OptionalLong.empty();
    }

    /** What the factors of matrix products are rounded to. */
    default Precision precision() {
        return Precision.FLOAT32;
    }

    /** Where each parameter lies in the statistics that {@link #update} returns. */
    FlatLayout layout();

    /**
     * Runs forward and backward in training mode. The batch isn't changed.
     *
     * @param batch one input and one label array; masks as DL4J takes them
     */
    PassResult computeGradient(MultiDataSet batch, PassOptions options);

    /**
     * Takes statistics of the gradient, clips it, and changes the parameters. A gradient with a non-finite element
     * changes nothing, updater state and running statistics included.
     *
     * @throws IllegalStateException when no gradient was computed since the last update
     */
    UpdateOutcome update(UpdateRule rule);

    /**
     * Copies the gradient of the passes since the last update, averaged over their examples, without loss scale and before
     * clipping; penalties on weights have no part in it. What blocks hold that aren't trained is without meaning.
     *
     * @param target of the length of {@link #layout}, in its order
     * @throws IllegalStateException when no gradient was computed since the last update
     */
    void copyGradient(float[] target);

    /**
     * Copies parameters and running statistics, as they are after all steps that were asked for.
     *
     * @param target of the length of {@link #layout}, in its order
     */
    void copyParameters(float[] target);

    /**
     * How what {@link #copyParameters} and {@link #copyGradient} copy is distributed.
     *
     * @throws IllegalStateException when no gradient was computed since the last update
     */
    default ParameterDistributions parameterDistributions() {
        return ParameterDistributions.of(layout(), this::copyParameters, this::copyGradient);
    }

    /**
     * Puts another gradient in place of that of the passes since the last update: from now on it is what {@link #copyGradient}
     * copies and {@link #update} takes. What blocks hold that aren't trained is left out, so that running statistics change by the
     * passes' own.
     *
     * @param gradient averaged, without loss scale, of the length of {@link #layout}, in its order; isn't changed. Elements that
     *     aren't finite refuse the update as the engine's own do
     * @throws IllegalStateException when no gradient was computed since the last update
     */
    void replaceGradient(float[] gradient);

    /** How steps are asked for before the results of those before them are known; empty for an engine that does one after the other. */
    default Optional<StepsAhead> stepsAhead() {
        return Optional.empty();
    }

    /** Forgets the gradients computed since the last update, as if they had never been. */
    void discardGradient();

    /** Runs forward in inference mode; carried state is neither used nor changed. */
    INDArray output(MultiDataSet batch);

    /**
     * As {@link #output}, before the output layer's activation function. Losses and metrics are computed from these: a
     * probability in float is 0 or 1 long before its logarithm has lost its digits.
     */
    INDArray logits(MultiDataSet batch);

    /**
     * Runs forward in inference mode for one more piece of sequences, continuing from the piece before.
     *
     * @param features [batch, size, time]
     */
    INDArray continueOutput(INDArray features);

    /** A copy of what {@link #continueOutput} left, from which it goes on. */
    SequenceState sequenceState();

    /**
     * Has {@link #continueOutput} go on from another state, or begin.
     *
     * @param state given by this engine, or put together of such
     */
    void continueFrom(SequenceState state);

    /** Forgets the state that recurrent layers carry. */
    void clearState();

    /** A copy of all that training changes, to come back to. */
    EngineSnapshot snapshot();

    /** @param snapshot made by this engine */
    void restore(EngineSnapshot snapshot);

    /** Writes parameters, running statistics and updater state into a model of the same configuration, exactly. */
    void exportTo(ComputationGraph model);

    /** Takes parameters, running statistics and updater state from a model of the same configuration, exactly. */
    void importFrom(ComputationGraph model);

    @Override
    void close();
}
