package org.steadygrad.engine.cpu.recurrent;

import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.TimeSeriesUtils;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.cpu.CpuGradient;

/**
 * Masks, in both directions of reading, held against slopes of the loss that DL4J's layer (or the toolkit's GRU) gives in
 * double when its mask is set.
 */
class MaskedSequenceTest {
    private static final int STEPS = 19;

    /** Kinds of masks; all of them but the last leave each sequence in one piece. */
    private enum Pattern {
        PADDED_AT_THE_END,
        PADDED_AT_THE_START,
        IN_THE_MIDDLE,
        FULL,
        EMPTY,
        GAPS;

        boolean present(int example, int t) {
            int length = new int[] {STEPS, 3, 0, 1, 18, 9}[example];
            return switch (this) {
                case PADDED_AT_THE_END -> t < length;
                case PADDED_AT_THE_START -> t >= STEPS - length;
                case IN_THE_MIDDLE -> t >= 4 && t < 4 + length;
                case FULL -> true;
                case EMPTY -> false;
                case GAPS -> t < length && (t + example) % 5 != 1;
            };
        }
    }

    private static INDArray mask(Pattern pattern) {
        INDArray mask = Nd4j.zeros(6, STEPS);
        for (int example = 0; example < 6; example++) {
            for (int t = 0; t < STEPS; t++) {
                mask.putScalar(example, t, pattern.present(example, t) ? 1 : 0);
            }
        }
        return mask;
    }

    private static ContractCase test(Cell cell) {
        ContractData data = new ContractData(8);
        return new ContractCase(
                "",
                chain(InputType.recurrent(3), cell.units(7), stepClasses(3)),
                ContractData.batch(data.normal(6, 3, STEPS), data.oneHot(6, 3, STEPS)));
    }

    @TestFactory
    Stream<DynamicTest> slopes() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (Pattern pattern : Pattern.values()) {
                for (boolean reverse : new boolean[] {false, true}) {
                    String name = cell + ", " + pattern + (reverse ? ", in reverse" : "");
                    tests.add(DynamicTest.dynamicTest(name, () -> assertSlopes(cell, mask(pattern), reverse)));
                }
            }
        }
        return tests.stream();
    }

    private static void assertSlopes(Cell cell, INDArray mask, boolean reverse) {
        ContractCase test = test(cell);
        MultiDataSet batch =
                ContractData.batch(test.batch().getFeatures(0), test.batch().getLabels(0), mask, Nd4j.ones(6, STEPS));
        try (CpuGradient engine = new CpuGradient(test.model(), CpuGradient.inDirection(reverse), 0)) {
            Gradient gradient = engine.of(batch);
            MultiDataSet inDouble = test.referenceBatch();
            INDArray features = inDouble.getFeatures(0);
            INDArray labels = inDouble.getLabels(0);
            INDArray exact = mask.castTo(DataType.DOUBLE);
            MultiDataSet read = reverse ? ContractData.batch(turned(features), turned(labels)) : inDouble;
            INDArray readMask =
                    reverse ? turned(exact.reshape(6, 1, STEPS).dup()).reshape(6, STEPS) : exact;
            ComputationGraph reference = test.reference();
            gradient.assertSlopesOf(reference, () -> loss(reference, read, readMask));
            Gradient again = engine.of(batch);
            Gradient.assertIdentical(gradient.blocks(), again.blocks(), "a second run");
        }
    }

    private static INDArray turned(INDArray sequence) {
        return TimeSeriesUtils.reverseTimeSeries(sequence.dup('f'));
    }

    /** Softmax cross-entropy on the output of the recurrent layer, which graphs don't let have a mask of its own. */
    private static double loss(ComputationGraph reference, MultiDataSet batch, INDArray mask) {
        Layer layer = reference.getLayer("l0");
        layer.setMaskArray(mask);
        INDArray output = layer.activate(batch.getFeatures(0), false, LayerWorkspaceMgr.noWorkspaces());
        long rows = output.size(0) * output.size(2);
        INDArray scores = output.permute(0, 2, 1)
                .dup('c')
                .reshape('c', rows, output.size(1))
                .mmul(reference.getParam("out_W"))
                .addRowVector(reference.getParam("out_b"));
        INDArray labels = batch.getLabels(0).permute(0, 2, 1).dup('c').reshape('c', rows, 3);
        INDArray logs = Transforms.log(Transforms.softmax(scores));
        return -logs.mul(labels).sumNumber().doubleValue() / output.size(0);
    }
}
