package org.steadygrad.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
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
