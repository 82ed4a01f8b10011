package org.steadygrad.nn.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.SequenceLayout;
import org.steadygrad.ops.StepMeans;

/** What PyTorch 2.15, Optax 0.2.8 and scikit-learn 1.9.1 give in double, in eight digits; and what DL4J does with the losses. */
class LossLibrariesTest {
    private static final double[][] LOGITS = {
        {1.929, -0.608, -2.072}, {40.0, -40.0, 0.5}, {-0.282, 0.188, 0.31}, {0.0, 20.0, -20.0}, {-0.531, -0.053, -0.551}
    };
    private static final double[][] CLASSES = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 0, 0}, {0, 0, 1}};
    private static final List<Double> WEIGHTS = List.of(1.0, 2.5, 0.5);
    private static final IActivation SOFTMAX = new ActivationSoftmax();
    private static final IActivation IDENTITY = new ActivationIdentity();

    /** PyTorch takes what a sigmoid lacks to 1 from what is rounded to 1. */
    private static final double ROUNDED = 2e-17;

    private static INDArray doubles(double[]... rows) {
        return Nd4j.createFromArray(rows);
    }

    private static void check(
            ILossFunction loss, IActivation f, INDArray labels, INDArray logits, double value, double[]... gradient) {
        check(loss, f, labels, logits, null, value, gradient);
    }

    private static void check(
            ILossFunction loss,
            IActivation f,
            INDArray labels,
            INDArray logits,
            INDArray mask,
            double value,
            double[]... gradient) {
        assertEquals(value, loss.computeScore(labels, logits, f, mask, false), 2e-7 * value);
        INDArray slopes = loss.computeGradient(labels, logits, f, mask);
        for (int row = 0; row < gradient.length; row++) {
            for (int i = 0; i < gradient[row].length; i++) {
                double expected = gradient[row][i];
                assertEquals(expected, slopes.getDouble(row, i), 2e-7 * Math.abs(expected) + ROUNDED, row + ", " + i);
            }
        }
    }

    @Test
    void crossEntropyOfTorch() {
        check(
                new LossSoftmax(0, 0, null),
                SOFTMAX,
                doubles(CLASSES),
                doubles(LOGITS),
                mask(1, 1, 1, 1, 1),
                20.456655,
                new double[] {-0.017751162, 0.014416494, 0.0033346676},
                new double[] {0.2, -0.2, 1.4008704e-18},
                new double[] {0.045376228, 0.072601702, -0.11797793},
                new double[] {-0.2, 0.2, 8.4967085e-19},
                new double[] {0.055663107, 0.08977599, -0.1454391});
    }

    @Test
    void smoothingOfTorch() {
        check(
                new LossSoftmax(0.1, 0, null),
                SOFTMAX,
                doubles(CLASSES),
                doubles(LOGITS),
                mask(1, 1, 1, 1, 1),
                19.698215,
                new double[] {-0.0044178286, 0.0077498277, -0.0033319991},
                new double[] {0.19333333, -0.18666667, -0.0066666667},
                new double[] {0.038709562, 0.065935035, -0.1046446},
                new double[] {-0.18666667, 0.19333333, -0.0066666667},
                new double[] {0.04899644, 0.083109323, -0.13210576});
    }

    @Test
    void weightsOverRowsAsOfKeras() {
        check(
                new LossSoftmax(0, 0, WEIGHTS),
                SOFTMAX,
                doubles(CLASSES),
                doubles(LOGITS),
                mask(1, 1, 1, 1, 1),
                44.237622,
                new double[] {-0.017751162, 0.014416494, 0.0033346676},
                new double[] {0.5, -0.5, 3.502176e-18},
                new double[] {0.022688114, 0.036300851, -0.058988965},
                new double[] {-0.2, 0.2, 8.4967085e-19},
                new double[] {0.027831553, 0.044887995, -0.072719548});
    }

    /** A fifth each. */
    private static INDArray mask(double... weights) {
        return Nd4j.createFromArray(weights).reshape(weights.length, 1).div(weights.length);
    }

    /** The mask that a trainer gives, so that DL4J's division by the number of rows becomes one by weights. */
    private static INDArray overWeights(List<Double> classWeights, double... mask) {
        org.nd4j.linalg.dataset.api.MultiDataSet batch = new MultiDataSet(
                new INDArray[] {doubles(LOGITS)}, new INDArray[] {doubles(CLASSES)}, null, new INDArray[] {
                    Nd4j.createFromArray(mask).reshape(mask.length, 1)
                });
        double[] weights =
                classWeights.stream().mapToDouble(Double::doubleValue).toArray();
        return StepMeans.of(List.of(batch), SequenceLayout.USUAL, weights)
                .get(0)
                .getLabelsMaskArray(0)
                .div(mask.length);
    }

    @Test
    void weightsOverTheirSumAsOfTorch() {
        check(
                new LossSoftmax(0, 0, WEIGHTS, true),
                SOFTMAX,
                doubles(CLASSES),
                doubles(LOGITS),
                overWeights(WEIGHTS, 1, 1, 1, 1, 1),
                40.21602,
                new double[] {-0.01613742, 0.013105904, 0.003031516},
                new double[] {0.45454545, -0.45454545, 3.1837964e-18},
                new double[] {0.020625558, 0.033000773, -0.053626332},
                new double[] {-0.18181818, 0.18181818, 7.7242804e-19},
                new double[] {0.025301412, 0.040807268, -0.06610868});
    }

    @Test
    void smoothingAndWeightsOverTheirSumAsOfTorch() {
        check(
                new LossSoftmax(0.1, 0, WEIGHTS, true),
                SOFTMAX,
                doubles(CLASSES),
                doubles(LOGITS),
                overWeights(WEIGHTS, 1, 1, 1, 1, 1),
                37.872346,
                new double[] {0.0015064842, -0.0016087477, 0.00010226347},
                new double[] {0.42727273, -0.42424242, -0.003030303},
                new double[] {0.018002545, 0.023349387, -0.041351932},
                new double[] {-0.16969697, 0.17272727, -0.003030303},
                new double[] {0.023457708, 0.032456964, -0.055914673});
    }

    @Test
    void ignoredRowsAsOfTorch() {
        check(
                new LossSoftmax(0.1, 0, WEIGHTS, true),
                SOFTMAX,
                doubles(CLASSES),
                doubles(LOGITS),
                overWeights(WEIGHTS, 1, 0, 1, 1, 0),
                8.1029271,
                new double[] {0.0033142653, -0.0035392449, 0.00022497964},
                new double[] {0.0, 0.0, 0.0},
                new double[] {0.0396056, 0.051368652, -0.090974251},
                new double[] {-0.37333333, 0.38, -0.0066666667},
                new double[] {0.0, 0.0, 0.0});
    }

    private record Bits(LossSigmoid loss, double[] targets, double value, double[] gradient) {}

    private static Stream<Bits> bits() {
        return Stream.of(
                new Bits(
                        new LossSigmoid(0, 0, 1, 1),
                        new double[] {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0},
                        87.923268,
                        new double[] {
                            4.2483543e-18, 4.1399375e-08, 0.11920292, 0.5, 0.66818777, 0.99999386, 0.99999917, 1.0, 1.0
                        }),
                new Bits(
                        new LossSigmoid(0, 0, 3, 1),
                        new double[] {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0},
                        87.923268,
                        new double[] {
                            4.2483543e-18, 4.1399375e-08, 0.11920292, 0.5, 0.66818777, 0.99999386, 0.99999917, 1.0, 1.0
                        }),
                new Bits(
                        new LossSigmoid(0, 2, 0.25, 0.75),
                        new double[] {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0},
                        65.000604,
                        new double[] {
                            1.7252208e-52,
                            1.5964815e-22,
                            0.0036532051,
                            0.2237151,
                            0.46889542,
                            0.75009677,
                            0.75001559,
                            0.75000006,
                            0.75
                        }),
                new Bits(
                        new LossSigmoid(0, 2, 1, 1),
                        new double[] {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0},
                        86.667471,
                        new double[] {
                            2.3002944e-52,
                            2.128642e-22,
                            0.0048709402,
                            0.2982868,
                            0.6251939,
                            1.000129,
                            1.0000208,
                            1.0000001,
                            1.0
                        }),
                new Bits(
                        new LossSigmoid(0, 0, 1, 1),
                        new double[] {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0},
                        60.223268,
                        new double[] {
                            -1.0,
                            -0.99999996,
                            -0.88079708,
                            -0.5,
                            -0.33181223,
                            -6.1441746e-06,
                            -8.3152803e-07,
                            -2.0611537e-09,
                            0.0
                        }),
                new Bits(
                        new LossSigmoid(0, 0, 3, 1),
                        new double[] {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0},
                        180.6698,
                        new double[] {
                            -3.0,
                            -2.9999999,
                            -2.6423912,
                            -1.5,
                            -0.99543668,
                            -1.8432524e-05,
                            -2.4945841e-06,
                            -6.1834609e-09,
                            0.0
                        }),
                new Bits(
                        new LossSigmoid(0, 2, 0.25, 0.75),
                        new double[] {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0},
                        14.716939,
                        new double[] {
                            -0.25,
                            -0.25000032,
                            -0.26917843,
                            -0.074571699,
                            -0.023963681,
                            -1.7396065e-16,
                            -4.3121297e-19,
                            -6.567383e-27,
                            -5.7507361e-53
                        }),
                new Bits(
                        new LossSigmoid(0, 2, 1, 1),
                        new double[] {1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0},
                        58.867754,
                        new double[] {
                            -1.0,
                            -1.0000013,
                            -1.0767137,
                            -0.2982868,
                            -0.095854722,
                            -6.958426e-16,
                            -1.7248519e-18,
                            -2.6269532e-26,
                            -2.3002944e-52
                        }),
                new Bits(
                        new LossSigmoid(0, 0, 1, 1),
                        new double[] {0.609, 0.026, 0.232, 0.572, 0.488, 0.368, 0.748, 0.205, 0.546},
                        72.019668,
                        new double[] {
                            -0.609, -0.025999959, -0.11279708, -0.072, 0.18018777, 0.63199386, 0.25199917, 0.795, 0.454
                        }),
                new Bits(
                        new LossSigmoid(0, 0, 3, 1),
                        new double[] {0.609, 0.026, 0.232, 0.572, 0.488, 0.368, 0.748, 0.205, 0.546},
                        123.79704,
                        new double[] {
                            -1.827, -0.077999956, -0.52148692, -0.644, -0.14366096, 0.63198933, 0.25199792, 0.795, 0.454
                        }));
    }

    @ParameterizedTest
    @MethodSource("bits")
    void weightsOfTorchAndFocusOfOptax(Bits known) {
        check(
                known.loss(),
                new ActivationSigmoid(),
                doubles(known.targets()),
                doubles(new double[] {-40.0, -17.0, -2.0, 0.0, 0.7, 12.0, 14.0, 20.0, 40.0}),
                known.value(),
                known.gradient());
    }

    @Test
    void huberOfTorchAndKeras() {
        INDArray errors = doubles(new double[] {-30.0, -1.0, -0.5, -1e-08, 0.0, 0.2, 1.0, 2.5});
        check(
                new LossHuber(0.5),
                IDENTITY,
                errors.mul(0),
                errors,
                mask(1),
                16.895 / 8,
                mean(-0.5, -0.5, -0.5, -1e-08, 0.0, 0.2, 0.5, 0.5));
        check(
                new LossHuber(1),
                IDENTITY,
                errors.mul(0),
                errors,
                mask(1),
                32.645 / 8,
                mean(-1.0, -1.0, -0.5, -1e-08, 0.0, 0.2, 1.0, 1.0));
        check(
                new LossHuber(2),
                IDENTITY,
                errors.mul(0),
                errors,
                mask(1),
                62.145 / 8,
                mean(-2.0, -1.0, -0.5, -1e-08, 0.0, 0.2, 1.0, 2.0));
    }

    private static double[] mean(double... slopes) {
        return java.util.Arrays.stream(slopes)
                .map(slope -> slope / slopes.length)
                .toArray();
    }

    /** A row for each label, an output for each quantile. */
    @Test
    void pinballOfScikitLearn() {
        double[] truth = {0.789, 0.863, -1.518, -0.025, 2.58, -0.365};
        double[] predicted = {1.749, 0.107, -0.344, -1.101, -0.651, -1.616};
        double[][] labels = new double[6][1];
        double[][] values = new double[6][3];
        double[][] gradient = new double[6][3];
        double[][] known = {
            {0.15, -0.016666667, 0.15, -0.016666667, -0.016666667, -0.016666667},
            {0.083333333, -0.083333333, 0.083333333, -0.083333333, -0.083333333, -0.083333333},
            {0.016666667, -0.15, 0.016666667, -0.15, -0.15, -0.15}
        };
        for (int i = 0; i < 6; i++) {
            labels[i][0] = truth[i];
            for (int q = 0; q < 3; q++) {
                values[i][q] = predicted[i];
                gradient[i][q] = known[q][i] / 3;
            }
        }
        check(
                new LossPinball(List.of(0.1, 0.5, 0.9)),
                IDENTITY,
                doubles(labels),
                doubles(values),
                mask(1, 1, 1, 1, 1, 1),
                (0.42533333 + 0.704 + 0.98266667) / 3,
                gradient);
    }

    @Test
    void negativeBinomialOfTorch() {
        check(
                new LossNegativeBinomial(2.5),
                IDENTITY,
                doubles(new double[] {0.0, 1.0, 4.0, 12.0}),
                doubles(new double[] {1.637, -0.088, -0.707, 0.957}),
                3.9264921,
                new double[] {0.42047699, -0.015413682, -0.73227875, -1.1506123});
    }

    private static List<ILossFunction> all() {
        return List.of(
                new LossSoftmax(0.1, 2, WEIGHTS, true),
                new LossSigmoid(0.1, 2, 3, 0),
                new LossHuber(0.5),
                new LossPinball(List.of(0.25, 0.5, 0.75)),
                new LossNegativeBinomial(2));
    }

    private static Activation activation(ILossFunction loss) {
        return loss instanceof LossSoftmax
                ? Activation.SOFTMAX
                : loss instanceof LossSigmoid ? Activation.SIGMOID : Activation.IDENTITY;
    }

    private static ComputationGraph graph(ILossFunction loss) {
        ComputationGraph graph = new ComputationGraph(new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .graphBuilder()
                .addInputs("in")
                .setInputTypes(InputType.feedForward(2))
                .addLayer(
                        "out",
                        new OutputLayer.Builder(loss)
                                .nOut(3)
                                .activation(activation(loss))
                                .build(),
                        "in")
                .setOutputs("out")
                .build());
        graph.init();
        return graph;
    }

    @ParameterizedTest
    @MethodSource("all")
    void dl4jTrainsAndSavesThem(ILossFunction loss, @TempDir Path folder) throws Exception {
        ComputationGraph graph = graph(loss);
        int labels = loss instanceof LossPinball ? 1 : 3;
        DataSet data = new DataSet(
                Nd4j.rand(DataType.DOUBLE, 4, 2),
                Nd4j.ones(DataType.DOUBLE, 4, labels).div(labels));
        double before = graph.score(data);
        for (int i = 0; i < 20; i++) {
            graph.fit(data);
        }
        assertTrue(graph.score(data) < before, loss + ": " + before);
        Path file = folder.resolve("model.zip");
        ModelSerializer.writeModel(graph, file.toFile(), true);
        ComputationGraph again = ModelSerializer.restoreComputationGraph(file.toFile());
        assertEquals(loss, ((OutputLayer) again.getLayer(0).conf().getLayer()).getLossFn());
        assertEquals(graph.score(data), again.score(data));
    }

    /** Neither a NaN in a label nor one in an output passes, whatever its weight in the row. */
    @ParameterizedTest
    @MethodSource("all")
    void whatIsNaNMakesTheLossNaN(ILossFunction loss) {
        int labels = loss instanceof LossPinball ? 1 : 3;
        IActivation f = activation(loss).getActivationFunction();
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            for (int place = 0; place < 3; place++) {
                INDArray good = doubles(new double[] {0.5, 1, 2}, new double[] {0, 1, 0});
                INDArray right = Nd4j.ones(DataType.DOUBLE, 2, labels);
                INDArray logits = good.dup();
                logits.putScalar(0, place, bad);
                INDArray wrong = right.dup();
                wrong.putScalar(0, Math.min(place, labels - 1), bad);
                String what = loss + " with " + bad + " in " + place;
                assertTrue(!Double.isFinite(loss.computeScore(right, logits, f, null, false)), what + " of an output");
                assertTrue(!Double.isFinite(loss.computeScore(wrong, good, f, null, false)), what + " of a label");
                INDArray mask = doubles(new double[] {0}, new double[] {1});
                double rest = loss.computeScore(right, good, f, mask, false);
                assertTrue(Double.isFinite(rest), what);
                assertEquals(rest, loss.computeScore(wrong, logits, f, mask, false), what + ", masked");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {17, 40, 100, 700})
    void aFocusedGradientDoesNotVanishWhereTheModelIsSurelyWrong(double logit) {
        INDArray slope = new LossSigmoid(0, 2, 1, 1)
                .computeGradient(
                        doubles(new double[] {0}), doubles(new double[] {logit}), new ActivationSigmoid(), null);
        assertEquals(1, slope.getDouble(0), 1e-5);
        INDArray slopes = new LossSoftmax(0, 2, null)
                .computeGradient(doubles(new double[] {0, 1}), doubles(new double[] {logit, 0}), SOFTMAX, null);
        assertEquals(1, slopes.getDouble(0), 1e-5);
        assertEquals(-1, slopes.getDouble(1), 1e-5);
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThrows(InvalidInputException.class, () -> new LossSoftmax(1, 0, null));
        assertThrows(InvalidInputException.class, () -> new LossSoftmax(0, -1, null));
        assertThrows(InvalidInputException.class, () -> new LossSoftmax(0, 0, List.of(1.0, Double.NaN)));
        assertThrows(InvalidInputException.class, () -> new LossSoftmax(0, 0, List.of(0.0, 0.0)));
        assertThrows(InvalidInputException.class, () -> new LossSigmoid(0, 0, -1, 1));
        assertThrows(InvalidInputException.class, () -> new LossHuber(0));
        assertThrows(InvalidInputException.class, () -> new LossPinball(List.of(0.5, 0.5)));
        assertThrows(InvalidInputException.class, () -> new LossPinball(List.of()));
        assertThrows(InvalidInputException.class, () -> new LossNegativeBinomial(0));
        INDArray row = doubles(new double[] {0, 1});
        LossSoftmax softmax = new LossSoftmax(0.1, 0, null);
        assertThrows(InvalidInputException.class, () -> softmax.computeScore(row, row, IDENTITY, null, false));
    }
}
