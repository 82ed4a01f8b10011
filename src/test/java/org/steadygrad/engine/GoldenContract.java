package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.clip.GoldenUpdates;
import org.steadygrad.golden.Golden;
import org.steadygrad.nn.BatchNorm;
import org.steadygrad.nn.GoldenStack;
import org.steadygrad.ops.ClipRule;

/**
 * The whole engine against PyTorch: stacks, batch norm and updates. Where a case gives the gradient of an output, labels
 * of a squared error are chosen that make it.
 */
public interface GoldenContract extends EngineSubject {
    /** Of outputs against those of PyTorch. */
    double OUTPUT = 1e-5;

    private static Stream<DynamicTest> cases(String operation, Consumer<Golden.Case> check) {
        return Golden.ofOperation(operation).stream()
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> check.accept(golden)));
    }

    private static MultiDataSet batch(INDArray features, INDArray labels) {
        return ContractData.batch(features.castTo(DataType.FLOAT), labels.castTo(DataType.FLOAT));
    }

    /** In 'f' order, as parameters lie. */
    private static double[] values(INDArray array) {
        return array.castTo(DataType.DOUBLE).dup('f').data().asDouble();
    }

    private static double sumOfSquares(INDArray array) {
        return array.mul(array).sumNumber().doubleValue();
    }

    @TestFactory
    default Stream<DynamicTest> stacks() {
        return cases("stack", golden -> {
            ComputationGraph graph = GoldenStack.network(golden, DataType.FLOAT);
            MultiDataSet data = GoldenStack.batch(golden);
            Map<String, double[]> expected = new HashMap<>();
            GoldenStack.gradients(golden).forEach((name, gradient) -> expected.put(name, values(gradient)));
            try (Engine engine = engine(graph)) {
                Gradient actual = EngineSubject.gradient(
                        engine, graph, batch(data.getFeatures(0), data.getLabels(0)), EngineSubject.plain());
                double loss = golden.content().get("loss").asDouble();
                assertEquals(loss, actual.loss(), OUTPUT * (1 + loss), "loss");
                assertBlocks(expected, actual.blocks());
            }
        });
    }

    /** Per tensor, without regard to the others: a deep stack's first layers have tiny gradients. */
    private static void assertBlocks(Map<String, double[]> expected, Map<String, double[]> actual) {
        expected.forEach((name, values) -> {
            // a bias below batch norm has no effect: its gradient is rounding
            if (Gradient.norm(values) > 1e-12) {
                Gradient.assertClose(Map.of(name, values), actual, EngineSubject.TOLERANCE, "gradient");
            } else {
                assertEquals(0, Gradient.norm(actual.get(name)), 1e-6, name);
            }
        });
    }

    /** An embedding below gives the features, so that their gradient is the embedding's. */
    @TestFactory
    default Stream<DynamicTest> batchNorms() {
        return cases("batchnorm", golden -> {
            INDArray x = golden.array("/inputs/x");
            ComputationGraph graph = batchNorm(golden, x);
            int examples = x.rows();
            INDArray pull = golden.array("/upstream/dy").mul(x.columns() / 2.0);
            INDArray rows = Nd4j.arange(examples).reshape(examples, 1);
            MultiDataSet batch = batch(rows, golden.array("/outputs/y").sub(pull));
            try (Engine engine = engine(graph)) {
                double loss =
                        engine.computeGradient(batch, EngineSubject.plain()).loss();
                double expected = sumOfSquares(pull) / x.length();
                assertEquals(expected, loss, OUTPUT * (1 + expected), "loss");
                ComputationGraph after = graph.clone();
                Map<String, double[]> actual = EngineSubject.collected(engine, after);
                assertBlocks(
                        Map.of(
                                "x_W", values(golden.array("/gradients/x").div(examples)),
                                "norm_gamma",
                                        values(golden.array("/gradients/gamma").div(examples)),
                                "norm_beta",
                                        values(golden.array("/gradients/beta").div(examples))),
                        actual);
                Golden.assertClose(golden.array("/outputs/running_mean"), after.getParam("norm_mean"), OUTPUT, "mean");
                // DL4J's running variance is that of the batch, PyTorch's an estimate of the population's
                double momentum = golden.content().get("momentum").asDouble();
                INDArray unbiased = golden.array("/outputs/running_var_unbiased");
                INDArray ofBatch = unbiased.sub(1 - momentum)
                        .muli((examples - 1.0) / examples)
                        .addi(1 - momentum);
                Golden.assertClose(ofBatch, after.getParam("norm_var"), OUTPUT, "variance");
                after.getParam("norm_var").assign(unbiased);
                for (String name : new String[] {"x_W", "norm_gamma", "norm_beta"}) {
                    after.getParam(name).assign(graph.getParam(name));
                }
                engine.importFrom(after);
                Golden.assertClose(golden.array("/outputs/y_eval"), engine.output(batch), OUTPUT, "y in inference");
            }
        });
    }

    private static ComputationGraph batchNorm(Golden.Case golden, INDArray x) {
        BatchNorm.Builder norm = new BatchNorm.Builder();
        norm.nIn(x.columns()).nOut(x.columns());
        norm.useLogStd(false);
        norm.eps(golden.content().get("eps").asDouble());
        norm.decay(1 - golden.content().get("momentum").asDouble());
        norm.activation(Activation.IDENTITY);
        EmbeddingLayer embedding = new EmbeddingLayer.Builder()
                .nIn(x.rows())
                .nOut(x.columns())
                .hasBias(false)
                .activation(Activation.IDENTITY)
                .build();
        LossLayer loss = new LossLayer.Builder(LossFunction.MSE)
                .activation(Activation.IDENTITY)
                .build();
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .updater(new Sgd(1))
                .graphBuilder()
                .addInputs("in")
                .addLayer("x", embedding, "in")
                .addLayer("norm", norm.build(), "x")
                .addLayer("out", loss, "norm")
                .setOutputs("out")
                .build());
        graph.init();
        graph.getParam("x_W").assign(x);
        for (String name : new String[] {"gamma", "beta"}) {
            INDArray target = graph.getParam("norm_" + name);
            target.assign(golden.array("/params/" + name).reshape(target.shape()));
        }
        return graph;
    }

    /** With the unit matrix as features, the output is the parameter itself. */
    @TestFactory
    default Stream<DynamicTest> updates() {
        return cases("updater", golden -> {
            GoldenUpdates updates = new GoldenUpdates(golden);
            ComputationGraph graph = matrix(updates);
            int examples = updates.start().rows();
            INDArray unit = Nd4j.eye(examples);
            double limit = updates.limit();
            ClipRule clip = Double.isFinite(limit) ? new ClipRule.ByGlobalNorm(limit) : new ClipRule.None();
            try (Engine engine = engine(graph)) {
                for (int step = 0; step < updates.gradients().size(); step++) {
                    INDArray gradient = updates.gradients().get(step);
                    INDArray present = graph.getParam("out_W").castTo(DataType.DOUBLE);
                    INDArray labels = present.sub(gradient.mul(examples * gradient.columns() / 2.0));
                    engine.computeGradient(batch(unit, labels), EngineSubject.plain());
                    assertTrue(engine.update(EngineSubject.rule(clip, step)).applied());
                    engine.exportTo(graph);
                    Golden.assertClose(
                            updates.expected().get(step), graph.getParam("out_W"), 2e-6, "after step " + (step + 1));
                }
            }
        });
    }

    private static ComputationGraph matrix(GoldenUpdates updates) {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .updater(updates.updater())
                .graphBuilder()
                .addInputs("in")
                .addLayer("out", updates.onlyLayer(), "in")
                .setOutputs("out")
                .build());
        graph.init();
        graph.getParam("out_W").assign(updates.start());
        return graph;
    }
}
