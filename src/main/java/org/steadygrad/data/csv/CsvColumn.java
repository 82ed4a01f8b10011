package org.steadygrad.data.csv;

/**
 * A column of a file.
 *
 * @param number as the run file may call it, from 1
 * @param name as the file names it; its number if it doesn't
 * @param kind what its cells are, as far as was looked
 * @param times how its cells are written if they are times; null if they aren't, or if it can't be told
 * @param counts whether it counts the rows, as far as was looked
 * @param yearStep years from row to row where it holds decimal years; else 0
 */
record CsvColumn(int number, String name, Kind kind, TimeFormat times, boolean counts, double yearStep) {
    enum Kind {
        /** Numbers, missing ones among them. */
        NUMBERS,
        /** Dates, with or without times. */
        TIMES,
        /** Decimal years, evenly spaced. */
        YEARS,
        /** Names or numbers of rows, which say nothing. */
        INDEX,
        /** Anything else. */
        TEXT,
        /** Missing values only. */
        EMPTY
    }
}
