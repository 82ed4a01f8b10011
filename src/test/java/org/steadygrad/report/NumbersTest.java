package org.steadygrad.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, 0",
        "0.12344, 0.1234",
        "-0.12346, -0.1235",
        "9.9996, 10",
        "1, 1",
        "1000, 1000",
        "999949, 999900",
        "12345678, 12350000",
        "1.23456e-17, 1.235e-17",
        "1.23456e-18, 1.235e-18",
        "1.23456e17, 1.235e17",
        "1.23456e18, 1.235e18",
        "4.9e-324, 4.9e-324",
        "1.7976931348623157e308, 1.7976931348623157e308"
    })
    void fourDigitsAreKept(double value, double rounded) {
        assertEquals(rounded, Numbers.rounded(value) + 0.0);
    }

    @Test
    void everySizeIsRoundedAsDecimalsAre() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 100_000; i++) {
            double value = (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(-40, 40));
            double exact = new BigDecimal(value).round(new MathContext(4)).doubleValue();
            assertEquals(exact, Numbers.rounded(value), "of " + value);
        }
    }
}
