package org.steadygrad.benchmarks;

import java.util.Locale;

/** Kinds of recurrent layers. */
enum Cell {
    GRU(3),
    LSTM(4),
    RNN_TANH(1),
    RNN_RELU(1);

    private final int gates;

    Cell(int gates) {
        this.gates = gates;
    }

    /** Number of [input, hidden] and [hidden, hidden] matrices. */
    int gates() {
        return gates;
    }

    /** What names of cases begin with. */
    String title() {
        return name().toLowerCase(Locale.ROOT);
    }
}
