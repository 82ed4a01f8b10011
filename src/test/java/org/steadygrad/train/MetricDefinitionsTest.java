package org.steadygrad.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.data.DataDescription.TargetKind;

/**
 * Metrics are those of scikit-learn 1.9.1, whose results the numbers below are, and the same for every partition of the data
 * into batches.
 */
class MetricDefinitionsTest {

    private static MultiDataSet batch(INDArray labels, INDArray mask) {
        return batch(labels, null, mask);
    }

    private static MultiDataSet batch(INDArray labels, INDArray featureMask, INDArray mask) {
        return new MultiDataSet(
                new INDArray[] {Nd4j.zeros(labels.size(0), 1)},
                new INDArray[] {labels},
                featureMask == null ? null : new INDArray[] {featureMask},
                mask == null ? null : new INDArray[] {mask});
    }

    private static Map<String, Double> metrics(TargetKind target, INDArray labels, INDArray output) {
        Evaluator evaluator = new Evaluator(target, (int) labels.size(1));
        evaluator.add(batch(labels, null), output);
        return evaluator.metrics();
    }

    private static INDArray oneHot(int[] numbers, int classes) {
        INDArray array = Nd4j.zeros(DataType.DOUBLE, numbers.length, classes);
        for (int i = 0; i < numbers.length; i++) {
            array.putScalar(i, numbers[i], 1);
        }
        return array;
    }

    private static int[] digits(String text) {
        return text.chars().map(c -> c - '0').toArray();
    }

    /** accuracy_score and f1_score(average="macro", zero_division=0). */
    @ParameterizedTest
    @CsvSource({
        "120130232302230312012323101320, 122211100232022000332121030303, 0.2, 0.18849206",
        "311310032112022230211223031300, 101001033311103300010011031113, 0.3, 0.2547619",
        "333101110000000031100311100010, 022020221232330012031133102022, 0.16666667, 0.12028986",
        "111010030130030301001030300311, 331100030003313033001001313011, 0.4, 0.38914027",
        "000000, 000000, 1, 1",
        "0000111222, 0000000000, 0.4, 0.19047619"
    })
    void classes(String labels, String predicted, double accuracy, double f1) {
        INDArray output = oneHot(digits(predicted), 4).muli(0.7).addi(0.075);
        Map<String, Double> metrics = metrics(TargetKind.CLASS, oneHot(digits(labels), 4), output);
        assertEquals(accuracy, metrics.get("accuracy"), 1e-8);
        assertEquals(f1, metrics.get("f1"), 1e-8);
    }

    private static final int[] TRUTH = {0, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 1};

    /** log_loss, of certainties too; accuracy_score of a single column, and f1_score(average="macro"). */
    @Test
    void scoresOfTwoClasses() {
        double[] distinct = {
            0.8346, 0.235, 0.3499, 0.1441, 0.4663, 0.9444, 0.0659, 0.9159, 0.0567, 0.4026, 0.1578, 0.0953, 0.3492,
            0.8063, 0.7728, 0.5394, 0.3358, 0.0527, 0.3224, 0.0656, 0.3543, 0.4957, 0.7068, 0.6496
        };
        double[] ties = {
            1, 0, 0, 0.5, 0.75, 1, 0.25, 0.25, 1, 1, 0, 0.75, 0.5, 0.5, 0.25, 0.75, 0.25, 0.5, 0.5, 1, 0.25, 0.25, 1,
            0.5
        };
        assertScores(1.0910836, distinct);
        assertScores(10.977002, ties);
        Map<String, Double> single = metrics(TargetKind.KEYS_PER_STEP, column(TRUTH), column(distinct));
        // TP 4, FP 4, FN 9, TN 7: F1 of the class 1 is 8 / 21, of the class 0 it is 14 / 27
        assertEquals(11 / 24.0, single.get("accuracy"), 1e-12);
        assertEquals((8 / 21.0 + 14 / 27.0) / 2, single.get("f1"), 1e-12);
    }

    private static void assertScores(double logLoss, double[] scores) {
        INDArray column = Nd4j.createFromArray(scores).reshape(scores.length, 1);
        INDArray both = Nd4j.concat(1, column.rsub(1), column);
        assertEquals(logLoss, metrics(TargetKind.CLASS, oneHot(TRUTH, 2), both).get("loss"), 1e-6);
        assertEquals(
                logLoss,
                metrics(TargetKind.KEYS_PER_STEP, column(TRUTH), column(scores)).get("loss"),
                1e-6);
    }

    private static INDArray column(int[] numbers) {
        return column(Arrays.stream(numbers).asDoubleStream().toArray());
    }

    /** One step per example. */
    private static INDArray column(double[] numbers) {
        return Nd4j.createFromArray(numbers).reshape(numbers.length, 1, 1);
    }

    /** mean_squared_error and mean_absolute_error. */
    @Test
    void numbersFarFromZero() {
        INDArray truth = Nd4j.createFromArray(new double[][] {
            {998.69, 1002.699}, {999.39, 1000.002}, {1000.803, 1000.365}, {998.89, 998.111},
            {1000.391, 1000.668}, {1000.23, 1000.252}, {998.185, 998.838}, {999.601, 1000.958},
            {998.444, 1000.123}, {1000.779, 998.623}, {1000.084, 999.985}, {998.663, 1000.121}
        });
        INDArray prediction = Nd4j.createFromArray(new double[][] {
            {998.209, 1000.188}, {998.382, 1002.814}, {1000.704, 998.804}, {999.063, 1002.522},
            {999.201, 999.388}, {998.686, 998.111}, {999.783, 999.374}, {1001.5, 1000.82},
            {998.375, 999.99}, {1001.713, 1000.011}, {999.835, 998.319}, {999.335, 1001.837}
        });
        Map<String, Double> metrics = metrics(TargetKind.NUMBERS, truth, prediction);
        assertEquals(2.6223696, metrics.get("mse"), 1e-7);
        assertEquals(1.2587083, metrics.get("mae"), 1e-7);
    }

    @Test
    void aBatchOfOneExampleWithTwoOutputs() {
        INDArray labels = Nd4j.createFromArray(new float[][] {{1, 2}});
        INDArray output = Nd4j.createFromArray(new float[][] {{-1, -1}});
        assertEquals(2.5, metrics(TargetKind.NUMBERS, labels, output).get("mae"), 1e-12);
        assertEquals(6.5, metrics(TargetKind.NUMBERS, labels, output).get("mse"), 1e-12);
    }

    @Test
    void manyRowsLoseNoDigits() {
        INDArray labels = Nd4j.zeros(DataType.FLOAT, 65_536, 2);
        labels.getColumn(0).assign(1);
        INDArray output = Nd4j.zeros(DataType.FLOAT, 65_536, 2);
        output.getColumn(0).assign(0.9);
        output.getColumn(1).assign(0.1);
        assertEquals(-Math.log(0.9f), metrics(TargetKind.CLASS, labels, output).get("loss"), 1e-12);
        INDArray million = Nd4j.zeros(DataType.FLOAT, 1_000_000, 1);
        assertEquals(
                0.1f, metrics(TargetKind.NUMBERS, million, million.add(0.1)).get("mae"), 1e-12);
    }

    /** What a mask holds for each step of each example. */
    enum Mask {
        NONE,
        OF_FEATURES,
        ROWS,
        WEIGHTS,
        ELEMENTS
    }

    /** 40 examples of 3 steps and 4 outputs. What has no weight is NaN or very large. */
    private record Trial(TargetKind target, INDArray labels, INDArray output, INDArray features, INDArray mask) {
        static Trial of(TargetKind target, Mask mask, Random random) {
            int[] shape = {40, 4, 3};
            INDArray labels = Nd4j.zeros(DataType.FLOAT, 40, 4, 3);
            INDArray output = Nd4j.zeros(DataType.FLOAT, 40, 4, 3);
            INDArray weights = Nd4j.ones(DataType.FLOAT, 40, 4, 3);
            for (int i = 0; i < shape[0]; i++) {
                for (int t = 0; t < shape[2]; t++) {
                    int right = random.nextInt(4);
                    double rowWeight = mask == Mask.NONE ? 1 : weight(mask, random);
                    for (int j = 0; j < 4; j++) {
                        double label = target == TargetKind.NUMBERS_PER_STEP
                                ? random.nextGaussian()
                                : target == TargetKind.KEYS_PER_STEP ? random.nextInt(2) : j == right ? 1 : 0;
                        labels.putScalar(i, j, t, label);
                        output.putScalar(i, j, t, 0.01 + 0.98 * random.nextDouble());
                        weights.putScalar(i, j, t, mask == Mask.ELEMENTS ? weight(mask, random) : rowWeight);
                        if (weights.getDouble(i, j, t) == 0) {
                            output.putScalar(i, j, t, random.nextBoolean() ? Float.NaN : 1e30);
                            labels.putScalar(i, j, t, Float.NaN);
                        }
                    }
                }
            }
            INDArray rows = weights.get(NDArrayIndex.all(), NDArrayIndex.point(0), NDArrayIndex.all())
                    .dup();
            INDArray own =
                    mask == Mask.ELEMENTS ? weights : mask == Mask.NONE || mask == Mask.OF_FEATURES ? null : rows;
            return new Trial(target, labels, output, mask == Mask.OF_FEATURES ? rows : null, own);
        }

        private static double weight(Mask mask, Random random) {
            return mask == Mask.WEIGHTS || mask == Mask.ELEMENTS
                    ? Math.max(0, random.nextInt(4) - 1) * 0.75
                    : random.nextInt(2);
        }

        private double weightOf(int i, int j, int t) {
            INDArray rows = mask == null ? features : mask;
            return rows == null ? 1 : rows.rank() == 3 ? rows.getDouble(i, j, t) : rows.getDouble(i, t);
        }

        /** The definitions, one number after the other. */
        double[] expected() {
            double loss = 0;
            double absolute = 0;
            double weights = 0;
            double right = 0;
            double[] hits = new double[4];
            double[] said = new double[4];
            double[] meant = new double[4];
            double positives = 0;
            double wrong = 0;
            for (int i = 0; i < 40; i++) {
                for (int t = 0; t < 3; t++) {
                    int best = 0;
                    int label = 0;
                    for (int j = 0; j < 4; j++) {
                        double w = weightOf(i, j, t);
                        double y = labels.getDouble(i, j, t);
                        double p = output.getDouble(i, j, t);
                        if (w == 0) {
                            continue;
                        }
                        weights += w;
                        absolute += w * Math.abs(p - y);
                        loss += w
                                * switch (target) {
                                    case NUMBERS_PER_STEP -> (p - y) * (p - y) / 4;
                                    case KEYS_PER_STEP -> -y * Math.log(p) - (1 - y) * Math.log(1 - p);
                                    default -> -y * Math.log(p);
                                };
                        positives += y > 0.5 && p > 0.5 ? w : 0;
                        wrong += y > 0.5 != p > 0.5 ? w : 0;
                        best = p > output.getDouble(i, best, t) ? j : best;
                        label = y > labels.getDouble(i, label, t) ? j : label;
                    }
                    double w = weightOf(i, 0, t);
                    said[best] += w;
                    meant[label] += w;
                    hits[label] += best == label ? w : 0;
                    right += best == label ? w : 0;
                }
            }
            double f1 = 0;
            for (int j = 0; j < 4; j++) {
                f1 += 2 * hits[j] / (said[j] + meant[j]) / 4;
            }
            double mean = loss / (weights / 4);
            return switch (target) {
                case NUMBERS_PER_STEP -> new double[] {mean, mean, absolute / weights};
                case KEYS_PER_STEP ->
                    new double[] {mean, mean, positives / (positives + wrong), 2 * positives / (2 * positives + wrong)};
                default -> new double[] {mean, right / (weights / 4), f1, Math.exp(mean), mean / Math.log(2)};
            };
        }

        /** @param cuts first examples of the batches, and 40 */
        double[] in(int... cuts) {
            Evaluator evaluator = new Evaluator(target, 4);
            for (int i = 0; i + 1 < cuts.length; i++) {
                int from = cuts[i];
                int to = cuts[i + 1];
                evaluator.add(
                        batch(part(labels, from, to), part(features, from, to), part(mask, from, to)),
                        part(output, from, to));
            }
            return evaluator.metrics().values().stream()
                    .mapToDouble(Double::doubleValue)
                    .toArray();
        }

        private static INDArray part(INDArray array, int from, int to) {
            if (array == null) {
                return null;
            }
            var examples = NDArrayIndex.interval(from, to);
            return array.rank() == 3
                    ? array.get(examples, NDArrayIndex.all(), NDArrayIndex.all())
                    : array.get(examples, NDArrayIndex.all());
        }
    }

    @ParameterizedTest
    @EnumSource(Mask.class)
    void everyPartitionGivesTheSame(Mask mask) {
        Random random = new Random(5);
        for (TargetKind target :
                new TargetKind[] {TargetKind.CLASS_PER_STEP, TargetKind.KEYS_PER_STEP, TargetKind.NUMBERS_PER_STEP}) {
            if (mask == Mask.ELEMENTS && target == TargetKind.CLASS_PER_STEP) {
                continue;
            }
            Trial trial = Trial.of(target, mask, random);
            double[] expected = trial.expected();
            assertClose(expected, trial.in(0, 40));
            for (int repetition = 0; repetition < 5; repetition++) {
                int[] cuts = random.ints(7, 1, 40).distinct().sorted().toArray();
                int[] all = new int[cuts.length + 2];
                System.arraycopy(cuts, 0, all, 1, cuts.length);
                all[all.length - 1] = 40;
                assertClose(expected, trial.in(all));
            }
            int[] ones = new int[41];
            Arrays.setAll(ones, i -> i);
            assertClose(expected, trial.in(ones));
        }
    }

    private static void assertClose(double[] expected, double[] actual) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 1e-9 * (1 + Math.abs(expected[i])), "metric " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1, Double.NaN, Double.POSITIVE_INFINITY})
    void whatIsNoWeightIsRefused(double weight) {
        INDArray mask = Nd4j.ones(2, 1);
        mask.putScalar(1, weight);
        Evaluator evaluator = new Evaluator(TargetKind.NUMBERS, 2);
        InvalidInputException e = assertThrows(
                InvalidInputException.class, () -> evaluator.add(batch(Nd4j.ones(2, 2), mask), Nd4j.ones(2, 2)));
        assertTrue(e.getMessage().contains("label mask"), e.getMessage());
    }

    @Test
    void masksOfOtherShapesAreRefused() {
        Evaluator evaluator = new Evaluator(TargetKind.NUMBERS_PER_STEP, 2);
        INDArray labels = Nd4j.ones(2, 2, 3);
        InvalidInputException e = assertThrows(
                InvalidInputException.class, () -> evaluator.add(batch(labels, Nd4j.ones(2, 2)), labels.dup()));
        assertTrue(e.getMessage().contains("[2, 2]"), e.getMessage());
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"INT", "LONG", "BYTE", "BOOL", "DOUBLE", "HALF", "BFLOAT16"})
    void labelsOfAllDataTypes(DataType type) {
        INDArray labels =
                Nd4j.createFromArray(new float[][] {{0}, {1}, {1}, {0}}).castTo(type);
        INDArray output = Nd4j.valueArrayOf(new long[] {4, 1}, 0.9f);
        assertEquals(0.41, metrics(TargetKind.NUMBERS, labels, output).get("mse"), 1e-7);
        assertEquals(0.5, metrics(TargetKind.NUMBERS, labels, output).get("mae"), 1e-7);
    }
}
