package org.steadygrad.data.csv;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ForecastTimesTest {
    /** From the last of the rows: what the calendar says comes then, or nothing where rows aren't evenly apart. */
    @ParameterizedTest
    @CsvSource({
        "2023-11 2023-12 2024-01, 2, 2024-03",
        "2023-10 2024-01 2024-04, 1, 2024-07",
        "2023-11-30 2023-12-31 2024-01-31, 1, 2024-02-29",
        "2023-11-30 2023-12-31 2024-01-31, 2, 2024-03-31",
        "2024-02-27 2024-02-28 2024-02-29, 3, 2024-03-03",
        "2024-01-15 2024-02-15 2024-03-15, 12, 2025-03-15",
        "2023-12-31T21:00 2023-12-31T22:00 2023-12-31T23:00, 1, 2024-01-01T00:00",
        "2023-12-31T23:59:58 2023-12-31T23:59:59 2024-01-01T00:00:00, 5, 2024-01-01T00:00:05",
        "2024-01-04 2024-01-05 2024-01-08, 1, ''",
        "2024-01-01 2024-01-01 2024-01-01, 1, ''",
        "2024-01-03 2024-01-02 2024-01-01, 1, ''",
        "2024-01-01 2024-01-02, 1, ''",
        "2024-01-01 2024-01-02 so, 1, ''",
    })
    void goesOnAsTheLastRowsDo(String rows, int ahead, String expected) {
        List<String> cells = Arrays.asList(rows.split(" "));
        TimeFormat format = cells.get(0).length() == 7 ? TimeFormat.Usual.YEAR_AND_MONTH : TimeFormat.Usual.YEAR_FIRST;
        assertEquals(expected, new ForecastTimes(format).at(cells, cells.size() - 1, ahead));
    }

    /** Friday's forecast is for Monday where the file has a Monday next. */
    @ParameterizedTest
    @CsvSource({"0, 1, 2024-01-05", "0, 2, 2024-01-08", "1, 1, 2024-01-08", "1, 2, 2024-01-09"})
    void whatTheFileSaysCounts(int row, int ahead, String expected) {
        List<String> cells = List.of("04.01.2024", "05.01.2024", "08.01.2024", "09.01.2024");
        assertEquals(expected, new ForecastTimes(TimeFormat.Usual.DAY_FIRST).at(cells, row, ahead));
    }
}
