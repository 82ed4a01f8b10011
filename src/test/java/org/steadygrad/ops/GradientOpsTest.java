package org.steadygrad.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.ops.ParameterBlock.Kind;

class GradientOpsTest {
    private static final long[] AWKWARD = {1, 3, 7, 8, 9, 17, 31, 33};

    /** One vector block per size. */
    private static FlatLayout vectors(long... sizes) {
        List<ParameterBlock> blocks = new ArrayList<>();
        long offset = 0;
        for (long size : sizes) {
            blocks.add(new ParameterBlock("" + blocks.size(), "b", offset, List.of(size), Kind.TRAINED));
            offset += size;
        }
        return new FlatLayout(blocks);
    }

    private static double[] random(long length, double scale) {
        return new Random(length).doubles(length, -scale, scale).toArray();
    }

    private static INDArray array(DataType type, double... values) {
        return Nd4j.createFromArray(values).castTo(type);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void statisticsAgreeWithPlainLoops(DataType type) {
        FlatLayout layout = vectors(AWKWARD);
        INDArray flat = array(type, random(layout.length(), 3));
        flat.putScalar(5, 0);
        flat.putScalar(20, -0.0);
        GradientStatistics statistics = GradientOps.statistics(flat.reshape(1, flat.length()), layout);
        double[] values = flat.data().asDouble();
        for (int i = 0; i < AWKWARD.length; i++) {
            ParameterBlock block = layout.blocks().get(i);
            double sum = 0;
            double max = 0;
            long zeros = 0;
            for (long j = block.offset(); j < block.offset() + block.length(); j++) {
                double v = values[(int) j];
                sum += v * v;
                max = Math.max(max, Math.abs(v));
                zeros += v == 0 ? 1 : 0;
            }
            GradientStatistics.Row row = statistics.rows().get(i);
            assertEquals(sum, row.sumOfSquares(), 1e-6 * sum, block.name());
            assertEquals(max, row.maxAbs(), block.name());
            assertEquals(zeros, row.zeros(), block.name());
            assertEquals(0, row.nonFinite(), block.name());
        }
        assertTrue(statistics.isFinite());
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e25, 3e38, 1e-25, 1e-44})
    void floatsBeyondTheSquareRootOfTheirRangeKeepTheirNorm(double magnitude) {
        FlatLayout layout = vectors(3, 17);
        INDArray flat = Nd4j.zeros(DataType.FLOAT, 20);
        flat.putScalar(1, magnitude).putScalar(9, -magnitude);
        double stored = (float) magnitude;
        GradientStatistics statistics = GradientOps.statistics(flat, layout);
        assertEquals(stored * Math.sqrt(2), statistics.globalNorm(), 1e-12 * stored);
        assertEquals(stored, statistics.rows().get(1).maxAbs());
        assertEquals(
                18, statistics.rows().get(0).zeros() + statistics.rows().get(1).zeros());
        assertTrue(statistics.isFinite());
    }

    /** Of elements that are alike, every addition may be rounded to the same side. */
    @ParameterizedTest
    @ValueSource(floats = {0.1f, 1.1f, 1.7f, 1.8525f, 1e-20f, 1.3e18f})
    void longBlocksKeepTheirDigits(float element) {
        long length = (1 << 19) + 33;
        INDArray flat = Nd4j.valueArrayOf(new long[] {length}, element, DataType.FLOAT);
        double sum = GradientOps.statistics(flat, vectors(length)).rows().get(0).sumOfSquares();
        assertEquals(length * (double) element * element, sum, 4e-7 * sum);
    }

    @Test
    void aBlockWithinALargerBufferIsItsOwnOnly() {
        INDArray all = Nd4j.linspace(DataType.FLOAT, 1, 5000, 1);
        INDArray flat = all.get(NDArrayIndex.interval(1000, 3500));
        double sum = 0;
        for (int i = 1000; i < 3500; i++) {
            sum += Math.pow(1 + (double) i * 4999 / 4999, 2);
        }
        GradientStatistics statistics = GradientOps.statistics(flat, vectors(200, 2300));
        assertEquals(Math.sqrt(sum), statistics.globalNorm(), 1e-6 * Math.sqrt(sum));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void nonFiniteElementsAreCountedAndRefused(double bad) {
        for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
            FlatLayout layout = vectors(AWKWARD);
            INDArray flat = array(type, random(layout.length(), 1));
            flat.putScalar(2, bad).putScalar(layout.length() - 1, bad);
            GradientStatistics statistics = GradientOps.statistics(flat, layout);
            assertEquals(2, statistics.nonFinite());
            assertEquals(1, statistics.rows().get(1).nonFinite());
            IllegalStateException e = assertThrows(
                    IllegalStateException.class,
                    () -> GradientOps.clip(flat, null, layout, statistics, new ClipRule.ByGlobalNorm(1)));
            assertTrue(e.getMessage().contains("1_b (1 of 3)"), e.getMessage());
            assertTrue(e.getMessage().contains("skip this step"), e.getMessage());
        }
    }

    @Test
    void doublesWhoseNormOverflowsAreRefusedToo() {
        FlatLayout layout = vectors(3);
        INDArray flat = array(DataType.DOUBLE, 1e200, 0, 1);
        GradientStatistics statistics = GradientOps.statistics(flat, layout);
        assertEquals(0, statistics.nonFinite());
        assertEquals(1e200, statistics.rows().get(0).maxAbs());
        assertThrows(
                IllegalStateException.class,
                () -> GradientOps.clip(flat, null, layout, statistics, new ClipRule.None()));
    }

    @Test
    void anEmptyLayoutHasNoRowsAndNothingToClip() {
        FlatLayout layout = new FlatLayout(List.of());
        INDArray flat = Nd4j.create(DataType.FLOAT, 0);
        GradientStatistics statistics = GradientOps.statistics(flat, layout);
        assertEquals(0, statistics.globalNorm());
        assertEquals(
                ClipResult.untouched(0),
                GradientOps.clip(flat, null, layout, statistics, new ClipRule.ByGlobalNorm(1)));
    }

    @Test
    void vectorsThatDoNotFitTheLayoutAreRefused() {
        FlatLayout layout = vectors(7);
        INDArray strided = Nd4j.zeros(DataType.FLOAT, 7, 2).get(NDArrayIndex.all(), NDArrayIndex.point(1));
        assertThrows(InvalidInputException.class, () -> GradientOps.statistics(strided, layout));
        assertThrows(InvalidInputException.class, () -> GradientOps.statistics(Nd4j.zeros(DataType.FLOAT, 8), layout));
        assertThrows(InvalidInputException.class, () -> GradientOps.statistics(Nd4j.zeros(DataType.INT, 7), layout));
        assertThrows(InvalidInputException.class, () -> GradientOps.statistics(null, layout));
        GradientStatistics other = GradientOps.statistics(Nd4j.zeros(DataType.FLOAT, 8), vectors(8));
        assertThrows(
                InvalidInputException.class,
                () -> GradientOps.clip(
                        Nd4j.zeros(DataType.FLOAT, 7), null, layout, other, new ClipRule.ByGlobalNorm(1)));
    }

    @Test
    void aViewInTheMiddleOfABufferIsClippedWithinItsBounds() {
        INDArray buffer = Nd4j.ones(DataType.FLOAT, 20);
        INDArray view = buffer.get(NDArrayIndex.interval(5, 12));
        ClipResult result = clip(view, vectors(3, 4), new ClipRule.ByGlobalNorm(0.5));
        assertTrue(result.clipped());
        assertEquals(13, buffer.eq(1).castTo(DataType.INT).sumNumber().intValue());
    }

    private static ClipResult clip(INDArray flat, FlatLayout layout, ClipRule rule) {
        return GradientOps.clip(flat, null, layout, GradientOps.statistics(flat, layout), rule);
    }

    @Test
    void globalNormMultipliesEveryElementByOneFactorBitForBit() {
        for (long size : AWKWARD) {
            FlatLayout layout = vectors(size, 9);
            double[] values = random(size + 9, 10);

            INDArray doubles = array(DataType.DOUBLE, values);
            ClipResult result = clip(doubles, layout, new ClipRule.ByGlobalNorm(0.7));
            double[] expected = new double[values.length];
            for (int i = 0; i < values.length; i++) {
                expected[i] = values[i] * result.scale();
            }
            assertArrayEquals(expected, doubles.data().asDouble());
            assertEquals(0.7, doubles.norm2Number().doubleValue(), 1e-12);

            INDArray floats = array(DataType.FLOAT, values);
            result = clip(floats, layout, new ClipRule.ByGlobalNorm(0.7));
            float[] expectedFloats = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                expectedFloats[i] = (float) values[i] * (float) result.scale();
            }
            assertArrayEquals(expectedFloats, floats.data().asFloat());
            assertEquals(0.7, result.normAfter(), 1e-12);
        }
    }

    @Test
    void gradientsWithinTheLimitKeepTheirBits() {
        FlatLayout layout = vectors(AWKWARD);
        INDArray flat = array(DataType.FLOAT, random(layout.length(), 1));
        INDArray before = flat.dup();
        INDArray parameters = Nd4j.ones(DataType.FLOAT, flat.length());
        for (ClipRule rule : List.of(
                new ClipRule.None(),
                new ClipRule.ByValue(1),
                new ClipRule.ByTensorNorm(100),
                new ClipRule.ByLayerNorm(100),
                new ClipRule.ByGlobalNorm(100),
                new ClipRule.ByUnitRatio(100, 1e-3))) {
            ClipResult result = GradientOps.clip(flat, parameters, layout, GradientOps.statistics(flat, layout), rule);
            assertEquals(before, flat, rule.toString());
            assertEquals(ClipResult.untouched(result.normBefore()), result, rule.toString());
        }
    }

    @Test
    void statisticsAndFrozenBlocksAreNeitherCountedNorChanged() {
        FlatLayout layout = new FlatLayout(List.of(
                new ParameterBlock("a", "W", 0, List.of(1L, 3L), Kind.TRAINED),
                new ParameterBlock("a", "mean", 3, List.of(2L), Kind.STATISTIC),
                new ParameterBlock("b", "W", 5, List.of(2L), Kind.FROZEN),
                new ParameterBlock("c", "b", 7, List.of(1L), Kind.TRAINED)));
        for (ClipRule rule : List.of(
                new ClipRule.ByValue(0.1),
                new ClipRule.ByTensorNorm(0.1),
                new ClipRule.ByLayerNorm(0.1),
                new ClipRule.ByGlobalNorm(0.1),
                new ClipRule.ByUnitRatio(0.01, 1e-3))) {
            INDArray flat = array(DataType.FLOAT, 2, 2, 2, 100, 100, Double.NaN, 100, 2);
            GradientStatistics statistics = GradientOps.statistics(flat, layout);
            assertEquals(4, statistics.globalNorm(), 1e-6);
            ClipResult result = GradientOps.clip(flat, Nd4j.ones(DataType.FLOAT, 8), layout, statistics, rule);
            assertTrue(result.clipped(), rule.toString());
            assertEquals(4, result.normBefore(), 1e-6);
            assertArrayEquals(
                    new double[] {100, 100, Double.NaN, 100},
                    flat.get(NDArrayIndex.interval(3, 7)).dup().data().asDouble());
            assertTrue(flat.getDouble(0) < 1 && flat.getDouble(7) < 1, rule + " left " + flat);
        }
    }

    @Test
    void layersAreClippedAsOneAndTensorsOneByOne() {
        FlatLayout layout = new FlatLayout(List.of(
                new ParameterBlock("a", "W", 0, List.of(1L), Kind.TRAINED),
                new ParameterBlock("a", "b", 1, List.of(1L), Kind.TRAINED),
                new ParameterBlock("b", "b", 2, List.of(1L), Kind.TRAINED)));
        INDArray byLayer = array(DataType.DOUBLE, 3, 4, 0.5);
        ClipResult result = clip(byLayer, layout, new ClipRule.ByLayerNorm(1));
        assertArrayEquals(new double[] {3 * 0.2, 4 * 0.2, 0.5}, byLayer.data().asDouble());
        assertEquals(0.2, result.scale());
        assertEquals(Math.sqrt(1.25), result.normAfter(), 1e-12);

        INDArray byTensor = array(DataType.DOUBLE, 3, 4, 0.5);
        clip(byTensor, layout, new ClipRule.ByTensorNorm(3.5));
        assertArrayEquals(new double[] {3, 3.5, 0.5}, byTensor.data().asDouble());
    }

    @Test
    void valuesAreCutOffAndTheSmallestFactorIsTold() {
        INDArray flat = array(DataType.DOUBLE, -8, 0.25, 2, -0.5);
        ClipResult result = clip(flat, vectors(3, 1), new ClipRule.ByValue(0.5));
        assertArrayEquals(new double[] {-0.5, 0.25, 0.5, -0.5}, flat.data().asDouble());
        assertEquals(0.5 / 8, result.scale());
        assertEquals(flat.norm2Number().doubleValue(), result.normAfter(), 1e-12);
    }

    @Test
    void aLimitOfZeroGivesAZeroGradient() {
        INDArray flat = array(DataType.FLOAT, 1, 2);
        assertEquals(0, clip(flat, vectors(2), new ClipRule.ByGlobalNorm(0)).normAfter());
        assertEquals(0, flat.norm2Number().doubleValue());
        assertTrue(!clip(flat, vectors(2), new ClipRule.ByGlobalNorm(0)).clipped());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 7, 17, 33})
    void unitsAreColumnsOfMatricesAndWholeVectors(long in) {
        long units = 5;
        FlatLayout layout = new FlatLayout(List.of(
                new ParameterBlock("a", "W", 0, List.of(in, units), Kind.TRAINED),
                new ParameterBlock("a", "b", in * units, List.of(1L, units), Kind.TRAINED)));
        double[] g = random(layout.length(), 1);
        double[] w = random(layout.length() + 1, 1);
        g[0] = 0;
        ClipRule.ByUnitRatio rule = new ClipRule.ByUnitRatio(0.5, 1e-3);
        INDArray flat = array(DataType.DOUBLE, g);
        INDArray parameters = array(DataType.DOUBLE, w).get(NDArrayIndex.interval(0, g.length));
        ClipResult result = GradientOps.clip(flat, parameters, layout, GradientOps.statistics(flat, layout), rule);

        double[] expected = g.clone();
        int columns = in == 1 ? 1 : (int) units;
        int rows = (int) (in * units) / columns;
        double smallest = 1;
        for (int c = 0; c < columns; c++) {
            smallest = Math.min(smallest, limitUnit(expected, w, c * rows, (c + 1) * rows));
        }
        smallest = Math.min(smallest, limitUnit(expected, w, rows * columns, g.length));
        assertArrayEquals(expected, flat.data().asDouble(), 1e-12);
        assertEquals(smallest, result.scale(), 1e-12);
        assertEquals(flat.norm2Number().doubleValue(), result.normAfter(), 1e-12);
    }

    private static double limitUnit(double[] g, double[] w, int from, int to) {
        double gradient = 0;
        double weight = 0;
        for (int i = from; i < to; i++) {
            gradient += g[i] * g[i];
            weight += w[i] * w[i];
        }
        double limit = 0.5 * Math.max(Math.sqrt(weight), 1e-3);
        double factor = Math.sqrt(gradient) > limit ? limit / Math.sqrt(gradient) : 1;
        for (int i = from; i < to; i++) {
            g[i] *= factor;
        }
        return factor;
    }

    @Test
    void zeroWeightsCountAsEpsilonAndZeroGradientsStay() {
        FlatLayout layout = new FlatLayout(List.of(new ParameterBlock("a", "W", 0, List.of(2L, 2L), Kind.TRAINED)));
        INDArray flat = array(DataType.FLOAT, 3, 4, 0, 0);
        INDArray parameters = Nd4j.zeros(DataType.FLOAT, 4);
        ClipRule rule = new ClipRule.ByUnitRatio(0.1, 0.01);
        GradientOps.clip(flat, parameters, layout, GradientOps.statistics(flat, layout), rule);
        assertArrayEquals(new float[] {0.0006f, 0.0008f, 0, 0}, flat.data().asFloat(), 1e-8f);
    }

    @Test
    void aScaledRuleDoesToAScaledGradientTheSame() {
        FlatLayout layout = vectors(7, 9);
        INDArray parameters = array(DataType.DOUBLE, random(16, 1));
        for (ClipRule rule : List.of(
                new ClipRule.None(),
                new ClipRule.ByValue(0.3),
                new ClipRule.ByTensorNorm(0.9),
                new ClipRule.ByLayerNorm(0.9),
                new ClipRule.ByGlobalNorm(0.9),
                new ClipRule.ByUnitRatio(0.1, 1e-3))) {
            INDArray one = array(DataType.DOUBLE, random(16, 1));
            INDArray eight = one.mul(8);
            GradientOps.clip(one, parameters, layout, GradientOps.statistics(one, layout), rule);
            GradientOps.clip(eight, parameters, layout, GradientOps.statistics(eight, layout), rule.scaledBy(8));
            assertArrayEquals(one.mul(8).data().asDouble(), eight.data().asDouble(), 1e-12, rule.toString());
        }
    }
}
