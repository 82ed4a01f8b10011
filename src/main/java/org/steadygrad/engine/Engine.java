package org.steadygrad.engine;

import java.util.Optional;
import java.util.OptionalLong;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.spec.Precision;

/**
 * Runs the training steps of one model: {@link #computeGradient} once or several times, then {@link #update}. Not safe
 * for use by several threads at a time; one after the other may use it.
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
     * How many steps may be asked for by {@link #step} before the first of them is awaited, so that the engine needn't wait
     * for its caller; 0 for an engine that does each step when it is asked for it.
     */
    default int stepsAhead() {
        return 0;
    }

    /**
     * Asks for a whole step: the gradient of a batch, and the update if the loss is finite. The numbers are those of {@link
     * #computeGradient} and {@link #update}. When a step is refused, because loss or gradient isn't finite, those asked for
     * after it and before it was awaited aren't run: they find the parameters as they were.
     *
     * @param batch isn't changed, and may be changed by the caller afterwards
     * @param options of the pass; gradients aren't accumulated. A pass with histograms is waited for at once, so that the
     *     steps before it must have been awaited
     * @param rule with a policy that has a {@link org.steadygrad.ops.ClipPolicy#constantRule}, if steps are to be ahead
     */
    default PendingStep step(MultiDataSet batch, PassOptions options, UpdateRule rule) {
        PassResult pass = computeGradient(batch, options);
        Optional<UpdateOutcome> outcome = Optional.empty();
        if (Double.isFinite(pass.loss())) {
            outcome = Optional.of(update(rule));
        } else {
            discardGradient();
        }
        Optional<StepResult> result = Optional.of(new StepResult(pass, outcome));
        return () -> result;
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

    /** Forgets the state that recurrent layers carry. */
    void clearState();

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
