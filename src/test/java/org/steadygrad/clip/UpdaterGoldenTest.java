package org.steadygrad.clip;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.golden.Golden;
import org.steadygrad.model.FlatLayouts;
import org.steadygrad.ops.ClipRule;
import org.steadygrad.ops.FlatLayout;
import org.steadygrad.ops.GradientOps;

/**
 * Clipping by global norm followed by DL4J's own updater, with its order of updater and weight decay, against PyTorch.
 *
 * <p>The two differ in where epsilon stands. Adam: PyTorch adds it to sqrt(v / (1 - beta2^t)), DL4J to sqrt(v) alone, so
 * that it counts 1 / sqrt(1 - beta2^t) times as much in DL4J, 32 times in the first step. RmsProp: DL4J starts its
 * running mean of g^2 at epsilon, PyTorch at 0, which shortens DL4J's first steps by a relative 4.5 * epsilon / g^2.
 * These differences are known to the last digit ({@link EpsilonEffect}) and are added to PyTorch's numbers, so that the
 * tolerance is that of ten written digits.
 */
class UpdaterGoldenTest {
    private static final double TOLERANCE = 2e-8;

    @TestFactory
    List<DynamicTest> stepsAsPyTorchDoes() {
        return Golden.ofOperation("updater").stream()
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> check(golden)))
                .toList();
    }

    private static void check(Golden.Case golden) {
        GoldenUpdates updates = new GoldenUpdates(golden);
        MultiLayerNetwork network = network(updates);
        for (int step = 0; step < updates.gradients().size(); step++) {
            step(network, updates.limit(), updates.gradients().get(step), step);
            Golden.assertClose(
                    updates.expected().get(step), network.getParam("0_W"), TOLERANCE, "after step " + (step + 1));
        }
    }

    /** A network whose only parameter is a matrix of the shape of {@code start}. */
    private static MultiLayerNetwork network(GoldenUpdates updates) {
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .updater(updates.updater())
                .list()
                .layer(updates.onlyLayer())
                .build());
        network.init();
        network.getParam("0_W").assign(updates.start());
        network.initGradientsView();
        return network;
    }

    /** What DL4J's solver does, with the gradient given. */
    private static void step(MultiLayerNetwork network, double limit, INDArray value, int iteration) {
        ClipRule clip = Double.isFinite(limit) ? new ClipRule.ByGlobalNorm(limit) : new ClipRule.None();
        FlatLayout layout = FlatLayouts.of(network);
        INDArray flat = network.getGradientsViewArray();
        INDArray view = network.getLayer(0).getGradientsViewArray().reshape('f', value.rows(), value.columns());
        view.assign(value);
        GradientOps.clip(flat, network.params(), layout, GradientOps.statistics(flat, layout), clip);
        Gradient gradient = new DefaultGradient(flat);
        gradient.setGradientFor("0_W", view);
        network.getUpdater().update(network, gradient, iteration, 0, 1, LayerWorkspaceMgr.noWorkspaces());
        network.params().subi(flat.reshape(flat.length()));
    }
}
