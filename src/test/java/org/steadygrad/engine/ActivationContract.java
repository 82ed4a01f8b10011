package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.dense;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.steadygrad.nn.ActivationExactGelu;

/**
 * Activation functions and their derivatives are right at every float: to a relative error of 1e-5 or 2 units in the last
 * place, with their limits at the infinities, and NaN stays NaN. The right values are mpmath's.
 */
public interface ActivationContract extends EngineSubject {
    double RELATIVE = 1e-5;

    /** What a function and its derivative are at some floats. */
    record Curve(List<Float> at, List<Double> values, List<Double> slopes) {
        static Map<String, Curve> all() {
            Map<String, Curve> curves = new LinkedHashMap<>();
            try (InputStream in = ActivationContract.class.getResourceAsStream("activations.csv");
                    BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
                lines.lines().skip(1).map(line -> line.split(",")).forEach(cells -> {
                    Curve curve = curves.computeIfAbsent(
                            cells[0], name -> new Curve(new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
                    curve.at.add((float) Double.parseDouble(cells[1]));
                    curve.values.add(Double.parseDouble(cells[2]));
                    curve.slopes.add(Double.parseDouble(cells[3]));
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return curves;
        }

        Curve upTo(float farthest) {
            List<Integer> near = IntStream.range(0, at.size())
                    .filter(i -> Math.abs(at.get(i)) <= farthest)
                    .boxed()
                    .toList();
            return new Curve(
                    near.stream().map(at::get).toList(),
                    near.stream().map(values::get).toList(),
                    near.stream().map(slopes::get).toList());
        }
    }

    private static IActivation function(String name) {
        return name.equals("exactGelu")
                ? new ActivationExactGelu()
                : Activation.fromString(name).getActivationFunction();
    }

    /** A function of parameters: dense weights are 0, and biases what it is applied to. */
    private static ComputationGraph model(IActivation function, boolean ofItsOwn, float... at) {
        int size = at.length;
        LossLayer loss = new LossLayer.Builder(LossFunction.L1)
                .activation(Activation.IDENTITY)
                .build();
        InputType one = InputType.feedForward(1);
        ComputationGraph model = new ComputationGraph(
                ofItsOwn
                        ? chain(one, dense(size, Activation.IDENTITY), new ActivationLayer(function), loss)
                        : chain(
                                one,
                                new org.deeplearning4j.nn.conf.layers.DenseLayer.Builder()
                                        .nOut(size)
                                        .activation(function)
                                        .build(),
                                loss));
        model.init();
        model.params().assign(0);
        for (int i = 0; i < size; i++) {
            model.params().putScalar(size + i, at[i]);
        }
        return model;
    }

    private static MultiDataSet batch(INDArray labels) {
        return ContractData.batch(Nd4j.zeros(1, 1), labels);
    }

    /** As a layer of its own, and as a dense layer's; engines may compute a tensor in another way when all of it lies near 0. */
    @TestFactory
    default Stream<DynamicTest> activationsAreRightAtEveryFloat() {
        return Curve.all().entrySet().stream()
                .flatMap(curve -> Stream.of(true, false).flatMap(ofItsOwn -> Stream.of(4.9f, Float.POSITIVE_INFINITY)
                        .map(farthest -> DynamicTest.dynamicTest(
                                curve.getKey() + (ofItsOwn ? " as a layer" : " of a dense layer") + " up to "
                                        + farthest,
                                () -> check(
                                        function(curve.getKey()),
                                        curve.getValue().upTo(farthest),
                                        ofItsOwn)))));
    }

    private void check(IActivation function, Curve curve, boolean ofItsOwn) {
        float[] at = new float[curve.at.size()];
        for (int i = 0; i < at.length; i++) {
            at[i] = curve.at.get(i);
        }
        try (Engine engine = engine(model(function, ofItsOwn, at))) {
            // the derivative of a sum of magnitudes is 1 where outputs are larger than labels
            MultiDataSet batch = batch(Nd4j.zeros(1, at.length).subi(1e30));
            INDArray values = engine.output(batch);
            engine.computeGradient(batch, EngineSubject.plain());
            float[] gradient = new float[2 * at.length];
            engine.copyGradient(gradient);
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < at.length; i++) {
                compare(wrong, "f(" + at[i] + ")", curve.values.get(i), values.getFloat(0, i));
                compare(wrong, "f'(" + at[i] + ")", curve.slopes.get(i), gradient[at.length + i]);
            }
            assertEquals(List.of(), wrong);
        }
    }

    private static void compare(List<String> wrong, String what, double expected, float actual) {
        double tolerance = Math.max(RELATIVE * Math.abs(expected), 2 * Math.ulp((float) expected));
        if (!(Math.abs(actual - expected) <= tolerance)) {
            wrong.add(what + " is " + actual + ", right is " + expected);
        }
    }

    @TestFactory
    default Stream<DynamicTest> activationsHaveTheirLimitsAndKeepNaN() {
        Map<String, float[]> limits = new LinkedHashMap<>();
        float infinity = Float.POSITIVE_INFINITY;
        for (String name : List.of("relu", "softplus", "swish", "gelu", "mish", "exactGelu", "thresholdedrelu")) {
            limits.put(name, new float[] {0, infinity});
        }
        limits.put("tanh", new float[] {-1, 1});
        limits.put("sigmoid", new float[] {0, 1});
        limits.put("leakyrelu", new float[] {-infinity, infinity});
        limits.put("elu", new float[] {-1, infinity});
        limits.put("selu", new float[] {-1.7580993f, infinity});
        limits.put("softsign", new float[] {-1, 1});
        limits.put("hardsigmoid", new float[] {0, 1});
        limits.put("hardtanh", new float[] {-1, 1});
        limits.put("relu6", new float[] {0, 6});
        limits.put("cube", new float[] {-infinity, infinity});
        limits.put("rectifiedtanh", new float[] {0, 1});
        limits.put("rationaltanh", new float[] {-1.7159f, 1.7159f});
        return limits.entrySet().stream()
                .map(entry -> DynamicTest.dynamicTest(
                        entry.getKey(), () -> checkLimits(function(entry.getKey()), entry.getValue())));
    }

    private void checkLimits(IActivation function, float[] limits) {
        float[] at = {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY};
        try (Engine layer = engine(model(function, true, at));
                Engine ofDense = engine(model(function, false, at))) {
            INDArray values = layer.output(batch(Nd4j.zeros(1, 3)));
            float nan = ofDense.output(batch(Nd4j.zeros(1, 3))).getFloat(0, 0);
            assertAll(
                    () -> assertTrue(Float.isNaN(values.getFloat(0, 0)), "f(NaN) is " + values.getFloat(0, 0)),
                    () -> assertTrue(Float.isNaN(nan), "f(NaN) of a dense layer is " + nan),
                    () -> assertEquals(limits[0], values.getFloat(0, 1), 1e-6, "f(-infinity)"),
                    () -> assertEquals(limits[1], values.getFloat(0, 2), 1e-6, "f(infinity)"));
        }
    }
}
