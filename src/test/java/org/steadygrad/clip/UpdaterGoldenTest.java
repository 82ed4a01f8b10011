package org.steadygrad.clip;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;
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
    private static final Pattern NUMBER = Pattern.compile("_([a-z]+)([0-9.eE+-]+)");
    private static final double EPSILON = 1e-8;
    private static final double TOLERANCE = 2e-8;

    /** A rule's name and numbers, such as {@code adamw} and {@code lr=0.01, wd=0.05}. */
    private record Rule(String name, Map<String, Double> numbers) {
        static Rule parse(String text) {
            Map<String, Double> numbers = new HashMap<>();
            Matcher matcher = NUMBER.matcher(text);
            while (matcher.find()) {
                numbers.put(matcher.group(1), Double.valueOf(matcher.group(2)));
            }
            return new Rule(text.contains("_") ? text.substring(0, text.indexOf('_')) : text, numbers);
        }

        double number(String key) {
            assertTrue(numbers.containsKey(key), "golden rule " + name + " lacks " + key + ": " + numbers);
            return numbers.get(key);
        }

        EpsilonEffect epsilonEffect() {
            return new EpsilonEffect(
                    name, number("lr"), numbers.getOrDefault("a", numbers.getOrDefault("m", 0.0)), EPSILON);
        }

        IUpdater updater() {
            double rate = number("lr");
            return switch (name) {
                case "sgd" -> new Sgd(rate);
                case "nesterov" -> new Nesterovs(rate, number("m"));
                case "rmsprop" -> new RmsProp(rate, number("a"), EPSILON);
                case "adam", "adamw" -> new Adam(rate, 0.9, 0.999, EPSILON);
                default -> throw new AssertionError("unknown golden update rule " + name);
            };
        }
    }

    @TestFactory
    List<DynamicTest> stepsAsPyTorchDoes() {
        return Golden.ofOperation("updater").stream()
                .map(golden -> DynamicTest.dynamicTest(golden.name(), () -> check(golden)))
                .toList();
    }

    private static void check(Golden.Case golden) {
        Rule rule = Rule.parse(golden.content().get("rule").asText());
        INDArray start = golden.array("/start");
        MultiLayerNetwork network = network(rule, start);
        double limit = golden.content().path("clip_global_norm").asDouble(Double.POSITIVE_INFINITY);
        JsonNode gradients = golden.content().get("gradients");
        JsonNode after = golden.content().get("after_each_step");
        assertTrue(gradients.size() > 0 && gradients.size() == after.size(), "a result for every gradient");
        EpsilonEffect[] effects =
                Stream.generate(rule::epsilonEffect).limit(start.length()).toArray(EpsilonEffect[]::new);
        for (int step = 0; step < gradients.size(); step++) {
            INDArray gradient = Golden.array(gradients.get(step));
            step(network, limit, gradient, step);
            double norm = gradient.norm2Number().doubleValue();
            double torchFactor = Math.min(1, limit / (norm + 1e-6));
            double factor = Math.min(1, limit / norm);
            INDArray expected = Golden.array(after.get(step));
            for (int i = 0; i < effects.length; i++) {
                double g = gradient.data().getDouble(i);
                double effect = effects[i].after(g * torchFactor, g * factor);
                expected.data().put(i, expected.data().getDouble(i) + effect);
            }
            Golden.assertClose(expected, network.getParam("0_W"), TOLERANCE, "after step " + (step + 1));
        }
    }

    /** A network whose only parameter is a matrix of the shape of {@code start}. */
    private static MultiLayerNetwork network(Rule rule, INDArray start) {
        Layer only = new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                .nIn(start.rows())
                .nOut(start.columns())
                .activation(Activation.IDENTITY)
                .hasBias(false)
                // Set on the layer: DL4J applies weight decay twice when it is set for the whole network.
                .weightDecay(rule.numbers().getOrDefault("wd", 0.0), true)
                .build();
        MultiLayerNetwork network = new MultiLayerNetwork(new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .updater(rule.updater())
                .list()
                .layer(only)
                .build());
        network.init();
        network.getParam("0_W").assign(start);
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
