package org.steadygrad.exchange.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.steadygrad.check.InvalidInputException;
import org.steadygrad.exchange.graph.Layout.Axis;

class LayoutTest {
    private static final Shape SEQUENCE = Shape.sequence(Shape.ANY, 4);

    private static Tensor counted(int... shape) {
        int count = 1;
        for (int size : shape) {
            count *= size;
        }
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        return new Tensor(shape, values);
    }

    @Test
    void whatHasNoLayoutIsTakenAsItIs() {
        Tensor value = counted(2, 3, 4);
        assertSame(value, Layout.PLAIN.toGraph(value, SEQUENCE, "x"));
        assertSame(value, Layout.PLAIN.toArray(value, SEQUENCE));
    }

    @Test
    void stepsMayComeBeforeExamples() {
        Layout layout = Layout.of(Axis.TIME, Axis.BATCH, Axis.FEATURES);
        Tensor given = counted(3, 2, 4);
        Tensor value = layout.toGraph(given, SEQUENCE, "x");
        assertArrayEquals(new int[] {2, 3, 4}, value.shape());
        for (int step = 0; step < 3; step++) {
            for (int example = 0; example < 2; example++) {
                for (int k = 0; k < 4; k++) {
                    assertEquals(
                            given.values()[(step * 2 + example) * 4 + k], value.values()[(example * 3 + step) * 4 + k]);
                }
            }
        }
        assertEquals(given, layout.toArray(value, SEQUENCE));
    }

    /** ONNX's Y: [time, directions, batch, units]. */
    @Test
    void directionsArePartsOfTheFeatures() {
        Layout layout = new Layout(
                List.of(List.of(Axis.TIME), List.of(Axis.PART), List.of(Axis.BATCH), List.of(Axis.FEATURES)), 2);
        Tensor value = counted(3, 5, 4);
        Tensor array = layout.toArray(value, SEQUENCE);
        assertArrayEquals(new int[] {5, 2, 3, 2}, array.shape());
        // step 4, direction 1, example 2, unit 0
        assertEquals((2 * 5 + 4) * 4 + 2, array.values()[((4 * 2 + 1) * 3 + 2) * 2]);
        assertEquals(value, layout.toGraph(array, SEQUENCE, "Y"));
    }

    @Test
    void examplesAndStepsMayBeOneAxis() {
        Layout layout = new Layout(List.of(List.of(Axis.TIME, Axis.BATCH), List.of(Axis.FEATURES)), 1);
        Tensor array = layout.toArray(counted(2, 3, 4), SEQUENCE);
        assertArrayEquals(new int[] {6, 4}, array.shape());
        // step 1 of example 0 is the third row
        assertEquals(4, array.values()[2 * 4]);
    }

    @Test
    void axesOfSizeOneComeAndGo() {
        Layout layout = new Layout(List.of(List.of(), List.of(Axis.BATCH), List.of(Axis.FEATURES)), 1);
        Tensor value = counted(3, 4);
        Tensor array = layout.toArray(value, Shape.vector(4));
        assertArrayEquals(new int[] {1, 3, 4}, array.shape());
        assertEquals(value, layout.toGraph(array, Shape.vector(4), "h0"));
        Layout series = Layout.of(Axis.BATCH, Axis.TIME);
        assertArrayEquals(
                new int[] {2, 3, 1},
                series.toGraph(counted(2, 3), Shape.sequence(Shape.ANY, 1), "x").shape());
    }

    @Test
    void otherAxesAreRefusedByName() {
        Layout layout = Layout.of(Axis.TIME, Axis.BATCH, Axis.FEATURES);
        InvalidInputException e =
                assertThrows(InvalidInputException.class, () -> layout.toGraph(counted(2, 3), SEQUENCE, "input x"));
        assertEquals(
                "input x: expected an array of axes [time, batch, features], got \"one of shape [2, 3]\".",
                e.getMessage());
    }
}
