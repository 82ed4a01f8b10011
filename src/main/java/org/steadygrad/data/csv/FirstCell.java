package org.steadygrad.data.csv;

/** What a cell of the first row looks like beside those below. */
enum FirstCell {
    /** Unlike the numbers or times below. */
    NAME,
    /** Like what is below. */
    VALUE,
    /** Text, as below. */
    TEXT,
    /** Empty, or a number where nothing is below. */
    NOTHING;

    static FirstCell of(String cell, ColumnSurvey below, CellReading words) {
        if (words.missing(cell)) {
            return NOTHING;
        }
        boolean number = words.number(cell) || words.otherNumber(cell) || CellReading.infinite(cell);
        boolean time = TimeFormat.looksLikeTime(cell);
        if (below.isNumbers()) {
            return number ? VALUE : NAME;
        }
        if (below.isTimes()) {
            return time ? VALUE : number ? NOTHING : NAME;
        }
        return number || time ? NOTHING : below.holds(cell) ? VALUE : TEXT;
    }
}
