package org.steadygrad.health;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.steadygrad.runlog.Baselines;
import org.steadygrad.spec.HealthSpec;
import org.steadygrad.spec.yaml.RunFiles;

/** What takes more than one value of the data to see: scales, targets among the features, padding. */
class WholeColumnsTest {
    private static final int EXAMPLES = 40;

    private final Random random = new Random(9);

    private static List<String> told(IntFunction<MultiDataSet> batches) {
        RunFacts facts = new RunFacts(OptionalInt.empty(), 0, false, false, false, 9, block -> false, Baselines.NONE);
        DataRules rules = new DataRules(RunFiles.defaults(HealthSpec.class).data(), facts);
        List<String> told = List.of();
        for (int look = 1; look <= 4; look++) {
            told = rules.look(10 * look, batches.apply(look)).now().stream()
                    .map(f -> f.severity() + " " + f.id())
                    .toList();
        }
        return told;
    }

    private INDArray normal(long... shape) {
        INDArray numbers = Nd4j.zeros(shape);
        for (long i = 0; i < numbers.length(); i++) {
            numbers.putScalar(i, random.nextGaussian());
        }
        return numbers;
    }

    @Test
    void columnsThatAreNotScaledAreTold() {
        assertEquals(List.of(), told(look -> new MultiDataSet(normal(EXAMPLES, 3), normal(EXAMPLES, 1))));
        INDArray shift = Nd4j.create(new float[][] {{0, 50, 0}});
        assertEquals(
                List.of("WARNING bad-input"),
                told(look -> new MultiDataSet(normal(EXAMPLES, 3).addRowVector(shift), normal(EXAMPLES, 1))));
        // more than half are beyond the limit of single values, so that it is the column
        assertEquals(
                List.of("ERROR bad-input"),
                told(look -> new MultiDataSet(
                        normal(EXAMPLES, 3), normal(EXAMPLES, 1).addi(12).muli(1000))));
    }

    /** One absurd value is a bad cell, and the column is sound. */
    @Test
    void aSingleValueSaysNothingOfItsColumn() {
        assertEquals(
                List.of("ERROR bad-input"),
                told(look -> new MultiDataSet(normal(EXAMPLES, 3).putScalar(3, 1, 1e6), normal(EXAMPLES, 1))));
    }

    @Test
    void aFeatureThatIsTheTargetIsTold() {
        IntFunction<MultiDataSet> leaking = look -> {
            INDArray features = normal(EXAMPLES, 3);
            return new MultiDataSet(
                    features, features.getColumn(1, true).mul(-3).addi(2));
        };
        assertEquals(List.of("WARNING leaking-target"), told(leaking));
        IntFunction<MultiDataSet> noisy = look -> {
            INDArray features = normal(EXAMPLES, 3);
            return new MultiDataSet(
                    features,
                    features.getColumn(1, true).mul(-3).addi(normal(EXAMPLES, 1).muli(0.05)));
        };
        assertEquals(List.of(), told(noisy));
        IntFunction<MultiDataSet> alone = look -> {
            INDArray features = normal(EXAMPLES, 1);
            return new MultiDataSet(features, features.mul(2));
        };
        assertEquals(List.of(), told(alone));
    }

    @Test
    void rowsThatOnlyFillUpAreTold() {
        assertEquals(List.of("WARNING unmasked-padding"), told(look -> padded(20, false)));
        assertEquals(List.of(), told(look -> padded(20, true)));
        assertEquals(List.of(), told(look -> padded(3, false)));
    }

    private MultiDataSet padded(int rows, boolean masked) {
        INDArray features = normal(EXAMPLES, 2, 30);
        INDArray mask = Nd4j.ones(EXAMPLES, 30);
        for (int example = 0; example < EXAMPLES; example++) {
            for (int step = 30 - rows; step < 30; step++) {
                features.putScalar(new int[] {example, 0, step}, 0);
                features.putScalar(new int[] {example, 1, step}, 0);
                mask.putScalar(example, step, masked ? 0 : 1);
            }
        }
        INDArray labels = normal(EXAMPLES, 1);
        return masked
                ? new MultiDataSet(new INDArray[] {features}, new INDArray[] {labels}, new INDArray[] {mask}, null)
                : new MultiDataSet(features, labels);
    }
}
