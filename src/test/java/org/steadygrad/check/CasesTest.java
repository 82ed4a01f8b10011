package org.steadygrad.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CasesTest {
    private sealed interface Shape permits Circle, Polygon {}

    private record Circle(double radius) implements Shape {}

    private sealed interface Polygon extends Shape permits Square, Triangle {
        int corners();
    }

    private record Square() implements Polygon {
        @Override
        public int corners() {
            return 4;
        }
    }

    private record Triangle() implements Polygon {
        @Override
        public int corners() {
            return 3;
        }
    }

    @Test
    void eachVariantFindsWhatIsSaidAboutItOrItsKind() {
        Cases<Shape, Integer> corners = Cases.<Shape, Integer>of(Shape.class)
                .on(Circle.class, circle -> 0)
                .on(Polygon.class, Polygon::corners)
                .complete();

        assertEquals(0, corners.of(new Circle(1)));
        assertEquals(4, corners.of(new Square()));
        assertEquals(3, corners.of(new Triangle()));
    }

    @Test
    void aTableThatLacksAVariantCannotBeMade() {
        Cases.Builder<Shape, Integer> builder = Cases.<Shape, Integer>of(Shape.class)
                .on(Circle.class, circle -> 0)
                .on(Square.class, Square::corners);

        String message =
                assertThrows(IllegalStateException.class, builder::complete).getMessage();

        assertTrue(message.contains("Triangle"), message);
        assertFalse(message.contains("Square"), message);
    }

    @Test
    void nothingIsSaidTwice() {
        Cases.Builder<Shape, Integer> builder =
                Cases.<Shape, Integer>of(Shape.class).on(Polygon.class, Polygon::corners);

        assertThrows(IllegalStateException.class, () -> builder.on(Square.class, square -> 5));
    }
}
