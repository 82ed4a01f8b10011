package org.steadygrad.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MedianTest {
    @Test
    void ofTwoInTheMiddleTheUpperOneOrTheirMean() {
        assertEquals(3, Median.upper(5, 1, 3));
        assertEquals(3, Median.upper(4, 1, 2, 3));
        assertEquals(3, Median.between(5, 1, 3));
        assertEquals(2.5, Median.between(4, 1, 2, 3));
        assertEquals(7, Median.between(7));
    }

    @Test
    void ofNothingThereIsNone() {
        assertEquals(Double.NaN, Median.upper());
        assertEquals(Double.NaN, Median.between());
    }

    @Test
    void valuesStayInTheirOrder() {
        double[] values = {4, 1, 2};
        Median.upper(values);
        Median.between(values);
        assertArrayEquals(new double[] {4, 1, 2}, values);
    }
}
