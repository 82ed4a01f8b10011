package org.steadygrad.engine.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.steadygrad.engine.ContractModels.chain;
import static org.steadygrad.engine.ContractModels.stepClasses;

import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.engine.ContractCase;
import org.steadygrad.engine.ContractData;
import org.steadygrad.engine.ContractModels.Cell;
import org.steadygrad.engine.Gradient;

/** Back-propagation within a limit on memory is the same back-propagation. */
class MemoryLimitTest {
    private static ContractCase test(Cell cell, int batch, int steps, int units) {
        ContractData data = new ContractData(steps);
        return new ContractCase(
                cell.name(),
                chain(InputType.recurrent(3), cell.units(units), cell.units(5), stepClasses(3)),
                ContractData.batch(data.normal(batch, 3, steps), data.oneHot(batch, 3, steps)));
    }

    private static CpuGradient engine(ContractCase test, boolean reverse, long bytes) {
        return new CpuGradient(test.model(), CpuGradient.inDirection(reverse), bytes);
    }

    @TestFactory
    Stream<DynamicTest> recomputedGradientsAreTheSame() {
        return Stream.of(Cell.values()).flatMap(cell -> Stream.of(false, true)
                .map(reverse -> DynamicTest.dynamicTest(
                        cell + (reverse ? " in reverse" : ""), () -> assertSame(cell, reverse))));
    }

    private static void assertSame(Cell cell, boolean reverse) {
        ContractCase test = test(cell, 3, 1000, 17);
        try (CpuGradient free = engine(test, reverse, 0)) {
            Gradient expected = free.of(test.batch());
            long whole = free.program.bytes();
            long tensors = tensorBytes(free);
            try (CpuGradient limited = engine(test, reverse, tensors + (whole - tensors) / 4)) {
                Gradient actual = limited.of(test.batch());
                Gradient.assertClose(expected.blocks(), actual.blocks(), 1e-6, "recomputed");
                assertEquals(expected.loss(), actual.loss(), 1e-6 * expected.loss());
                assertTrue(limited.program.bytes() < tensors + (whole - tensors) / 2, "memory was saved");
            }
        }
    }

    private static long tensorBytes(CpuGradient engine) {
        long bytes = 0;
        for (var value : engine.model.plan().values()) {
            bytes += 2 * Float.BYTES * engine.program.shape().elements(value);
        }
        return bytes;
    }

    @Test
    void aLimitThatCantBeKeptIsAnErrorThatSaysWhatIsNeeded() {
        ContractCase test = test(Cell.GRU, 3, 1000, 17);
        try (CpuGradient engine = engine(test, false, 100_000)) {
            InvalidInputException error = assertThrows(InvalidInputException.class, () -> engine.of(test.batch()));
            assertTrue(error.getMessage().contains("l0"), error::getMessage);
            assertTrue(error.getMessage().contains("memory"), error::getMessage);
        }
    }

    @Test
    @Tag("slow")
    void aHundredThousandStepsTrainInUnderAGigabyte() {
        ContractCase test = test(Cell.GRU, 2, 100_000, 32);
        long limit = 400L << 20;
        try (CpuGradient free = engine(test, false, 0);
                CpuGradient limited = engine(test, false, limit)) {
            Gradient expected = free.of(test.batch());
            Gradient actual = limited.of(test.batch());
            Gradient.assertClose(expected.blocks(), actual.blocks(), 1e-5, "recomputed");
            assertTrue(limited.program.bytes() <= limit, () -> limited.program.bytes() + " bytes");
            assertTrue(free.program.bytes() < 1L << 30, () -> free.program.bytes() + " bytes without a limit");
        }
    }
}
