package org.steadygrad.engine.cuda.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.Gradient;
import org.steadygrad.engine.PassOptions;
import org.steadygrad.engine.StepTrace.TimeProfile;
import org.steadygrad.engine.cuda.CudaEngine;
import org.steadygrad.engine.cuda.GpuLikeDl4j;
import org.steadygrad.engine.dl4j.TracedPass;

/** Recurrent layers in whole models, by every way. */
@Tag("gpu")
class RecurKernelTest {
    private String forced;

    @BeforeEach
    void keepProperty() {
        forced = System.getProperty(RecurrentChoice.FORCE, "");
    }

    @AfterEach
    void restoreProperty() {
        force(forced);
    }

    private static void force(String way) {
        if (way.isEmpty()) {
            System.clearProperty(RecurrentChoice.FORCE);
        } else {
            System.setProperty(RecurrentChoice.FORCE, way);
        }
    }

    private static ContractCase test(Cell cell, int steps, boolean masked) {
        ContractData data = new ContractData(5);
        INDArray mask = masked ? ContractData.mask(steps, steps, steps / 2, 1) : null;
        return new ContractCase(
                cell.name(),
                chain(
                        InputType.recurrent(3),
                        new Bidirectional(Bidirectional.Mode.CONCAT, cell.units(9)),
                        cell.units(7),
                        stepClasses(3)),
                ContractData.batch(
                        data.normal(3, 3, steps), data.oneHot(3, 3, steps), mask, masked ? mask.dup() : null));
    }

    @TestFactory
    Stream<DynamicTest> likeDl4j() {
        List<DynamicTest> tests = new ArrayList<>();
        for (String way : List.of("stepped", "persistent", "cudnn")) {
            for (Cell cell : Cell.values()) {
                tests.add(DynamicTest.dynamicTest(way + " " + cell, () -> {
                    force(way);
                    GpuLikeDl4j.check(test(cell, 19, false));
                }));
            }
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> gradientThroughTimeLikeTheReference() {
        return Stream.of("stepped", "cudnn").flatMap(way -> Stream.of(Cell.values())
                .map(cell -> DynamicTest.dynamicTest(way + " " + cell, () -> {
                    force(way);
                    assertProfiles(test(cell, 43, false));
                })));
    }

    private static void assertProfiles(ContractCase test) {
        List<TimeProfile> expected = TracedPass.run(test.reference(), test.referenceBatch(), false)
                .trace()
                .profiles();
        try (CudaEngine engine = GpuLikeDl4j.engine(test.model())) {
            List<TimeProfile> actual = engine.computeGradient(test.batch(), new PassOptions(5, false, false, true))
                    .trace()
                    .orElseThrow()
                    .profiles();
            assertEquals(3, actual.size());
            assertEquals(3, expected.size());
            for (TimeProfile profile : expected) {
                TimeProfile own = actual.stream()
                        .filter(p -> p.layer().equals(profile.layer())
                                && p.direction().equals(profile.direction()))
                        .findFirst()
                        .orElseThrow();
                for (int i = 0; i < profile.steps().size(); i++) {
                    double norm = profile.norms().get(i);
                    int step = profile.steps().get(i);
                    assertEquals(norm, own.norms().get(own.steps().indexOf(step)), 1e-4 * norm, "norm at " + step);
                }
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> aLimitOfMemoryChangesNothingButTheOrderOfSums() {
        return Stream.of(Cell.values()).map(cell -> DynamicTest.dynamicTest(cell.name(), () -> assertSameWithin(cell)));
    }

    private static void assertSameWithin(Cell cell) {
        ContractData data = new ContractData(2);
        int steps = 400;
        ContractCase test = new ContractCase(
                cell.name(),
                chain(InputType.recurrent(3), cell.units(129), stepClasses(3)),
                ContractData.batch(data.normal(17, 3, steps), data.oneHot(17, 3, steps)));
        force("stepped");
        Gradient expected;
        long whole;
        try (CudaEngine engine = GpuLikeDl4j.engine(test.model())) {
            expected = GpuLikeDl4j.gradient(engine, test.batch(), 5);
            whole = engine.deviceBytes().orElseThrow();
        }
        // tensors leave less of it than the layer's gates take, 3.5 to 17.5 MB
        long limit = 27L << 19;
        try (CudaEngine engine = new CudaEngine(test.model(), GpuLikeDl4j.runtime(), limit)) {
            Gradient actual = GpuLikeDl4j.gradient(engine, test.batch(), 5);
            Gradient.assertClose(expected.blocks(), actual.blocks(), 1e-5, "within the limit");
            assertEquals(expected.loss(), actual.loss(), 1e-6 * expected.loss());
            long limited = engine.deviceBytes().orElseThrow();
            assertTrue(limited < whole, limited + " bytes instead of " + whole);
        }
    }

    @Test
    void aLimitThatCantBeKeptIsAnErrorThatSaysWhatIsNeeded() {
        ContractCase test = test(Cell.GRU, 43, false);
        try (CudaEngine engine = new CudaEngine(test.model(), GpuLikeDl4j.runtime(), 1000)) {
            InvalidInputException error = assertThrows(
                    InvalidInputException.class,
                    () -> engine.computeGradient(test.batch(), new PassOptions(5, false, false, false)));
            assertTrue(error.getMessage().contains("l0"), error::getMessage);
            assertTrue(error.getMessage().contains("memory"), error::getMessage);
        }
    }
}
