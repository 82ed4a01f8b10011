package org.steadygrad.engine.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.classes;
import static org.steadygrad.engine.ContractModels.dense;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.steadygrad.clip.ClipPolicies;
import org.steadygrad.engine.AskedSteps;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.Engine;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.PendingStep;
import org.steadygrad.engine.StepResult;
import org.steadygrad.engine.UpdateRule;
import org.steadygrad.engine.cuda.driver.CudaException;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.ops.ClipRule;

/**
 * Some training in which an engine takes memory and enqueues work in all the ways it has. Each act is whole by itself: done
 * again after it failed, it leaves what it would have left.
 */
record TrainingScript(
        String name, ComputationGraphConfiguration configuration, MultiDataSet small, MultiDataSet large) {
    private static final ClipRule NORM = new ClipRule.ByGlobalNorm(1);
    private static final ClipRule UNITS = new ClipRule.ByUnitRatio(0.01, 1e-3);

    /** One thing that is done with an engine. */
    interface Act {
        void on(Engine engine);
    }

    static TrainingScript denseLayers() {
        ContractData data = new ContractData(5);
        ComputationGraphConfiguration configuration = chain(
                InputType.feedForward(3),
                dense(6),
                new BatchNorm.Builder().activation(Activation.RELU).build(),
                new DropoutLayer(0.8),
                classes(3));
        return new TrainingScript(
                "dense",
                configuration,
                ContractData.batch(data.normal(4, 3), data.oneHot(4, 3)),
                ContractData.batch(data.normal(9, 3), data.oneHot(9, 3)));
    }

    static TrainingScript recurrentLayers() {
        ContractData data = new ContractData(5);
        Layer[] layers = {Cell.GRU.units(4), Cell.LSTM.units(3), dense(4), stepClasses(3)};
        ComputationGraphConfiguration configuration = chain(InputType.recurrent(3), layers);
        configuration.setBackpropType(BackpropType.TruncatedBPTT);
        configuration.setTbpttFwdLength(5);
        configuration.setTbpttBackLength(5);
        return new TrainingScript(
                "recurrent",
                configuration,
                ContractData.batch(data.normal(2, 3, 5), data.oneHot(2, 3, 5)),
                ContractData.batch(data.normal(4, 3, 7), data.oneHot(4, 3, 7)));
    }

    ComputationGraph model() {
        return new ContractCase(name, configuration, small).model();
    }

    /** A rule with a clip that doesn't depend on the gradient. */
    static UpdateRule rule(int iteration) {
        return rule(NORM, iteration);
    }

    /** A pass like any other. */
    static PassOptions pass(int seed) {
        return pass(seed, false, false, false);
    }

    private static UpdateRule rule(ClipRule clip, int iteration) {
        return new UpdateRule(ClipPolicies.of(clip), iteration, 0, 1);
    }

    private static PassOptions pass(int seed, boolean carry, boolean accumulate, boolean traced) {
        return new PassOptions(seed, carry, accumulate, traced);
    }

    private boolean windows() {
        return configuration.getBackpropType() == BackpropType.TruncatedBPTT;
    }

    private static Act step(MultiDataSet batch, PassOptions options, ClipRule clip) {
        int iteration = (int) options.randomSeed();
        return engine -> assertTrue(result(AskedSteps.ask(engine, batch, options, rule(clip, iteration)))
                .isPresent());
    }

    /** Where the result couldn't be fetched, the step was done all the same, and one may ask again. */
    private static Optional<StepResult> result(PendingStep pending) {
        try {
            return pending.await();
        } catch (CudaException e) {
            if (e.kind() == CudaException.Kind.DEVICE_LOST) {
                throw e;
            }
            return pending.await();
        }
    }

    /** A step, and where there are windows another that starts from its state. */
    private Stream<Act> steps(MultiDataSet batch, int iteration, ClipRule clip, boolean traced) {
        Act first = step(batch, pass(iteration, false, false, traced), clip);
        Act second = step(batch, pass(iteration, true, false, false), clip);
        return windows() ? Stream.of(first, second) : Stream.of(first);
    }

    private static void accumulate(Engine engine, MultiDataSet batch) {
        engine.discardGradient();
        engine.computeGradient(batch, pass(3, false, true, true));
        engine.computeGradient(batch, pass(4, false, true, false));
        engine.update(rule(UNITS, 3));
    }

    private static void updateApart(Engine engine, MultiDataSet batch) {
        engine.computeGradient(batch, pass(5));
        engine.update(rule(NORM, 5));
    }

    /** What is done, in this order. */
    List<Act> acts() {
        return Stream.of(
                        steps(small, 0, NORM, false),
                        steps(small, 1, NORM, false),
                        steps(small, 2, NORM, true),
                        Stream.<Act>of(engine -> accumulate(engine, small)),
                        steps(large, 4, UNITS, true),
                        Stream.<Act>of(engine -> engine.output(small), engine -> updateApart(engine, large)),
                        steps(small, 6, NORM, false))
                .flatMap(acts -> acts)
                .toList();
    }
}
