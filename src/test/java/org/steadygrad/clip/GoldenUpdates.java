package org.steadygrad.clip;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.steadygrad.golden.Golden;

/** A golden case of updates of one matrix, with DL4J's places of epsilon ({@link EpsilonEffect}) in what is expected. */
public final class GoldenUpdates {
    private static final Pattern NUMBER = Pattern.compile("_([a-z]+)([0-9.eE+-]+)");
    private static final double EPSILON = 1e-8;

    private final Rule rule;
    private final INDArray start;
    private final double limit;
    private final List<INDArray> gradients = new ArrayList<>();
    private final List<INDArray> expected = new ArrayList<>();

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

    public GoldenUpdates(Golden.Case golden) {
        rule = Rule.parse(golden.content().get("rule").asText());
        start = golden.array("/start");
        limit = golden.content().path("clip_global_norm").asDouble(Double.POSITIVE_INFINITY);
        JsonNode steps = golden.content().get("gradients");
        JsonNode after = golden.content().get("after_each_step");
        assertTrue(steps.size() > 0 && steps.size() == after.size(), "a result for every gradient");
        EpsilonEffect[] effects =
                Stream.generate(rule::epsilonEffect).limit(start.length()).toArray(EpsilonEffect[]::new);
        for (int step = 0; step < steps.size(); step++) {
            gradients.add(Golden.array(steps.get(step)));
            expected.add(withEffects(Golden.array(after.get(step)), gradients.get(step), effects));
        }
    }

    private INDArray withEffects(INDArray torch, INDArray gradient, EpsilonEffect[] effects) {
        double norm = gradient.norm2Number().doubleValue();
        double torchFactor = Math.min(1, limit / (norm + 1e-6));
        double factor = Math.min(1, limit / norm);
        for (int i = 0; i < effects.length; i++) {
            double g = gradient.data().getDouble(i);
            double effect = effects[i].after(g * torchFactor, g * factor);
            torch.data().put(i, torch.data().getDouble(i) + effect);
        }
        return torch;
    }

    public IUpdater updater() {
        return rule.updater();
    }

    /** The matrix before the first update. */
    public INDArray start() {
        return start;
    }

    /** What the global norm is clipped to; infinite when it isn't. */
    public double limit() {
        return limit;
    }

    public List<INDArray> gradients() {
        return gradients;
    }

    /** The matrix after each update. */
    public List<INDArray> expected() {
        return expected;
    }

    /** A layer whose only parameter is a matrix of the shape of {@link #start}; squared error, averaged over outputs. */
    public Layer onlyLayer() {
        return new OutputLayer.Builder(LossFunctions.LossFunction.MSE)
                .nIn(start.rows())
                .nOut(start.columns())
                .activation(Activation.IDENTITY)
                .hasBias(false)
                // Set on the layer: DL4J applies weight decay twice when it is set for the whole network.
                .weightDecay(rule.numbers().getOrDefault("wd", 0.0), true)
                .build();
    }
}
