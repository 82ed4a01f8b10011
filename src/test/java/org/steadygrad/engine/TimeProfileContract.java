package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.dl4j.TracedPass;

/** The gradient through time at boundaries of segments is what a recursion in double finds there. */
public interface TimeProfileContract extends EngineSubject {
    /** Length of the sequences. */
    int STEPS = 43;

    @TestFactory
    default Stream<DynamicTest> likeTheReference() {
        return Stream.of(Cell.values()).flatMap(cell -> Stream.of(false, true)
                .map(masked ->
                        DynamicTest.dynamicTest(cell + (masked ? " masked" : ""), () -> assertLike(cell, masked))));
    }

    private void assertLike(Cell cell, boolean masked) {
        ContractData data = new ContractData(5);
        INDArray mask = masked ? ContractData.mask(STEPS, 43, 20, 1, 43, 7, 30, 0) : null;
        ContractCase test = new ContractCase(
                "",
                chain(InputType.recurrent(3), cell.units(9), cell.units(7), stepClasses(3)),
                ContractData.batch(
                        data.normal(7, 3, STEPS), data.oneHot(7, 3, STEPS), mask, masked ? mask.dup() : null));
        List<TimeProfile> expected = TracedPass.run(test.reference(), test.referenceBatch(), false)
                .trace()
                .profiles();
        try (Engine engine = engine(test.model())) {
            List<TimeProfile> actual = engine.computeGradient(test.batch(), new PassOptions(5, false, false, true))
                    .trace()
                    .orElseThrow()
                    .profiles();
            assertEquals(2, actual.size());
            for (TimeProfile profile : actual) {
                assertSame(
                        expected.stream()
                                .filter(p -> p.layer().equals(profile.layer()))
                                .findFirst()
                                .orElseThrow(),
                        profile);
            }
        }
    }

    /** Where each example's steps lie elsewhere, a step's gradient is still that of all examples at this very step. */
    @TestFactory
    default Stream<DynamicTest> bothWaysWithGaps() {
        return Stream.of(Cell.values())
                .map(cell -> DynamicTest.dynamicTest(cell.toString(), () -> assertBothWays(cell)));
    }

    private void assertBothWays(Cell cell) {
        ContractData data = new ContractData(6);
        INDArray mask = ContractData.mask(STEPS, 43, 20, 1, 43, 7, 30, 0);
        for (int t = 0; t < STEPS; t++) {
            mask.putScalar(3, t, t < 11 ? 0 : 1);
            mask.putScalar(5, t, t < 30 && t % 4 != 1 ? 1 : 0);
        }
        ContractCase test = new ContractCase(
                "",
                chain(
                        InputType.recurrent(3),
                        new Bidirectional(Bidirectional.Mode.CONCAT, cell.units(5)),
                        stepClasses(3)),
                ContractData.batch(data.normal(7, 3, STEPS), data.oneHot(7, 3, STEPS), mask, mask.dup()));
        List<TimeProfile> expected = TracedPass.run(test.reference(), test.referenceBatch(), false)
                .trace()
                .profiles();
        try (Engine engine = engine(test.model())) {
            List<TimeProfile> actual = engine.computeGradient(test.batch(), new PassOptions(5, false, false, true))
                    .trace()
                    .orElseThrow()
                    .profiles();
            assertEquals(2, actual.size());
            for (TimeProfile profile : actual) {
                TimeProfile right = expected.stream()
                        .filter(p -> p.direction().equals(profile.direction()))
                        .findFirst()
                        .orElseThrow();
                assertTrue(profile.steps().contains(profile.direction().equals("forward") ? STEPS - 1 : 0));
                for (int i = 0; i < profile.steps().size(); i++) {
                    double norm = right.norms()
                            .get(right.steps().indexOf(profile.steps().get(i)));
                    assertEquals(
                            norm,
                            profile.norms().get(i),
                            1e-4 * norm,
                            "norm at " + profile.steps().get(i));
                }
            }
        }
    }

    private static void assertSame(TimeProfile expected, TimeProfile actual) {
        assertEquals(expected.direction(), actual.direction());
        assertTrue(actual.steps().size() >= STEPS / 10, () -> actual.steps().toString());
        assertEquals(STEPS - 1, actual.steps().get(actual.steps().size() - 1));
        List<Double> same = new ArrayList<>();
        for (int step : actual.steps()) {
            same.add(expected.norms().get(expected.steps().indexOf(step)));
        }
        for (int i = 0; i < same.size(); i++) {
            assertEquals(
                    same.get(i),
                    actual.norms().get(i),
                    1e-4 * same.get(i),
                    "norm at " + actual.steps().get(i));
        }
    }
}
